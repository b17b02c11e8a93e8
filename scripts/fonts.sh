#!/usr/bin/env bash
# Brings a free 仿宋 and a free 楷体, where there are none, out of Debian's texlive-lang-chinese, without TeX.
# Nothing depends on them, so whatever goes wrong is told and ends well.
set -u

package=texlive-lang-chinese
names=(FandolFang FandolKai)
files=(FandolFang-Regular.otf FandolKai-Regular.otf)
if [ "$(id -u)" -eq 0 ]; then
    folder=/usr/local/share/fonts/reportgen
else
    folder=${XDG_DATA_HOME:-$HOME/.local/share}/fonts/reportgen
fi

say() { printf '%s\n' "$@"; }

# Whether fontconfig knows a family of one of these names.
has_family() {
    local name
    for name in "$@"; do
        [ -z "$(fc-list ":family=$name" family 2>/dev/null)" ] || return 0
    done
    return 1
}

# The names that reportgen looks for (reportgen/compose/style.py), but for what stands in for them.
has_both() {
    has_family 仿宋_GB2312 FangSong 仿宋 FandolFang && has_family 楷体_GB2312 KaiTi 'LXGW WenKai' FandolKai
}

# Tells why there are none, and how to come by them.
give_up() {
    say "没有装上仿宋和楷体：$1" \
        '  缺的用 Noto Serif CJK（宋体）代替，其余不受影响。要装的，联网后运行 make fonts；' \
        "  或者把 ${files[0]}、${files[1]}（https://ctan.org/pkg/fandol），或有权使用的别的仿宋、楷体字体文件，" \
        "  放进 $folder，再运行 fc-cache -f"
    exit 0
}

download() {
    local apt=(apt-get -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30)
    "${apt[@]}" download "$package" && return
    # unknown, or moved on since the lists were fetched; only root can fetch them again
    [ "$(id -u)" -eq 0 ] && "${apt[@]}" update && "${apt[@]}" download "$package"
}

command -v fc-list >/dev/null || give_up '没有 fc-list（软件包 fontconfig）'
has_both && exit 0
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || give_up '本系统没有 apt-get'

work=$(mktemp -d) || give_up '不能建立临时文件夹'
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || give_up '不能进入临时文件夹'
say "正在取仿宋和楷体（${names[0]}、${names[1]}：从软件包 $package 里只取这两个文件，下载约 50 MB）……"
download >log 2>&1 </dev/null || give_up "下载软件包 $package 没有成功（$(tail -n 1 log)）"
dpkg-deb --fsys-tarfile "$package"_*.deb 2>>log |
    tar -x --transform 's,.*/,,' --wildcards "*/${files[0]}" "*/${files[1]}" 2>>log
for file in "${files[@]}"; do
    [ -s "$file" ] || give_up "软件包 $package 里没有 $file"
done
install -d "$folder" 2>>log && install -m 644 "${files[@]}" "$folder" 2>>log ||
    give_up "不能写入 $folder（$(tail -n 1 log)）"
fc-cache -f "$folder" >>log 2>&1
has_both || give_up "fontconfig 没有找到 $folder 里的字体"
say "仿宋和楷体已装到 $folder"
