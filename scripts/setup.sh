#!/usr/bin/env bash
# Brings a clone to working order: system packages (apt), .venv, the Python dependencies, fonts.
# Environment: PYTHON (the interpreter to use), PIP_* (read by pip itself).
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd -- "$root"
stamp=.venv/.ready
python=''  # stays empty while .venv is kept

say() { printf '%s\n' "$*"; }
die() { printf '%s\n' "$@" >&2; exit 1; }

# Prints the path and version of the interpreter behind $1 (outside any virtual environment); fails below 3.11.
base_python() {
    "$1" -c '
import sys
if sys.version_info < (3, 11):
    sys.exit(1)
print(getattr(sys, "_base_executable", "") or sys.executable)
print("{}.{}".format(*sys.version_info[:2]))
' 2>/dev/null
}

# The version of the interpreter $1; nothing when it does not run or is too old.
version_of() { base_python "$1" | tail -n 1; }

is_wanted_version() { [ -z "${PYTHON:-}" ] || [ "$(version_of .venv/bin/python)" = "$(version_of "$PYTHON")" ]; }

# The installed scripts hold absolute paths, so a stamp counts only where it was made.
is_ready() {
    [ -x .venv/bin/python ] && [ "$stamp" -nt pyproject.toml ] && [ "$stamp" -nt scripts/setup.sh ] &&
        [ "$stamp" -nt scripts/fonts.sh ] && [ "$(cat "$stamp")" = "$root" ] && is_wanted_version
}

# Sets python, for a new .venv, and version.
choose_python() {
    local found candidate
    if [ -n "${PYTHON:-}" ]; then
        found=$(base_python "$PYTHON") || die "PYTHON=$PYTHON 不能运行，或低于 3.11；本项目需要 Python 3.11 或更新版本。"
    else
        for candidate in python3 python3.14 python3.13 python3.12 python3.11 ''; do
            [ -n "$candidate" ] || die '没有找到 Python 3.11 或更新版本。' \
                'Debian 12、Ubuntu 24.04 及更新系统：apt-get install python3；Ubuntu 22.04：apt-get install python3.11。' \
                '已装在别处的，用 PYTHON 指明：make setup PYTHON=/路径/python3.11'
            found=$(base_python "$candidate") && break
        done
    fi
    python=${found%$'\n'*}
    version=${found##*$'\n'}
}

has_ensurepip() { "$python" -c 'import ensurepip' 2>/dev/null; }

# Debian ships ensurepip in a package of its own; its name carries the version unless it is the system's python3.
venv_package() {
    if [ "$(version_of /usr/bin/python3)" = "$version" ]; then
        say python3-venv
    else
        say "python$version-venv"
    fi
}

has_package() { dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }

has_fonts() {
    has_package fonts-noto-cjk || [ -n "$(fc-list ':family=Noto Serif CJK SC' family 2>/dev/null)" ]
}

install_system_packages() {
    local package what log
    local packages=() reasons=() as_root=() apt=()
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        say '本系统没有 apt-get，请自行安装：Pango 与 HarfBuzz（含 harfbuzz-subset；排版引擎）、Noto Serif CJK 与 Noto Sans CJK（中文字体）。'
        return
    fi
    for package in libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; do
        has_package "$package" || packages+=("$package")
    done
    [ ${#packages[@]} -eq 0 ] || reasons+=(排版引擎)
    has_fonts || { packages+=(fonts-noto-cjk); reasons+=(中文字体); }
    [ -z "$python" ] || has_ensurepip || { packages+=("$(venv_package)"); reasons+=('Python 虚拟环境'); }
    [ ${#packages[@]} -gt 0 ] || return 0

    what=$(printf '、%s' "${reasons[@]}")
    say "需要安装系统软件包：${packages[*]}（${what#、}）"
    local by_hand="apt-get update && apt-get install -y --no-install-recommends ${packages[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null || ! sudo true; then
            die '当前用户不是 root，也不能用 sudo。请以 root 身份运行下面的命令，然后重试：' "  $by_hand"
        fi
        as_root=(sudo)
    fi
    as_root+=(env DEBIAN_FRONTEND=noninteractive)
    apt=("${as_root[@]}" apt-get -o DPkg::Lock::Timeout=120)
    log=$(mktemp)
    # apt-get refuses to go on after an interrupted run until this is done. Like a failing update (one unreachable
    # third-party source, say) it matters only if the install then fails.
    "${as_root[@]}" dpkg --configure -a >"$log" 2>&1 </dev/null || true
    "${apt[@]}" update >>"$log" 2>&1 || true
    if ! "${apt[@]}" install -y --no-install-recommends "${packages[@]}" >>"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        die '系统软件包安装失败（原因见上）。请以 root 身份运行下面的命令，然后重试：' "  $by_hand"
    fi
    rm -f "$log"
}

# Whether .venv is whole, of the wanted version and made at this very place.
venv_works() {
    version=$(version_of .venv/bin/python)
    [ -n "$version" ] && is_wanted_version && grep -qF "$root/.venv/bin/" .venv/bin/pip 2>/dev/null &&
        .venv/bin/python -m pip --version >/dev/null 2>&1
}

make_venv() {
    has_ensurepip || die "$python 缺少 ensurepip 模块，不能建立虚拟环境；请补装，或用 PYTHON 另指一个 Python。"
    rm -rf .venv
    "$python" -m venv .venv || die "$python 不能建立虚拟环境 .venv（原因见上）。"
}

trap 'exit 130' INT TERM

if is_ready; then
    exit 0
fi
rm -f "$stamp"
if venv_works; then
    install_system_packages
else
    choose_python
    install_system_packages
    make_venv
fi
say "正在安装 Python $version 依赖到 .venv（首次约需一两分钟）……"
PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip install -qq -e '.[test]' ||
    die 'Python 依赖安装失败（原因见上）。网络不通时，可设环境变量 PIP_INDEX_URL 指向可用的镜像后重试。'
bash scripts/fonts.sh || true
printf '%s\n' "$root" >"$stamp"
say '环境已就绪。'
