"""Items to choose from, and what a choice means: the plan a clerk can turn to the citizen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any, Final

from portal.cases.prospects import Prospect
from portal.cases.rules import OUTCOMES
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item
from portal.catalogue.papers import PaperNeed, papers_for
from portal.catalogue.planning import exclusions_between
from portal.catalogue.planning import plan as plan_of
from portal.catalogue.savings import Measure, savings
from portal.values import Text, WorkingCalendar

LAYERS: Final[Mapping[str, Text]] = {
    "basic_living": Text("基本生活救助", "Basic living"),
    "special": Text("专项救助", "Special aid"),
    "urgent": Text("急难救助", "Urgent aid"),
    "welfare": Text("福利补贴", "Welfare"),
    "utility": Text("公用事业减免", "Utilities"),
    "social_force": Text("社会力量帮扶", "Charity and societies"),
}
OTHER_LAYER: Final = Text("其他", "Other")
STARTS: Final[Mapping[str, Text]] = {
    "list": Text("由部门名单自动启动", "starts from a department's list"),
    "birthday": Text("到龄自动启动", "starts at a birthday"),
    "price_index": Text("物价指数达到条件时自动发放", "paid by itself when the price index moves"),
    "reminder": Text("由系统提醒启动", "starts with a reminder"),
}
# So many items are named as possible company; more would be no advice.
OFFERED: Final = 8
# The four figures of the promise; the others are on the catalogue's page.
SHOWN_MEASURES: Final = ("questions", "papers", "days_last", "trips")


@dataclass(frozen=True)
class Choice:
    """One item in the list to tick: why it cannot be, how it looks for this family, whether it is running already."""

    item: Item
    department: Text
    closed: Text | None
    chosen: bool
    taken: bool
    prospect: str | None = None
    outcome: Text | None = None
    why: Text | None = None


@dataclass(frozen=True)
class Group:
    """Items of one layer or one department."""

    id: str
    title: Text
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Line:
    """One item of the plan: by which day it is promised and what it waits for."""

    item: Item
    department: Text
    days: int
    promised: date
    waits: Text | None
    alone: Text | None


@dataclass(frozen=True)
class Plan:
    """The chosen items in order, with everything a family asks before it signs."""

    lines: tuple[Line, ...]
    exclusions: tuple[Text, ...]
    could_add: tuple[Item, ...]
    measures: tuple[Measure, ...]
    papers: tuple[PaperNeed, ...]
    promised: date
    provisional: bool


def groups(
    catalogue: Catalogue,
    *,
    by: str,
    chosen: Collection[str],
    taken: Collection[str] = (),
    prospects: Mapping[str, Prospect] | None = None,
    today: date,
) -> list[Group]:
    """Every item in force, grouped by layer or by department."""
    found: dict[str, list[Choice]] = {}
    for item in catalogue.items.values():
        if item.retired_on is not None and item.retired_on <= today:
            continue
        key = item.department if by == "department" else item.layer
        found.setdefault(key, []).append(_choice(catalogue, item, chosen, taken, (prospects or {}).get(item.slug)))
    if by == "department":
        return [Group(key, catalogue.departments[key].title, tuple(choices)) for key, choices in found.items()]
    order = [*LAYERS, *(layer for layer in found if layer not in LAYERS)]
    return [Group(key, LAYERS.get(key, OTHER_LAYER), tuple(found[key])) for key in order if key in found]


def _choice(
    catalogue: Catalogue, item: Item, chosen: Collection[str], taken: Collection[str], prospect: Prospect | None
) -> Choice:
    closed = None
    if not is_open(item):
        closed = _joined([STARTS[start] for start in item.starts if start in STARTS])
    return Choice(
        item=item,
        department=catalogue.departments[item.department].title,
        closed=closed,
        chosen=item.slug in chosen,
        taken=item.slug in taken,
        prospect=prospect.outcome if prospect is not None else None,
        outcome=OUTCOMES.get(prospect.outcome) if prospect is not None else None,
        why=prospect.reason if prospect is not None else None,
    )


def is_open(item: Item) -> bool:
    """Whether a citizen can ask for it; the others start by themselves."""
    return bool({"application", "discovery"} & set(item.starts))


def plan(
    catalogue: Catalogue,
    items: Sequence[str],
    *,
    calendar: WorkingCalendar,
    today: date,
    facts: Mapping[str, Any] | None = None,
    recognised: Collection[str] = (),
    held: Collection[str] = (),
    hopeful: Collection[str] = (),
) -> Plan:
    """What these items mean for a family that holds these recognitions, receives these items already (`held`), and
    may be entitled to these (`hopeful`).
    """
    found = plan_of(catalogue, items, recognised)
    lines = []
    for step in found.steps:
        item = catalogue.item(step.item)
        days = ceil(step.ready_after)
        lines.append(
            Line(
                item=item,
                department=catalogue.departments[step.department].title,
                days=days,
                promised=calendar.add(today, days),
                waits=_joined([catalogue.item(slug).title for slug in step.waits_for]),
                alone=_joined([_need_title(catalogue, need) for need in step.unmet]),
            )
        )
    chosen = {item.slug for item in catalogue.chosen(items)}
    among = [slug for slug in held if slug in catalogue.items and slug not in chosen]
    exclusions = [e for e in exclusions_between(catalogue, [*chosen, *among]) if {e.kept, e.closed} & chosen]
    last = max((line.promised for line in lines), default=today)
    return Plan(
        lines=tuple(lines),
        exclusions=tuple(exclusion.sentence for exclusion in exclusions),
        could_add=_could_add(catalogue, [slug for slug in found.could_add if slug not in held], chosen, hopeful),
        measures=tuple(m for m in savings(catalogue, items) if m.name in SHOWN_MEASURES),
        papers=papers_for(catalogue, items, catalogue.environment(facts or {}, today)),
        promised=last,
        provisional=calendar.is_provisional(last),
    )


def _could_add(
    catalogue: Catalogue, offered: Sequence[str], chosen: Collection[str], hopeful: Collection[str]
) -> tuple[Item, ...]:
    """The few worth naming: what this family may be entitled to first, then what most of the chosen items go with."""

    def weight(slug: str) -> tuple[bool, int]:
        return slug in hopeful, sum(slug in catalogue.item(one).co_apply for one in chosen)

    return tuple(catalogue.item(slug) for slug in sorted(offered, key=weight, reverse=True)[:OFFERED])


def _need_title(catalogue: Catalogue, need: str) -> Text:
    status = catalogue.statuses.get(need)
    return status.title if status is not None else catalogue.item(need).title


def _joined(titles: Sequence[Text]) -> Text | None:
    if not titles:
        return None
    return Text("、".join(title.zh for title in titles), ", ".join(title.en for title in titles))
