"""Why an item starts by itself: a department's list, recognised households, a birthday, or a price index that moved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.cases import candidates
from portal.cases.candidates import Aside, Candidate
from portal.cases.rules import PRICE_INDEX
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item
from portal.errors import Problem, Refused
from portal.registers import queries as register_queries
from portal.values import Text

REGISTER, RECOGNITIONS, BIRTHDAY = "register", "recognitions", "birthday"
# The word of an item's `starts` each source stands for.
STARTS = {REGISTER: "list", RECOGNITIONS: "list", BIRTHDAY: "birthday", PRICE_INDEX: "price_index"}
TITLES = {
    REGISTER: Text("名单", "a register"),
    RECOGNITIONS: Text("已认定家庭", "recognised households"),
    BIRTHDAY: Text("到龄", "a birthday"),
    PRICE_INDEX: Text("价格指数", "a price index"),
}

NOT_AUTOMATIC = Problem(
    "not-automatic",
    422,
    Text("“{item}”不由{source}启动。", "{item} is not started by {source}."),
)
NO_SOURCE = Problem(
    "no-source",
    422,
    Text(
        "不知道启动来源“{source}”。可用:register:<台账>、recognitions、birthday、price_index:<年-月>。",
        "There is no source {source!r}: register:<slug>, recognitions, birthday or price_index:<year-month>.",
    ),
)
NO_MONTH = Problem("no-month", 422, Text("请给出启动月份,如 2025-03。", "Say for which month, such as 2025-03."))
NOTHING_NEEDED = Problem(
    "nothing-needed",
    422,
    Text("“{item}”不需要身份认定,不能由已认定家庭启动。", "{item} needs no recognition, so none can start it."),
)


@dataclass(frozen=True)
class Occasion:
    """One reason to start one item, and the period it counts for: nobody is started twice in a period."""

    item: Item
    kind: str
    named: str
    period: str

    @property
    def source(self) -> str:
        return f"{self.kind}:{self.named}" if self.named else self.kind


def occasion(catalogue: Catalogue, slug: str, source: str, today: date) -> Occasion:
    """The occasion a source names for an item. Refused when the item does not start that way."""
    item = catalogue.item(slug)
    kind, _, named = source.partition(":")
    if kind not in STARTS:
        raise Refused(NO_SOURCE, source=source)
    if STARTS[kind] not in item.starts or (kind == BIRTHDAY and item.birthday is None):
        raise Refused(NOT_AUTOMATIC, item=item.title, source=TITLES[kind])
    if kind == REGISTER:
        one = register_queries.shape(catalogue, named)
        if slug not in one.register.starts:
            raise Refused(NOT_AUTOMATIC, item=item.title, source=one.register.title)
    if kind == RECOGNITIONS and not item.needs:
        raise Refused(NOTHING_NEEDED, item=item.title)
    if kind == PRICE_INDEX and not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", named):
        raise Refused(NO_MONTH)
    return Occasion(item, kind, named, _period(item, kind, named, today))


def day_of_age(why: Occasion, born: date | None) -> date | None:
    """The day somebody reaches the item's age, as the rules count: 1 March for 29 February in a common year."""
    if why.kind != BIRTHDAY or why.item.birthday is None or born is None:
        return None
    year = born.year + why.item.birthday.age
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def _period(item: Item, kind: str, named: str, today: date) -> str:
    """Within which time one start is enough: a month or a year as the item is reviewed, once for an age."""
    if kind == PRICE_INDEX:
        return named
    if kind == BIRTHDAY:
        return f"{item.birthday.age}" if item.birthday else ""
    months = (item.review.months if item.review else None) or 12
    return f"{today:%Y-%m}" if months < 12 else f"{today:%Y}"


def concerned(db: Session, catalogue: Catalogue, why: Occasion, today: date) -> Iterator[Candidate | Aside]:
    """Everybody an occasion may concern."""
    if why.kind == REGISTER:
        return candidates.on_list(db, catalogue, why.item, register_queries.shape(catalogue, why.named), today)
    if why.kind == BIRTHDAY:
        return candidates.at_age(db, catalogue, why.item, today)
    return candidates.recognised(db, catalogue, why.item, today)


def nightly(catalogue: Catalogue) -> list[tuple[str, str]]:
    """(item, source) of everything that starts without anybody's word: birthdays and lists, every night."""
    found = []
    for item in catalogue.items.values():
        lists = [slug for slug, register in catalogue.registers.items() if item.slug in register.starts]
        if "birthday" in item.starts and item.birthday is not None:
            found.append((item.slug, BIRTHDAY))
        elif "list" in item.starts:
            found += [(item.slug, f"{REGISTER}:{slug}") for slug in lists]
            if not lists and item.needs:
                found.append((item.slug, RECOGNITIONS))
    return found
