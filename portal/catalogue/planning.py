"""What a choice of items means: who waits for whom, what excludes what, what could be asked together, by when."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import combinations

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item
from portal.values import Text


@dataclass(frozen=True)
class Exclusion:
    """Two chosen items that may be asked together but not received together."""

    kept: str
    closed: str
    sentence: Text


@dataclass(frozen=True)
class PlanStep:
    """One item of the plan: its limit in working days and the chosen items whose approval it waits for.

    `ready_after` is the working day by which it is promised; `unmet` names needs nobody chosen or recognised fulfils.
    """

    item: str
    department: str
    limit: float
    waits_for: tuple[str, ...]
    unmet: tuple[str, ...]
    ready_after: float


@dataclass(frozen=True)
class Plan:
    """The chosen items in the order in which they can be confirmed, with what excludes and what could be added."""

    steps: tuple[PlanStep, ...]
    exclusions: tuple[Exclusion, ...]
    could_add: tuple[str, ...]
    promised_days: float


def exclusions_between(catalogue: Catalogue, items: Iterable[str]) -> tuple[Exclusion, ...]:
    """Which of the chosen items cannot be received together, and which one stays by the catalogue's order."""
    found = []
    for one, other in combinations(catalogue.chosen(items), 2):
        if other.slug in one.excludes or one.slug in other.excludes:
            kept = catalogue.exclusions.kept(one.slug, other.slug)
            stays, goes = (one, other) if kept == one.slug else (other, one)
            found.append(Exclusion(stays.slug, goes.slug, _sentence(stays, goes)))
    return tuple(found)


def _sentence(stays: Item, goes: Item) -> Text:
    return Text(
        f"“{stays.title.zh}”与“{goes.title.zh}”不能同时享受;两项都符合时保留“{stays.title.zh}”。",
        f"{stays.title.en} and {goes.title.en} cannot be received together; when both are met, {stays.title.en} stays.",
    )


def plan(catalogue: Catalogue, items: Iterable[str], recognised: Collection[str] = ()) -> Plan:
    """The plan a clerk can turn to the citizen. `recognised` holds the recognitions already in force."""
    chosen = catalogue.chosen(items)
    slugs = {item.slug for item in chosen}
    waits = {item.slug: _waits_for(catalogue, item, slugs, recognised) for item in chosen}
    ready: dict[str, float] = {}
    for item in chosen:
        _ready_after(catalogue, item.slug, waits, ready, ())
    steps = [
        PlanStep(
            item=item.slug,
            department=item.department,
            limit=float(item.time_limit.after),
            waits_for=waits[item.slug],
            unmet=() if _is_met(item, waits[item.slug], recognised) else item.needs,
            ready_after=ready[item.slug],
        )
        for item in chosen
    ]
    steps.sort(key=lambda step: (step.ready_after, len(step.waits_for)))
    return Plan(
        steps=tuple(steps),
        exclusions=exclusions_between(catalogue, slugs),
        could_add=_could_add(catalogue, chosen),
        promised_days=max(ready.values(), default=0.0),
    )


def _waits_for(
    catalogue: Catalogue, item: Item, chosen: Collection[str], recognised: Collection[str]
) -> tuple[str, ...]:
    if any(need in recognised for need in item.needs):
        return ()
    granting = (catalogue.granting(need) for need in item.needs)
    return tuple(dict.fromkeys(slug for slug in granting if slug in chosen and slug != item.slug if slug))


def _is_met(item: Item, waits_for: tuple[str, ...], recognised: Collection[str]) -> bool:
    return not item.needs or bool(waits_for) or any(need in recognised for need in item.needs)


def _ready_after(
    catalogue: Catalogue, slug: str, waits: dict[str, tuple[str, ...]], ready: dict[str, float], path: tuple[str, ...]
) -> float:
    """Prepared in parallel, confirmed after the first need: the later of the own limit and the need's."""
    if slug in ready:
        return ready[slug]
    own = float(catalogue.items[slug].time_limit.after)
    others = [_ready_after(catalogue, need, waits, ready, (*path, slug)) for need in waits[slug] if need not in path]
    ready[slug] = max(own, min(others, default=0.0))
    return ready[slug]


def _could_add(catalogue: Catalogue, chosen: tuple[Item, ...]) -> tuple[str, ...]:
    """Items that any chosen one may be asked together with, that start by application and were not chosen."""
    slugs = {item.slug for item in chosen}
    offered = {slug for item in chosen for slug in item.co_apply} - slugs
    return tuple(i.slug for i in catalogue.items.values() if i.slug in offered and "application" in i.starts)
