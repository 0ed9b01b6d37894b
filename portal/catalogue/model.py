"""What a catalogue says, as values: items, departments, standards, papers, comparisons, registers and regions.

Everything here was checked before it was built (see `checks`) and never changes afterwards.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from portal.rules import Policy, Rule
from portal.values import Text


@dataclass(frozen=True)
class Department:
    """One of the bodies that decide: a bureau, a mass organisation, a utility."""

    code: str
    title: Text
    kind: str


@dataclass(frozen=True)
class Role:
    """A post people are assigned to: at which levels it exists and which functions it carries."""

    id: str
    title: Text
    levels: tuple[str, ...]
    functions: tuple[str, ...]


@dataclass(frozen=True)
class Status:
    """A recognition such as 低保对象, held by a household or a person, granted by one item."""

    id: str
    title: Text
    granted_by: str | None
    subject: str


@dataclass(frozen=True)
class Parameter:
    """A standard or limit with every value it ever had; money is in 分."""

    id: str
    title: Text
    unit: str
    starts: tuple[date, ...]
    amounts: tuple[Fraction, ...]

    def on(self, day: date) -> Fraction | None:
        """The value in force on a day; None before the first one."""
        index = bisect_right(self.starts, day)
        return self.amounts[index - 1] if index else None


@dataclass(frozen=True)
class Paper:
    """A kind of paper: still brought by the citizen, fetched by the platform, or no longer needed."""

    id: str
    title: Text
    who: str
    when: Rule | None


@dataclass(frozen=True)
class Returned:
    """One field a comparison brings back."""

    id: str
    title: Text
    type: str = "text"


@dataclass(frozen=True)
class Conflict:
    """When a returned value contradicts a declared one, and what a person should then do."""

    id: str
    question: str | None
    scope: str
    when: Rule
    title: Text
    severity: str
    action: Text | None


@dataclass(frozen=True)
class Comparison:
    """One of the online comparisons: who is asked about whom, within how many days, and what comes back."""

    code: str
    title: Text
    agency: Text
    channel: str
    people: tuple[str, ...]
    limit_days: Fraction
    keys: tuple[str, ...]
    returns: tuple[Returned, ...]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True)
class RegisterType:
    """A department's own register: its schema, its list columns, what it prefills and which items it starts."""

    slug: str
    title: Text
    department: str
    key: str
    schema: Mapping[str, Any]
    list: tuple[str, ...]
    search: tuple[str, ...]
    match: Mapping[str, str]
    fill: Mapping[str, str]
    starts: tuple[str, ...]
    starts_unless: Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Region:
    """A division with its code, its parent and the dates between which it exists."""

    code: str
    title: Text
    level: str
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    managed_by: str | None


@dataclass(frozen=True)
class BenefitTerms:
    """What an item gives, in words: kind, period, to whom, and the figure people know it by."""

    kind: str
    title: Text
    period: str
    award: str
    scope: str
    figure: str | None


@dataclass(frozen=True)
class TimeLimit:
    """Working days the item used to take and takes now; hours when it is urgent."""

    before: Fraction
    after: Fraction
    urgent_hours: Fraction | None
    publicity_inside: bool


@dataclass(frozen=True)
class Review:
    """How often an entitlement is checked again: every so many months, or by class A, B, C."""

    months: int | None
    by_class: Mapping[str, int]


@dataclass(frozen=True)
class Payment:
    """How, by whom and in which cycle the money (or the reduction) reaches the family."""

    method: Text
    payer: Text
    cycle: Text


@dataclass(frozen=True)
class Fieldset:
    """A titled group of questions on the generated approval screen."""

    title: Text
    questions: tuple[str, ...]


@dataclass(frozen=True)
class View:
    """The generated list and screen of an item: columns, search fields, field groups."""

    list: tuple[str, ...]
    search: tuple[str, ...]
    fieldsets: tuple[Fieldset, ...]


@dataclass(frozen=True)
class Birthday:
    """The age at which an item begins by itself, and how many days before that the family is reminded."""

    age: int
    remind_days: int


@dataclass(frozen=True)
class Item:
    """One kind of aid: who decides, what is asked, the rules and the amount, the papers, the limits, the workflow."""

    slug: str
    code: str
    title: Text
    layer: str
    department: str
    unit: str
    unit_text: Text
    decision_level: str
    starts: tuple[str, ...]
    basis: tuple[Text, ...]
    questions: tuple[str, ...]
    survey: tuple[str, ...]
    survey_use: str
    policy: Policy
    benefit: BenefitTerms
    materials_before: tuple[str, ...]
    materials_after: tuple[str, ...]
    time_limit: TimeLimit
    workflow: str
    front: tuple[str, ...]
    co_apply: tuple[str, ...]
    needs: tuple[str, ...]
    excludes: tuple[str, ...]
    grants: str | None
    comparisons: tuple[str, ...]
    review: Review | None
    payment: Payment
    view: View
    retired_on: date | None = None
    birthday: Birthday | None = None

    @property
    def has_visit(self) -> bool:
        return "visit" in self.front


@dataclass(frozen=True)
class Exclusions:
    """Which of two items that may not be received together is kept: the earlier in the order."""

    order: tuple[str, ...]
    rule: Text

    def kept(self, one: str, other: str) -> str:
        """The item that stays; items outside the order come after those in it, in the order they were named."""
        rank = {slug: position for position, slug in enumerate(self.order)}
        last = len(self.order)
        return other if rank.get(other, last) < rank.get(one, last) else one


@dataclass(frozen=True)
class Example:
    """A sample family of an item, and what must come out on a date."""

    item: str
    title: Text
    on: date
    facts: Mapping[str, Any]
    expect: Mapping[str, Any]


@dataclass(frozen=True)
class Bundle:
    """Items that families often need together, such as minimum living plus education plus housing."""

    id: str
    title: Text
    items: tuple[str, ...]
