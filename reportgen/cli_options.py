"""Options that several commands have alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reportgen.build import Format

ProfileOption = Annotated[
    Path | None, typer.Option("--profile", metavar="DIR", help="用这个文件夹里的格式，不用输入里写的。")
]
FormatsOption = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="pdf,docx,xlsx,html,csv",
        help="写出哪些格式；xlsx 是各表的工作簿，csv 是开放数据（放在 …-csv 文件夹里）。",
    ),
]
VerifyOption = Annotated[
    bool, typer.Option("--verify/--no-verify", help="写出前把文件读回来，逐个核对数字。")
]
AttachOption = Annotated[
    bool,
    typer.Option(
        "--attach-input",
        help="把报告所用的每个输入文件（明细、单位的、上年的）原样附在 PDF 里；其中的备注也就公开了。",
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", help="也覆盖生成以后有人改过的 DOCX、XLSX。")]


def see_that_there_is_a_pdf(attach_input: bool, formats: list[Format]) -> None:
    if attach_input and Format.PDF not in formats:
        raise typer.BadParameter("--attach-input 附在 PDF 里；请在 --format 里加上 pdf")


def read_formats(typed: str) -> list[Format]:
    known = [f.value for f in Format]
    wanted = [word.strip().lower() for word in typed.split(",") if word.strip()]
    unknown = [word for word in wanted if word not in known]
    if unknown or not wanted:
        problem = f"不认识的格式“{'、'.join(unknown)}”" if unknown else "没有写格式"
        raise typer.BadParameter(f"{problem}；可写 {'、'.join(known)}，多个用逗号隔开")
    return [Format(word) for word in dict.fromkeys(wanted)]
