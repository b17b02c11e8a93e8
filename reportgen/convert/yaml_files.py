"""A typed disclosure as YAML, its long lists as CSV files beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from ruamel.yaml import YAML
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import LiteralScalarString

from reportgen.convert.typed import Typed, columns
from reportgen.load.reading import usual_name
from reportgen.load.sections import records_of
from reportgen.load.text import UTF8_MARK
from reportgen.model.disclosure import LEDGER, Disclosure
from reportgen.model.lines import ExpenditureLine
from reportgen.render.files import safe_name

CSV_NAMES = {
    "units": "units",
    "projects": "projects",
    "procurement": "procurement",
    "services": "services",
    "indicators": "indicators",
}
"""Lists that are kept in files of their own, by the field."""
LINES = "lines"


def yaml_files(name: str, disclosure: Mapping[str, Typed]) -> dict[str, bytes]:
    """The files by name: the YAML file `name` and the CSV files that it names."""
    content = dict(disclosure)
    files: dict[str, bytes] = {}
    for field, stem in CSV_NAMES.items():
        key = usual_name(Disclosure, field)
        if key in content:
            model = records_of(Disclosure, field)
            assert model is not None
            content[key] = _beside(f"{stem}.csv", model, content[key], files)
    key = usual_name(Disclosure, "expenditure")
    ledgers = content[key]
    assert isinstance(ledgers, dict)
    names = _ledger_files(list(ledgers))
    written: dict[str, Typed] = {
        ledger: _beside(names[ledger], ExpenditureLine, lines, files) for ledger, lines in ledgers.items()
    }
    content[key] = written[LEDGER] if list(written) == [LEDGER] else written
    return {name: _yaml(content), **files}


def _ledger_files(ledgers: Sequence[str]) -> dict[str, str]:
    """A file name for each ledger, no two alike even where case does not count."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for number, ledger in enumerate(ledgers, 1):
        name = f"{LINES}.csv" if ledger == LEDGER else f"{LINES}-{safe_name(ledger)}.csv"
        if name.lower() in taken:
            name = f"{LINES}-{number}.csv"
        taken.add(name.lower())
        names[ledger] = name
    return names


def _beside(name: str, model: type[BaseModel], records: Typed, files: dict[str, bytes]) -> Typed:
    """The name of the CSV file that holds the records, or an empty list where there are none."""
    assert isinstance(records, list)
    if not records:
        return []
    rows = [record for record in records if isinstance(record, dict)]
    heads = columns(model, rows)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([head.title for head in heads])
    for row in rows:
        writer.writerow([_text(head.value(row)) for head in heads])
    files[name] = (UTF8_MARK + out.getvalue()).encode()
    return name


def _text(value: Typed | None) -> str:
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


class _Representer(RoundTripRepresenter):
    """Decimals stand plain; ruamel quotes whatever text could be taken for something else."""


def _decimal(representer: Any, number: Decimal) -> Any:
    kind = "int" if number == number.to_integral_value() else "float"
    return representer.represent_scalar(f"tag:yaml.org,2002:{kind}", f"{number:f}")


_Representer.add_representer(Decimal, _decimal)


def _yaml(content: Mapping[str, Typed]) -> bytes:
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.width = 1_000_000  # no line is broken: where Chinese is, a break would become a space
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.BytesIO()
    yaml.dump(_blocks(content), out)
    return out.getvalue()


def _blocks(value: Any) -> Any:
    """Texts of several lines as blocks, as people write them, unless a line begins with a space."""
    if isinstance(value, Mapping):
        return {key: _blocks(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_blocks(one) for one in value]
    if isinstance(value, str) and "\n" in value and all(map(_stands_in_block, value.split("\n"))):
        return LiteralScalarString(value)
    return value


def _stands_in_block(line: str) -> bool:
    return line == line.strip() and line.isprintable()
