"""Files as text: existence, size and encoding, with the place where the encoding breaks."""

from __future__ import annotations

import re
import stat
import unicodedata
from dataclasses import replace
from pathlib import Path

from reportgen.faults import Fault, FaultyInput, Place
from reportgen.load.asked import note

UTF8_MARK = "\ufeff"
"""At the head of a file; by it Excel knows UTF-8."""

MAX_BYTES = 64 * 2**20
"""Larger inputs are refused: no department's lines come near it."""

MAX_TREE_BYTES = 8 * 2**20
"""YAML and JSON take some 4 seconds and 60 MB of memory for each MB; long lists belong into a CSV."""

MAX_VALUE = 100_000
"""Characters of one value: more than a hundred pages."""

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff]")
"""All but line ends and tabs, as `model.values.Text` refuses them: codes and keys are printed too."""

_QUOTED = 120
"""What messages quote of the input is cut to so many characters."""


def shown(path: Path) -> str:
    """A path as messages name it: relative to the working directory where it lies below it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def is_file(path: Path) -> bool:
    note(path)
    try:
        return path.is_file()
    except OSError:  # a name longer than the file system takes
        return False


def inside(folder: Path, name: str) -> Path | None:
    """The file `name` of a folder, unless it is missing or lies or leads (by `..` or a link) outside."""
    path = folder / name
    note(path)
    try:
        return path if path.is_file() and folder.resolve() in path.resolve().parents else None
    except (OSError, ValueError, RuntimeError):  # a name no file system takes, or links in a circle
        return None


def printable(fault: Fault) -> Fault:
    """A fault whose message quotes the input briefly and cannot steer the terminal it is printed on."""
    brief = re.sub(f"“([^”]{{{_QUOTED}}})[^”]+”", "“\\1……”", fault.message)
    return replace(fault, message="".join(map(_visible, brief)))


def unprintable(text: str) -> str | None:
    """What is wrong with a value that no paper shows: control and private-use characters, endless length."""
    found = _UNPRINTABLE.search(text)
    if found:
        return f"含有不能印刷的字符 U+{ord(found[0]):04X}；请删去"
    return f"有 {len(text)} 个字，一项最多 {MAX_VALUE} 个字" if len(text) > MAX_VALUE else None


def _visible(char: str) -> str:
    # tabs do no harm; format characters (Cf) can turn the direction of what follows
    harmful = char != "\t" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    return f"\\u{ord(char):04x}" if harmful else char


def read_text(path: Path, most: int = MAX_BYTES) -> str:
    """The text of a UTF-8 file (a byte order mark is dropped); raises `FaultyInput`."""
    place = Place(shown(path))
    note(path)
    try:
        found = path.stat()
        if found.st_size > most:
            hint = "；长的明细请放进旁边的 CSV 文件" if most == MAX_TREE_BYTES else ""
            raise FaultyInput([Fault(place, f"文件超过 {most // 2**20} MB，不予读取{hint}")])
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):  # a pipe may never end
            raise FaultyInput([Fault(place, "不是普通文件，不予读取")])
        raw = path.read_bytes()
    except IsADirectoryError:
        raise FaultyInput([Fault(place, "是文件夹，不是文件；请写出其中的输入文件，如 dept.yaml")]) from None
    except FileNotFoundError:
        raise FaultyInput([Fault(place, "找不到这个文件；请检查文件名和所在文件夹")]) from None
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        raise FaultyInput([Fault(place, f"读不了这个文件：{getattr(error, 'strerror', '')}")]) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = _lines(error.object[: error.start].decode("utf-8-sig", "replace"))
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise FaultyInput([Fault(Place(place.file, line, column), f"不是 UTF-8 编码{_guess(raw)}")]) from None
    if not text.strip():
        raise FaultyInput([Fault(place, "文件是空的")])
    return _lines(text)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _guess(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "（是 UTF-16）；请另存为 UTF-8"
    if raw[:2] == b"PK" or raw[:4] == b"\xd0\xcf\x11\xe0":
        return "，是 Excel 或压缩文件；请另存为 CSV UTF-8"
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return "；请另存为 UTF-8"
    return "（像是 GBK）；请在记事本里另存为 UTF-8，或在 Excel 里另存为“CSV UTF-8”"
