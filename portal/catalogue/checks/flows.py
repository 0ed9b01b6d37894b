"""Can every procedure be followed to an end, in time, by posts that exist?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from portal.catalogue.checks.index import Index, Place
from portal.catalogue.documents import Source
from portal.catalogue.reading import exact
from portal.errors import Finding
from portal.values import Text
from portal.workflow import Workflow, budget, parse

FRONT = "workflows/front.json"


def check_flows(source: Source, index: Index) -> Iterator[Finding]:
    """Every workflow on its own, then every item's limit against the steps of its workflow and the shared front."""
    workflows: dict[str, Workflow] = {}
    for path, document in source.of_kind("workflow"):
        faults = tuple(_faults(path, document, index))
        yield from faults
        if not faults:
            workflows[document["workflow"]] = parse(document)
    for path, item in source.of_kind("items"):
        yield from _in_time(Place(path), item, workflows)


def _faults(path: str, document: Any, index: Index) -> Iterator[Finding]:
    yield from ()


def _in_time(place: Place, item: Mapping[str, Any], workflows: Mapping[str, Workflow]) -> Iterator[Finding]:
    """The longest way to confirmation, the shared front included, within the item's promised limit."""
    workflow = workflows.get(item["workflow"])
    if workflow is None:
        return
    days = exact(item["time_limit"]["after"])
    found = budget(
        workflow,
        days,
        front=workflows.get("front"),
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
