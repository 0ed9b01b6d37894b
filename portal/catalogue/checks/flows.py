"""Can every procedure be followed to an end, in time, by posts that exist?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

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


def check_flows(source: Source, index: Index) -> Iterator[Finding]:
    """Every workflow on its own, workflows together, then every item's limit against the steps of its workflow."""
    roles = frozenset(index.known("role"))
    workflows: dict[str, Workflow] = {}
    for _, document in source.of_kind("workflow"):
        faults = lint(document, roles)
        yield from faults
        if not faults:
            workflows[document["workflow"]] = parse(document)
    front = workflows.get("front")
    if front is None:
        return
    items = [(Place(path), item) for path, item in source.of_kind("items") if item["workflow"] in workflows]
    yield from _together(front, workflows, [item for _, item in items], source)
    for place, item in items:
        yield from _in_time(place, item, front, workflows[item["workflow"]])


def _together(
    front: Workflow, workflows: Mapping[str, Workflow], items: list[Mapping[str, Any]], source: Source
) -> Iterator[Finding]:
    """Explore each workflow beside the front, twice beside a short one, and each pair in which one waits for the other."""
    long, short = ({"limit_days": 12, "front_needs": needs} for needs in (EVERY_FRONT_STEP, EVERY_FRONT_STEP[:1]))
    for name in sorted({item["workflow"] for item in items}):
        flow = workflows[name]
        yield from _stuck(("front", name), explore([Part(front, long), Part(flow, long)]))
        yield from _stuck(("front", name, name), explore([Part(front, short), Part(flow, short), Part(flow, short)]))
    for master, dependant in sorted(_prerequisites(items, source)):
        parts = [Part(front, short), Part(workflows[master], short), Part(workflows[dependant], short, master=1)]
        yield from _stuck(("front", master, dependant), explore(parts))


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
    together, file = " + ".join(names), f"workflows/{names[-1]}.json"
    for where in found.stuck:
        yield Finding(
            file,
            "/steps",
            Text(
                f"与其他流程一起({together})办到“{where}”后无法办结。",
                f"Together ({together}), no end can be reached from {where!r}.",
            ),
        )
    if not found.complete:
        yield Finding(
            file, "/steps", Text(f"{together} 状态过多,无法查清。", f"{together}: too many states to be checked.")
        )


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
                f"Workflow {workflow.name!r} takes up to {found.total} working days, over the promised {days} ({longest}).",
            ),
            found.finding.suggestion,
        )
