"""Who may be asked about, what differs, and where a decided value belongs among the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from portal.forms.bank import Form
from portal.forms.questions import Question
from portal.values import Text

STATES: dict[str, Text] = {
    "not_sent": Text("未授权,未发出", "Not sent: no signed letter"),
    "sent": Text("已发出,待回复", "Sent, waiting"),
    "no_record": Text("查无记录", "No record"),
    "returned": Text("已返回", "Answered"),
    "error": Text("出错,待重发", "Failed, to be sent again"),
    "timeout": Text("逾期未回复", "No answer in time"),
    "expired": Text("授权或结果已过期", "Letter or answer out of date"),
}
ANSWERED = frozenset({"no_record", "returned"})
WAITING = frozenset({"sent", "error", "timeout"})
# From which state a comparison may come into which; an answer may always be replaced by a later answer.
NEXT: Mapping[str, frozenset[str]] = {
    "not_sent": frozenset({"sent"}),
    "sent": frozenset({"no_record", "returned", "error", "timeout", "expired"}),
    "error": frozenset({"sent", "no_record", "returned", "error", "timeout", "expired"}),
    "timeout": frozenset({"sent", "no_record", "returned", "error", "timeout", "expired"}),
    "no_record": frozenset({"no_record", "returned", "expired"}),
    "returned": frozenset({"no_record", "returned", "expired"}),
    "expired": frozenset({"sent"}),
}

BASES: dict[str, Text] = {
    "declared": Text("采信申报", "As declared"),
    "returned": Text("采信核对", "As returned"),
    "seen": Text("采信入户", "As seen at the visit"),
    "other": Text("另行认定", "Something else"),
}


@dataclass(frozen=True)
class Asked:
    """A person a comparison is about: the row, the kind the comparison knows him by, and whether he signed."""

    person: str
    kind: str
    name: str
    id_number: str
    signed: bool
    facts: Mapping[str, Any]


def rows_of(answers: Mapping[str, Any], group: str) -> list[Mapping[str, Any]]:
    rows = answers.get(group)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def people_of(answers: Mapping[str, Any], *, each_signs: bool) -> list[Asked]:
    """Everybody the answers name with an id number; the applicant is asked about once, as the member he usually is.

    Where the form asks every member to sign (`each_signs`), only those who did are asked about, a minor through the
    guardian's way of signing; otherwise the household's one letter covers its members. Supporters sign for themselves.
    """
    whole = answers.get("auth_signed") is True
    people: list[Asked] = []
    own = str(answers.get("applicant_id_no") or "")
    members = rows_of(answers, "members")
    if own and own not in {str(row.get("member_id_no") or "") for row in members}:
        people.append(Asked("applicant", "applicant", str(answers.get("applicant_name") or ""), own, whole, {}))
    for at, row in enumerate(members):
        number = str(row.get("member_id_no") or "")
        kind = "applicant" if own and number == own else "member"
        signed = whole and (not each_signs or bool(row.get("auth_member_sign") or row.get("auth_method")))
        people.append(Asked(f"members/{at}", kind, str(row.get("member_name") or ""), number, signed, row))
    for at, row in enumerate(rows_of(answers, "supporters")):
        signed = row.get("sup_auth_signed") is True
        name, number = str(row.get("sup_name") or ""), str(row.get("sup_id_no") or "")
        people.append(Asked(f"supporters/{at}", "supporter", name, number, signed, row))
    return [person for person in people if person.id_number]


@dataclass(frozen=True)
class Difference:
    """One question whose declared answer is not what was seen."""

    question: Question
    row: str
    declared: Any
    seen: Any


def differences(
    form: Form, declared: Mapping[str, Any], seen: Mapping[str, Any], gap: Fraction
) -> Iterator[Difference]:
    """Every question both forms ask whose two answers differ; measured sizes only when they differ by the gap."""
    for question in form.questions.values():
        if set(question.forms) != {"application", "home_visit"}:
            continue
        if not question.in_rows:
            if _differs(question, declared, seen, gap):
                yield Difference(question, "", declared[question.id], seen[question.id])
            continue
        for at, row in enumerate(rows_of(declared, question.group)):
            other = same_row(row, at, rows_of(seen, question.group))
            if other is not None and _differs(question, row, other, gap):
                yield Difference(question, f"{question.group}/{at}", row[question.id], other[question.id])


def same_row(row: Mapping[str, Any], at: int, others: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The same member or house in another document: by its row id, by its place when there are no row ids."""
    mark = row.get("row_id")
    if mark is not None and any("row_id" in other for other in others):
        return next((other for other in others if other.get("row_id") == mark), None)
    return others[at] if at < len(others) else None


def _differs(question: Question, one: Mapping[str, Any], other: Mapping[str, Any], gap: Fraction) -> bool:
    mine, theirs = one.get(question.id), other.get(question.id)
    if mine is None or theirs is None:
        return False
    if question.type == "decimal" and not isinstance(mine, bool) and isinstance(mine, int | float):
        if not isinstance(theirs, int | float):
            return True
        return abs(Fraction(str(theirs)) - Fraction(str(mine))) > abs(Fraction(str(mine))) * gap
    if question.type == "choices" and isinstance(mine, list) and isinstance(theirs, list):
        return sorted(map(str, mine)) != sorted(map(str, theirs))
    return bool(mine != theirs)


def put(facts: dict[str, Any], question: str, row: str, value: Any) -> bool:
    """Write a value where it belongs; False when the place does not exist (an undeclared car has no row)."""
    if not row:
        facts[question] = value
        return True
    group, _, position = row.partition("/")
    rows = facts.get(group)
    if not isinstance(rows, list) or not position.isdigit() or int(position) >= len(rows):
        return False
    rows[int(position)] = {**rows[int(position)], question: value}
    return True


def overlay_visit(facts: dict[str, Any], form: Form, seen: Mapping[str, Any]) -> dict[str, Any]:
    """Facts with what only the visit could find out; what the family declared stays until a conflict is settled."""
    result = dict(facts)
    for question in form.scalars:
        if question.id in seen and result.get(question.id) is None:
            result[question.id] = seen[question.id]
    for group, questions in form.rows.items():
        others = rows_of(seen, group)
        if not isinstance(result.get(group), list):
            if others:
                result[group] = [dict(row) for row in others]
            continue
        result[group] = [_with(row, same_row(row, at, others), questions) for at, row in enumerate(result[group])]
    return result


def _with(row: Mapping[str, Any], other: Mapping[str, Any] | None, questions: tuple[Question, ...]) -> dict[str, Any]:
    found = {q.id: other[q.id] for q in questions if other and q.id in other and row.get(q.id) is None}
    return {**row, **found}


def without_row_ids(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as the rules see them: rows without the marks of the form."""
    return {
        name: [{k: v for k, v in row.items() if k != "row_id"} if isinstance(row, Mapping) else row for row in value]
        if isinstance(value, list)
        else value
        for name, value in facts.items()
    }


def names_asked_for(document: Any) -> frozenset[str]:
    """The returned fields whose mere presence a rule asks about: only these may count as 'there is none'."""
    if isinstance(document, list):
        return frozenset().union(*(names_asked_for(part) for part in document))
    if not isinstance(document, Mapping):
        return frozenset()
    inner = document.get("present")
    if isinstance(inner, Mapping) and str(inner.get("var", "")).startswith("r_"):
        return frozenset({str(inner["var"])})
    return frozenset().union(*(names_asked_for(part) for part in document.values()))
