"""Questions, sections and code lists of the question bank: each question is written once and asked at most once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from portal.rules import Rule, parse
from portal.values import Text

APPLICATION: Final = "application"
HOME_VISIT: Final = "home_visit"
SCALAR_GROUPS: Final = frozenset({"application", "visit"})
ROW_GROUPS: Final = ("members", "supporters", "supporter_families", "insiders", "houses", "vehicles", "neighbours")
ROW_TITLES: Final[Mapping[str, Text]] = {
    "members": Text("家庭成员", "Household member"),
    "supporters": Text("赡抚扶养人", "Supporter"),
    "supporter_families": Text("赡抚扶养人家庭成员", "Member of a supporter's family"),
    "insiders": Text("近亲属(干部)", "Insider relative"),
    "houses": Text("房产", "House"),
    "vehicles": Text("车船农机", "Vehicle"),
    "neighbours": Text("邻居", "Neighbour"),
}
# How the rule language calls the row in which a rule of this group stands.
RULE_SCOPES: Final[Mapping[str, str]] = {"members": "member", "houses": "house"}
TYPES: Final = frozenset(
    {
        *("text", "textarea", "integer", "decimal", "money", "date", "datetime", "boolean", "choice", "choices"),
        *("id_number", "phone", "region", "photo", "file", "signature", "geo", "bank_account", "member_reference"),
    }
)


@dataclass(frozen=True)
class CodeList:
    """A closed list of codes with their titles, taken from a standard or from the city."""

    id: str
    title: Text
    values: Mapping[str, Text]
    source: str | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> CodeList:
        titles = {str(value["code"]): Text.of(value["title"]) for value in document["values"]}
        return cls(document["id"], Text.of(document["title"]), titles, document.get("source"))


@dataclass(frozen=True)
class Constraints:
    """What an answer must satisfy besides its type."""

    min: int | float | None = None
    max: int | float | None = None
    max_length: int | None = None
    pattern: str | None = None
    min_items: int | None = None
    level: str | None = None
    checksum: str | None = None
    unique_in_group: bool = False
    differs_from: str | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Constraints:
        known = {name: document[name] for name in cls.__dataclass_fields__ if name in document}
        return cls(**known)


@dataclass(frozen=True)
class Prefill:
    """Where a value may come from before anybody types: a comparison, an agency, a register, the platform, a device."""

    kind: str
    source: str | None = None
    field: str | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Prefill:
        return cls(document["kind"], document.get("source"), document.get("field"))


@dataclass(frozen=True)
class Condition:
    """A rule together with the document it came from: evaluated by the engine, translated for other validators."""

    document: Any
    rule: Rule

    @classmethod
    def of(cls, document: Any, group: str) -> Condition:
        return cls(document, parse(document, scope=RULE_SCOPES.get(group, "application")))


@dataclass(frozen=True)
class Question:
    """One question of the bank: what is asked, how the answer looks and when an answer is needed."""

    id: str
    type: str
    title: Text
    section: str
    group: str
    forms: tuple[str, ...]
    help: Text | None = None
    codes: str | None = None
    required: bool = False
    required_when: Condition | None = None
    unit: Text | None = None
    constraints: Constraints = field(default_factory=Constraints)
    prefill: Prefill | None = None
    compute: Condition | None = None
    sensitivity: str = "none"
    sensitivity_reason: str | None = None
    carried: bool = False  # a new row begins with the answer of the row above

    @classmethod
    def of(cls, document: Mapping[str, Any], section: str, group: str) -> Question:
        if document["type"] not in TYPES:
            raise ValueError(f"question {document['id']}: no type {document['type']!r}")
        required = document.get("required", False)
        return cls(
            id=document["id"],
            type=document["type"],
            title=Text.of(document["title"]),
            section=section,
            group=group,
            forms=tuple(document["forms"]),
            help=Text.of(document["help"]) if document.get("help") else None,
            codes=document.get("codes"),
            required=required is True,
            required_when=None if isinstance(required, bool) else Condition.of(required, group),
            unit=Text.of(document["unit"]) if document.get("unit") else None,
            constraints=Constraints.of(document.get("constraints") or {}),
            prefill=Prefill.of(document["prefill"]) if document.get("prefill") else None,
            compute=Condition.of(document["compute"], group) if document.get("compute") is not None else None,
            sensitivity=document.get("sensitivity", "none"),
            sensitivity_reason=document.get("sensitivity_reason"),
            carried=document.get("carry", False) is True,
        )

    @property
    def in_rows(self) -> bool:
        return self.group not in SCALAR_GROUPS

    @property
    def is_sensitive_number(self) -> bool:
        """Numbers that open a person's records: shown masked unless somebody has a reason to see them."""
        return self.type in {"id_number", "bank_account"}


@dataclass(frozen=True)
class Section:
    """A part of the bank with a title; money sections may offer one answer for "none of these"."""

    id: str
    title: Text
    form: str
    group: str
    questions: tuple[Question, ...]
    none_title: Text | None = None
    none_questions: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Section:
        none = document.get("none_of_these") or {}
        name, group = document["section"], document["group"]
        return cls(
            id=name,
            title=Text.of(document["title"]),
            form=document["form"],
            group=group,
            questions=tuple(Question.of(question, name, group) for question in document["questions"]),
            none_title=Text.of(none["title"]) if none.get("title") else None,
            none_questions=tuple(none.get("questions", ())),
        )


def code_lists_of(documents: Sequence[Mapping[str, Any]]) -> dict[str, CodeList]:
    lists = (CodeList.of(document) for document in documents)
    return {code_list.id: code_list for code_list in lists}
