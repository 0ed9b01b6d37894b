"""Two versions of one draft side by side, for the clerk to choose from: nothing either of them typed is lost unseen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portal.db import db
from portal.forms import ROW_TITLES, Difference, differences
from portal.organisation.queries import region_titles
from portal.rendering.display import display_text
from portal.web.draft_form import BUTTONS, Sheet
from portal.web.shell import lang, t, text

TAKE: Final = "_take:"
OWN_NAMES: Final = ("csrf_token", "_revision", "_resolve")


@dataclass(frozen=True)
class ConflictRow:
    """One place where the two differ, as both read."""

    name: str
    label: str
    mine: str
    theirs: str


def differing(sheet: Sheet, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[Difference, ...]:
    return differences(sheet.form, mine, theirs)


def places_of_theirs(
    sheet: Sheet,
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    pairs: Sequence[tuple[str, str]],
    resolve: str,
) -> set[str]:
    """Where the other version wins: everywhere, nowhere, or as ticked line by line."""
    if resolve == "theirs":
        return {difference.place for difference in differing(sheet, mine, theirs)}
    if resolve == "mine":
        return set()
    return {name.removeprefix(TAKE) for name, value in pairs if name.startswith(TAKE) and value == "theirs"}


def hidden_pairs(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What was posted, to be posted again: the answers as they were typed, without the button that was pressed."""
    left_out = {*OWN_NAMES, *BUTTONS}
    return [(name, value) for name, value in pairs if name not in left_out and not name.startswith(TAKE)]


def conflict_view(
    sheet: Sheet, found: Sequence[Difference], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> list[ConflictRow]:
    return [
        ConflictRow(
            TAKE + one.place,
            _label(one, mine, theirs),
            _value(sheet, one, one.mine, mine),
            _value(sheet, one, one.theirs, theirs),
        )
        for one in found
    ]


def _label(one: Difference, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> str:
    if one.group is None:
        return text(one.question.title) if one.question is not None else one.place
    title = text(ROW_TITLES[one.group])
    if one.mark is None:
        return title
    called = next((name for side in (mine, theirs) if (name := _name(side, one.group, one.mark))), "")
    whose = f"{title} {called}".strip()
    return f"{whose} · {text(one.question.title)}" if one.question is not None else whose


def _name(answers: Mapping[str, Any], group: str, mark: str) -> str:
    rows = answers.get(group)
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping) and row.get("row_id") == mark:
            return next((str(value) for name, value in row.items() if name.endswith("_name") and value), "")
    return ""


def _value(sheet: Sheet, one: Difference, value: Any, answers: Mapping[str, Any]) -> str:
    if one.question is None:
        if value is None:
            return t("没有这一条", "no such entry")
        return t("没有", "none") if value == [] else t("有这一条", "entry is there")
    if value is None:
        return t("未填", "blank")
    members = [row for row in answers.get("members") or () if isinstance(row, Mapping)]
    regions = region_titles(db.session(), (value,)) if one.question.type == "region" and isinstance(value, str) else {}
    return display_text(
        sheet.form,
        one.question,
        value,
        lang(),
        unmask=True,
        members=members,
        regions={code: text(title) for code, title in regions.items()},
    )
