"""Files as text: existence, size and encoding, with the place where the encoding breaks."""

from __future__ import annotations

from pathlib import Path

from reportgen.faults import Fault, FaultyInput, Place

MAX_BYTES = 64 * 2**20
"""Larger inputs are refused: no department's lines come near it."""


def shown(path: Path) -> str:
    """A path as messages name it: relative to the working directory where it lies below it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def read_text(path: Path) -> str:
    """The text of a UTF-8 file (a byte order mark is dropped); raises `FaultyInput`."""
    place = Place(shown(path))
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FaultyInput([Fault(place, f"文件超过 {MAX_BYTES // 2**20} MB，不予读取")])
        raw = path.read_bytes()
    except IsADirectoryError:
        raise FaultyInput([Fault(place, "是文件夹，不是文件；请写出其中的输入文件，如 dept.yaml")]) from None
    except FileNotFoundError:
        raise FaultyInput([Fault(place, "找不到这个文件；请检查文件名和所在文件夹")]) from None
    except OSError as error:
        raise FaultyInput([Fault(place, f"读不了这个文件：{error.strerror}")]) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise FaultyInput([Fault(Place(place.file, line, column), f"不是 UTF-8 编码{_guess(raw)}")]) from None
    if not text.strip():
        raise FaultyInput([Fault(place, "文件是空的")])
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
