"""What people type into a form: right answers in many spellings, slips, oddities and nothing at all."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from portal.forms import Form, Question
from portal.forms.identity import check_character

ODD = (
    "",
    " ",
    "x",
    "１２３",
    "昨天",
    "𠮷·买买提",
    "a\u200bb",
    "1e3",
    "-5",
    "9" * 40,
    "é",
    "e\u0301",
    "\u3000测试\u3000",
    "<b>",
    "a\nb",
    "a\x07b",
)
DATES = (
    "1980-01-01",
    "20150308",
    "2015/3/8",
    "2015.3.8",
    "2015年3月8日",
    "２０１５０３０８",
    "2015-02-29",
    "1700-01-01",
    "1961-07-09",
    "2010-06-02",
)
MOMENTS = ("20250308 0930", "2025-03-08T09:30:00+08:00", "2025-03-08 9:30", "2025-03-08 25:00", "2025/3/8 09:30:15")
MONEY = (
    "0",
    "1200",
    "1,200.50",
    "¥300",
    "500元",
    "１２００．５",
    "12.345",
    "-1",
    "99999999999999",
    "620",
    "6200",
    "一千",
)
WHOLE = ("0", "1", "2", "12", "1,000", "-1", "2.0", "99999999999", "３")
DECIMAL = ("0", "24.5", "80", "0.000001", "1.0000001", "120.75")
PHONES = ("13800138000", "+86 138 0013 8000", "0527-84368888", "(0527)84368888", "138-0013-8000", "1380013800")
REGIONS = ("321311106201", "321311106201 宿豫区大兴镇青墩村", "321311106", "3213", "32131", "110101001001")
ACCOUNTS = ("6222 0212 3456 7890 128", "4111111111111111", "4111-1111-1111-1112", "123")
PLACES = ("33.963,118.275", "33.963 118.275", "95,10", "x")


def resident(dice: random.Random, birth: str = "19800101") -> str:
    body = f"321311{birth}{dice.randrange(1000):03d}"
    return body + check_character(body)


def _id(dice: random.Random) -> str:
    number = resident(dice, dice.choice(["19800101", "20120229", "19490615", "20110229"]))
    return dice.choice(
        [
            number,
            number.lower(),
            f" {number[:6]} {number[6:]}",
            number[:-1] + "0",
            number[:17],
            "320802491231002",
            "E12345678",
            "护照",
        ]
    )


def text_for(form: Form, question: Question, dice: random.Random) -> list[str]:
    """One answer as typed: usually sensible, sometimes not."""
    if dice.random() < 0.06:
        return [dice.choice(ODD)]
    pools: dict[str, Callable[[], str]] = {
        "date": lambda: dice.choice(DATES),
        "datetime": lambda: dice.choice(MOMENTS),
        "money": lambda: dice.choice(MONEY) if dice.random() < 0.5 else str(dice.randrange(50_000)),
        "integer": lambda: dice.choice(WHOLE),
        "decimal": lambda: dice.choice(DECIMAL),
        "boolean": lambda: dice.choice(
            ["true", "false", "false", "maybe"] if dice.random() < 0.05 else ["true", "false"]
        ),
        "phone": lambda: dice.choice(PHONES),
        "region": lambda: dice.choice(REGIONS),
        "bank_account": lambda: dice.choice(ACCOUNTS),
        "geo": lambda: dice.choice(PLACES),
        "id_number": lambda: _id(dice),
        "member_reference": lambda: dice.choice(["m1", "m2", "m9"]),
    }
    if question.codes is not None:
        return _codes(form, question, dice)
    if question.type in {"photo", "file"}:
        return dice.sample(["f1", "f2", "f3"], dice.randrange(3))
    return [pools.get(question.type, lambda: dice.choice(["某某", "示例小学", "x" * 250, "1234567890", "王·五"]))()]


def _codes(form: Form, question: Question, dice: random.Random) -> list[str]:
    known: list[str] = list(form.code_lists[str(question.codes)].values)
    if question.type == "choices":
        return dice.sample(known, dice.randrange(min(4, len(known) + 1)))
    return [dice.choice([*known, "no_such_code"] if dice.random() < 0.1 else known)]


def typed(form: Form, dice: random.Random, *, whole: bool = False, apart: bool = False) -> Any:
    """The pairs of one page; `apart` gives each name with its texts instead."""
    care = 1.0 if whole else dice.choice([0.3, 0.7, 0.95])
    entries: list[tuple[str, list[str]]] = []
    for question in form.scalars:
        if question.compute is None and dice.random() < care:
            entries.append((question.id, text_for(form, question, dice)))
    for group, questions in form.rows.items():
        rows = dice.randrange(1 if group == "members" else 0, 4)
        if not rows and dice.random() < 0.5:
            entries.append((f"{group}-none", ["1"]))
        for at in range(rows):
            entries.append((f"{group}-{at}-row_id", [f"{group[0]}{at + 1}"]))
            entries += [
                (f"{group}-{at}-{q.id}", text_for(form, q, dice))
                for q in questions
                if not q.compute and dice.random() < care
            ]
    return entries if apart else [(name, text) for name, texts in entries for text in texts]
