"""LibreOffice as a reader of the DOCX: what it makes of the file, with a profile and fonts of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from reportgen.compose.style import Fonts
from reportgen.render.faces import faces

_DOCTYPE = '<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">'
_MACRO = """
Sub ToPdf(source As String, target As String)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  report = StarDesktop.loadComponentFromURL(source, "_blank", 0, hidden())
  report.lockControllers()
  family = report.StyleFamilies.getByName("ParagraphStyles")
  For Each styleName In family.ElementNames
    one = family.getByName(styleName)
    one.ParaIsCharacterDistance = False
    one.ParaIsHangingPunctuation = False
  Next
  report.unlockControllers()
  Dim pdf(0) As New com.sun.star.beans.PropertyValue
  pdf(0).Name = "FilterName"
  pdf(0).Value = "writer_pdf_Export"
  report.storeToURL(target, pdf())
  report.close(True)
End Sub
"""
"""Prints a file to PDF. Every style of ours says w:autoSpaceDE="0", which LibreOffice does not read: it is
set here. Nothing hangs over the margin, as in the PDF; Word lets punctuation do so (w:overflowPunct="1"), and
LibreOffice takes that the wrong way round.
All at once: laid out again style by style, it loses the last rows of some tables."""


@dataclass(frozen=True)
class Office:
    soffice: str
    folder: Path
    """Its own; nothing of the user's is read."""

    def printed(self, source: Path, target: Path) -> Path:
        """A PDF of a DOCX."""
        module = self.folder / "user" / "basic" / "Standard" / "Module1.xba"
        if not module.exists():
            self._run("--terminate_after_init")
        module.write_text(
            f'<?xml version="1.0" encoding="UTF-8"?>\n{_DOCTYPE}\n'
            '<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" '
            f'script:language="StarBasic">{escape(_MACRO)}</script:module>\n',
            "utf-8",
        )
        self._run(f'macro:///Standard.Module1.ToPdf("{source.as_uri()}","{target.as_uri()}")')
        assert target.is_file(), "LibreOffice wrote nothing"
        return target

    def converted(self, source: Path, folder: Path) -> Path:
        """A PDF of a DOCX, as anybody makes it."""
        self._run("--convert-to", "pdf", "--outdir", str(folder), str(source))
        return folder / f"{source.stem}.pdf"

    def saved_again(self, source: Path, folder: Path) -> Path:
        """A DOCX as LibreOffice writes it."""
        self._run("--convert-to", "docx:MS Word 2007 XML", "--outdir", str(folder), str(source))
        return folder / source.name

    def _run(self, *what: str) -> None:
        command = [self.soffice, f"-env:UserInstallation={self.folder.as_uri()}", "--headless", *what]
        surroundings = {**os.environ, "FONTCONFIG_FILE": str(self.folder / "fonts.conf")}
        subprocess.run(command, env=surroundings, check=True, capture_output=True, timeout=300)


def office_or_skip(folder: Path, families: Mapping[str, str]) -> Office:
    """`families`: what stands for fonts that are not here, which LibreOffice would choose in its own way."""
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed: apt-get install libreoffice-writer")
    rule = (
        '<match target="pattern"><test name="family"><string>{}</string></test>'
        '<edit name="family" mode="assign" binding="same"><string>{}</string></edit></match>'
    )
    rules = "".join(rule.format(escape(name), escape(other)) for name, other in families.items())
    usual = os.environ.get("FONTCONFIG_FILE", "/etc/fonts/fonts.conf")
    (folder / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig><include>{escape(usual)}</include>{rules}</fontconfig>",
        "utf-8",
    )
    return Office(soffice, folder)


def as_in_the_pdf(fonts: Fonts) -> dict[str, str]:
    """What the PDF sets each role in, for the font that the DOCX names."""
    found = ((face.wanted, face.rank) for face in faces(fonts))
    return {wanted[0]: wanted[rank] for wanted, rank in found if rank}
