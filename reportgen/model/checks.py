"""Which checks a department or a region's form leaves out or loosens, and why."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import model_validator

from reportgen.model.values import Amount, Text, YesNo
from reportgen.model.words import Model, Zh, reject


class CheckSetting(Model):
    rule: Annotated[Text, Zh("规则", about="规则的编号，如 `P2-secrecy`")]
    """The id of a rule, as findings show it."""
    off: Annotated[YesNo, Zh("关闭", about="是、否；与容差写一个")] = False
    tolerance: Annotated[Amount | None, Zh("容差", about="金额；相差在这以内不算")] = None
    """How far figures that must agree may be apart."""
    reason: Annotated[Text, Zh("理由", about="会随核对结果印出来")]
    """Printed with the findings."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.off == (self.tolerance is not None):
            raise reject("“关闭: 是”与“容差”要写一个，也只写一个")
        return self
