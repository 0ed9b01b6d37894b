"""What is known about the family: declared, returned, seen and decided side by side, the contradictions first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from portal.organisation.queries import region_titles
from portal.rendering.facts import FactsView, columns_of, facts_view
from portal.verification.queries import FourValues, conflicts, four_values
from portal.web.desk.foundation import Desk


@dataclass(frozen=True)
class Known:
    """The facts of a file: only what differs, everything, and what only the visit could see."""

    differing: FactsView
    everything: FactsView
    survey: FactsView


def known(desk: Desk, *, unmask: bool = False) -> Known:
    """The facts as a desk reads them. Numbers stay masked unless somebody asked for them with a purpose."""
    values = four_values(desk.db, desk.application, desk.catalogue)
    items = desk.application.items
    form, survey = desk.catalogue.form("application", items), desk.catalogue.form("home-visit", items)
    regions = _regions(desk, values)
    sides = columns_of(desk.lang, **_speaking(desk, values))
    everything = facts_view(form, sides, lang=desk.lang, unmask=unmask, regions=regions)
    groups = [
        replace(group, id=f"d-{group.id}", rows=tuple(row for row in group.rows if row.differs))
        for group in everything.groups
    ]
    seen_only = facts_view(
        survey,
        columns_of(desk.lang, seen=values.seen),
        lang=desk.lang,
        only=frozenset(survey.questions) - frozenset(form.questions),
        regions=regions,
    )
    return Known(
        differing=replace(everything, groups=tuple(group for group in groups if group.rows)),
        everything=everything,
        survey=replace(seen_only, groups=tuple(replace(group, id=f"v-{group.id}") for group in seen_only.groups)),
    )


def _speaking(desk: Desk, values: FourValues) -> dict[str, Mapping[str, Any]]:
    """The columns that say something yet; what was decided only once a conflict was settled."""
    settled = any(one.settled_at is not None for one in conflicts(desk.db, desk.application.id))
    columns = {"declared": values.declared}
    columns |= {"returned": values.returned} if _says_something(values.returned) else {}
    columns |= {"seen": values.seen} if _says_something(values.seen) else {}
    return columns | ({"decided": values.decided} if settled else {})


def _says_something(answers: Any) -> bool:
    if isinstance(answers, Mapping):
        return any(_says_something(value) for name, value in answers.items() if name != "row_id")
    return any(map(_says_something, answers)) if isinstance(answers, list) else answers is not None


def _regions(desk: Desk, values: FourValues) -> dict[str, str]:
    """The names of the divisions that stand among the answers, with one query."""
    questions = {q.id for q in desk.catalogue.bank.questions.values() if q.type == "region"}
    codes = {code for side in (values.declared, values.returned, values.seen) for code in _codes(side, questions)}
    return {code: title.to(desk.lang) for code, title in region_titles(desk.db, sorted(codes)).items()}


def _codes(answers: Any, questions: set[str]) -> set[str]:
    if isinstance(answers, list):
        return {code for row in answers for code in _codes(row, questions)}
    if not isinstance(answers, Mapping):
        return set()
    own = {value for name, value in answers.items() if name in questions and isinstance(value, str)}
    return own | {code for value in answers.values() if isinstance(value, list) for code in _codes(value, questions)}
