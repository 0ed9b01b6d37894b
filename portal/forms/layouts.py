"""The layout document: in which order and under which headings the questions of a form stand, and when they show."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from portal.forms.questions import Condition
from portal.values import Text


@dataclass(frozen=True)
class Control:
    """One question at its place; `rows` names the row group it stands in, `shown_when` the condition to show it."""

    question: str
    rows: str | None = None
    widget: str | None = None
    label: Text | None = None
    shown_when: Condition | None = None

    def to_json(self) -> dict[str, Any]:
        document: dict[str, Any] = {"type": "Control", "scope": scope_of(self.question, self.rows)}
        if self.label is not None:
            document["label"] = self.label.to_json()
        if self.widget is not None:
            document["widget"] = self.widget
        if self.shown_when is not None:
            document["rule"] = {"effect": "SHOW", "condition": self.shown_when.document}
        return document


@dataclass(frozen=True)
class Group:
    """A heading with its controls; with `rows`, the controls repeat for every member, house or vehicle."""

    section: str
    label: Text
    controls: tuple[Control, ...]
    rows: str | None = None

    def to_json(self) -> dict[str, Any]:
        document: dict[str, Any] = {"type": "Group", "section": self.section, "label": self.label.to_json()}
        if self.rows is not None:
            document["rows"] = self.rows
        document["elements"] = [control.to_json() for control in self.controls]
        return document


@dataclass(frozen=True)
class Layout:
    """The groups of a form in the order in which they are asked."""

    groups: tuple[Group, ...]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Layout:
        return cls(tuple(_groups(document.get("elements", ()), None)))

    def to_json(self) -> dict[str, Any]:
        return {"type": "Form", "elements": [group.to_json() for group in self.groups]}

    def controls(self) -> Iterator[Control]:
        for group in self.groups:
            yield from group.controls

    def only(self, wanted: Collection[str]) -> Layout:
        """The same layout without the questions nobody chose and without headings that became empty."""
        kept = (replace(g, controls=tuple(c for c in g.controls if c.question in wanted)) for g in self.groups)
        return Layout(tuple(group for group in kept if group.controls))

    def extended(self, section: str, label: Text, control: Control) -> Layout:
        """The layout with one more control in its section, at the end when the section has no heading yet."""
        groups = list(self.groups)
        for at, group in enumerate(groups):
            if group.section == section and group.rows == control.rows:
                groups[at] = replace(group, controls=(*group.controls, control))
                return Layout(tuple(groups))
        return Layout((*groups, Group(section, label, (control,), control.rows)))


def scope_of(question: str, rows: str | None) -> str:
    return f"#/properties/{rows}/items/properties/{question}" if rows else f"#/properties/{question}"


def _groups(elements: Any, outer_rule: Any) -> Iterator[Group]:
    for element in elements:
        rule = _both(outer_rule, element.get("rule"))
        rows = element.get("rows")
        controls = tuple(_control(e, rows, rule) for e in element["elements"] if e["type"] == "Control")
        yield Group(element["section"], Text.of(element["label"]), controls, rows)
        yield from _groups([e for e in element["elements"] if e["type"] == "Group"], rule)


def _control(element: Mapping[str, Any], rows: str | None, outer_rule: Any) -> Control:
    parts = str(element["scope"]).removeprefix("#/").split("/")
    in_rows = parts[1] if len(parts) == 5 else None
    if in_rows != rows:
        raise ValueError(f"layout: {element['scope']} does not stand in rows {rows!r}")
    condition = _both(outer_rule, element.get("rule"))
    return Control(
        question=parts[-1],
        rows=in_rows,
        widget=element.get("widget"),
        label=Text.of(element["label"]) if element.get("label") else None,
        shown_when=None if condition is None else Condition.of(condition, in_rows or "application"),
    )


def _both(outer: Any, rule: Any) -> Any:
    """The condition of a control inside a conditional heading: both must hold."""
    inner = None if rule is None else rule.get("condition", rule) if isinstance(rule, Mapping) else rule
    if outer is None or inner is None:
        return inner if outer is None else outer
    return {"and": [outer, inner]}
