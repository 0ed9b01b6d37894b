"""Does each form show its questions at most once, the core ones for certain, each in the right group of rows?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal.catalogue.checks.index import Index, Place, did_you_mean
from portal.catalogue.documents import Source
from portal.errors import Finding
from portal.forms.questions import ROW_GROUPS

FORMS = (("application", "questions"), ("home_visit", "survey"))


def controls(
    place: Place, elements: Any, rows: str | None = None
) -> Iterator[tuple[Place, dict[str, Any], str | None]]:
    """Every control of a layout with its place and the row group it stands in."""
    for position, element in enumerate(elements):
        where = place / position
        if element["type"] == "Control":
            yield where, element, rows
        yield from controls(where / "elements", element.get("elements", ()), element.get("rows", rows))


def check_layouts(source: Source, index: Index) -> Iterator[Finding]:
    for kind, listed in FORMS:
        for path, document in source.of_kind(kind):
            # A question that only items ask may be missing: the form then shows it at the end of its section, so that a
            # new item with a new question needs no change to the layout.
            asked = dict.fromkeys(document["core"], f"{path}#/core")
            yield from _layout(Place(path), document["layout"], kind, asked, index)
            yield from _wrong_form(source, kind, listed, index)


def _layout(place: Place, layout: Any, kind: str, asked: dict[str, str], index: Index) -> Iterator[Finding]:
    shown: dict[str, Place] = {}
    for where, control, rows in controls(place / "layout" / "elements", layout["elements"]):
        scope = str(control.get("scope", ""))
        name = scope.rsplit("/", 1)[-1]
        question = index.questions.get(name)
        if question is None:
            yield (where / "scope").finding(
                f"没有问题“{name}”。", f"There is no question {name!r}.", did_you_mean(name, index.questions)
            )
            continue
        if name in shown:
            yield (where / "scope").finding(
                f"“{name}”在 {shown[name].pointer} 已经出现过。", f"{name!r} already stands at {shown[name].pointer}."
            )
        shown.setdefault(name, where)
        group = question.group if question.group in ROW_GROUPS else None
        right = f"#/properties/{group}/items/properties/{name}" if group else f"#/properties/{name}"
        if scope != right or rows != group:
            yield (where / "scope").finding(
                f"“{name}”属于“{question.group}”,应写 {right} 并放在相应的行组里。",
                f"{name!r} belongs to {question.group!r}: it should be {right}, inside a group with these rows.",
            )
        if kind not in question.forms:
            yield (where / "scope").finding(f"“{name}”不属于这张表。", f"{name!r} does not belong to this form.")
    for name, origin in asked.items():
        if name in index.questions and name not in shown:
            yield (place / "layout").finding(
                f"{origin} 要问“{name}”,布局里却没有。", f"{origin} asks {name!r}, but the layout does not show it."
            )


def _wrong_form(source: Source, kind: str, listed: str, index: Index) -> Iterator[Finding]:
    """An item's form questions can stand on the form, its survey questions on the survey."""
    for path, item in source.of_kind("items"):
        for position, name in enumerate(item[listed]):
            question = index.questions.get(name)
            if question is not None and kind not in question.forms:
                yield (Place(path) / listed / position).finding(
                    f"“{name}”不在这张表上提问({kind})。", f"{name!r} is not asked on this form ({kind})."
                )
