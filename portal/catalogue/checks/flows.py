"""Can every procedure be followed to an end, in time, by posts that exist?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from portal.catalogue.canonical import compact
from portal.catalogue.checks.index import Index, Place
from portal.catalogue.documents import Source
from portal.catalogue.reading import exact
from portal.errors import Finding
from portal.values import Text
from portal.workflow import FRONT_SIGNALS, Workflow, budget, parse
from portal.workflow.explore import Exploration, Part, explore
from portal.workflow.lint import lint

# The front steps that may be needed, acceptance first: a short front has only that one.
EVERY_FRONT_STEP = tuple(FRONT_SIGNALS)
MOST_TOLD = 3  # one trap shows up in many states; the first few say where it is


def check_flows(source: Source, index: Index) -> Iterator[Finding]:
    """Every workflow on its own, workflows together, then every item's limit against the steps of its workflow."""
    roles = frozenset(index.known("role"))
    texts: dict[str, str] = {}
    for _, document in source.of_kind("workflow"):
        text = compact(document)
        faults = _linted(text, roles)
        yield from faults
        if not faults:
            texts[document["workflow"]] = text
    if "front" not in texts:
        return
    items = [(Place(path), item) for path, item in source.of_kind("items") if item["workflow"] in texts]
    yield from _together(texts, [item for _, item in items], source)
    front = parse(json.loads(texts["front"]))
    workflows = {name: parse(json.loads(text)) for name, text in texts.items()}
    for place, item in items:
        yield from _in_time(place, item, front, workflows[item["workflow"]])


# Exploring is the slow part of a check and workflows seldom change between two checks, so results are kept by content.
@lru_cache(maxsize=200)
def _linted(text: str, roles: frozenset[str]) -> tuple[Finding, ...]:
    return tuple(lint(json.loads(text), roles))


@lru_cache(maxsize=500)
def _explored(texts: tuple[str, ...], front_needs: tuple[str, ...], master: int | None) -> Exploration:
    """Explore these procedures side by side; with a master, the last one waits for that one's recognition."""
    context = {"limit_days": 12, "front_needs": front_needs}
    last = len(texts) - 1
    flows = [parse(json.loads(text)) for text in texts]
    return explore([Part(flow, context, master if at == last else None) for at, flow in enumerate(flows)])


def _together(texts: Mapping[str, str], items: list[Mapping[str, Any]], source: Source) -> Iterator[Finding]:
    """Each workflow beside the front, twice beside a short one, and each pair in which one waits for the other."""
    long, short = EVERY_FRONT_STEP, EVERY_FRONT_STEP[:1]
    worlds: list[tuple[tuple[str, ...], tuple[str, ...], int | None]] = []
    for name in sorted({item["workflow"] for item in items}):
        worlds += [(("front", name), long, None), (("front", name, name), short, None)]
    worlds += [(("front", *pair), short, 1) for pair in sorted(_prerequisites(items, source))]
    for names, needs, master in worlds:
        yield from _stuck(names, _explored(tuple(texts[name] for name in names), needs, master))


def _prerequisites(items: list[Mapping[str, Any]], source: Source) -> set[tuple[str, str]]:
    """Pairs of workflows in which a case of the second may wait for a case of the first."""
    flow = {item["slug"]: item["workflow"] for item in items}
    granting = {status["id"]: status["granted_by"] for status in source.one("statuses").get("statuses", ())}
    return {
        (flow[giver], item["workflow"])
        for item in items
        for giver in (granting.get(need, need) for need in item["needs"])
        if giver in flow
    }


def _stuck(names: tuple[str, ...], found: Exploration) -> Iterator[Finding]:
    together, place = " + ".join(names), Place(f"workflows/{names[-1]}.json", "/steps")
    for where in found.stuck[:MOST_TOLD]:
        yield place.finding(
            f"与其他流程一起({together})办到“{where}”后无法办结。",
            f"Together ({together}), no end can be reached from {where!r}.",
        )
    if not found.complete:
        yield place.finding(f"{together} 状态过多,无法查清。", f"{together}: too many states to be checked.")


def _in_time(place: Place, item: Mapping[str, Any], front: Workflow, workflow: Workflow) -> Iterator[Finding]:
    """The longest way to confirmation, the shared front included, within the item's promised limit."""
    days = exact(item["time_limit"]["after"])
    found = budget(
        workflow,
        days,
        front=front,
        front_needs=item["front"],
        publicity_inside=item["time_limit"].get("publicity_inside", True),
    )
    if found.finding is not None:
        longest = "、".join(f"{name} {taken}" for name, taken in found.steps if taken)
        yield Finding(
            place.file,
            f"{place.pointer}/time_limit/after",
            Text(
                f"流程“{workflow.name}”最长需 {found.total} 个工作日,超过承诺的 {days} 个({longest})。",
                f"Workflow {workflow.name!r} takes up to {found.total} working days, over the promised {days}: {longest}.",
            ),
            found.finding.suggestion,
        )
