"""What only people know: why figures changed and what money is for."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from reportgen.faults import nearest
from reportgen.model.values import Text
from reportgen.model.words import Model, Word, Zh, reject


class Topic(Word):
    """What a cause or a use can be written for, besides classification codes."""

    REVENUE = "revenue", "收入"
    EXPENDITURE = "expenditure", "支出"
    FISCAL = "fiscal", "财政拨款"
    GENERAL = "general", "一般公共预算"
    BASIC = "basic", "基本支出"
    PERSONNEL = "personnel", "人员经费"
    OPERATING = "operating", "公用经费"
    PROJECT = "project", "项目支出"
    GOVERNMENT_FUND = "government_fund", "政府性基金"
    STATE_CAPITAL = "state_capital", "国有资本经营"
    THREE_PUBLIC = "three_public", "三公经费"
    ABROAD = "abroad", "因公出国（境）费", "因公出国(境)费"
    VEHICLES = "vehicles", "公务用车购置及运行费"
    VEHICLE_PURCHASE = "vehicle_purchase", "公务用车购置费"
    VEHICLE_RUNNING = "vehicle_running", "公务用车运行维护费"
    RECEPTION = "reception", "公务接待费"
    CONFERENCE = "conference", "会议费"
    TRAINING = "training", "培训费"
    AGENCY_OPERATION = "agency_operation", "机关运行经费"
    PROCUREMENT = "procurement", "政府采购"
    SERVICES = "services", "政府购买服务", "购买服务"
    ASSETS = "assets", "国有资产"


def _subject(typed: object) -> str:
    text = str(typed).strip()
    if text.isascii() and text.isdigit() and len(text) in (3, 5, 7):
        return text
    for topic in Topic:
        if text == topic.value or text in topic.zh:
            return topic.value
    known = [topic.label for topic in Topic]
    hint = nearest(text, known) or f"；可写科目编码，或：{'、'.join(known)}"
    raise reject(f"不认识的说明对象“{text}”{hint}")


def subject_label(subject: str) -> str:
    """A subject as people write it."""
    return subject if subject.isdigit() else Topic(subject).label


Subject = Annotated[str, BeforeValidator(_subject)]
"""A `Topic` by its English value, or a classification code of 3, 5 or 7 digits."""


class Term(Model):
    term: Annotated[Text, Zh("名词", about="名词")]
    meaning: Annotated[Text, Zh("解释", about="解释")]
