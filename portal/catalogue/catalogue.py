"""The catalogue as one value: everything a release says, with the questions the rest of the platform asks of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

from portal.catalogue.facts import FactNames
from portal.catalogue.model import (
    Bundle,
    Comparison,
    Department,
    Example,
    Exclusions,
    Item,
    Paper,
    Parameter,
    Region,
    RegisterType,
    Role,
    Status,
)
from portal.errors import Problem, Refused
from portal.forms import Bank, Form, compose
from portal.rules import Derived, Environment, Judgement, Policy, judge
from portal.values import Text, WorkingCalendar, nearest
from portal.workflow import Step, Workflow

UNKNOWN_ITEM: Final = Problem(
    "unknown-item", 404, Text("没有事项“{slug}”。{hint}", "There is no item {slug!r}. {hint}")
)
# Looks beyond the facts are answered "no" when nobody says otherwise; an amount nobody named stays unknown.
NEVER_ASSUMED: Final = frozenset({"x_requested_amount"})
FORMS: Final = {"application": "application", "home-visit": "home_visit", "home_visit": "home_visit"}


@dataclass(frozen=True, eq=False)
class Catalogue:
    """One complete, checked catalogue. Compared by identity: a release holds exactly one."""

    items: Mapping[str, Item]
    departments: Mapping[str, Department]
    roles: Mapping[str, Role]
    statuses: Mapping[str, Status]
    parameters: Mapping[str, Parameter]
    papers: Mapping[str, Paper]
    comparisons: Mapping[str, Comparison]
    registers: Mapping[str, RegisterType]
    exclusions: Exclusions
    derived: Mapping[str, Derived]
    titles: Mapping[str, Text]
    bank: Bank
    workflows: Mapping[str, Workflow]
    calendar: WorkingCalendar
    regions: tuple[Region, ...] = ()
    examples: tuple[Example, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    _forms: dict[tuple[str, frozenset[str]], Form] = field(default_factory=dict, repr=False)

    def item(self, slug: str) -> Item:
        """The item of that name; refuses an unknown one and says which was probably meant."""
        found = self.items.get(slug)
        if found is None:
            raise Refused(UNKNOWN_ITEM, slug=slug, hint=meant(slug, self.items))
        return found

    def chosen(self, slugs: Iterable[str]) -> tuple[Item, ...]:
        """The items of those names, each once, in the catalogue's order."""
        wanted = {self.item(slug).slug for slug in slugs}
        return tuple(item for item in self.items.values() if item.slug in wanted)

    def items_of(self, department: str) -> tuple[Item, ...]:
        return tuple(item for item in self.items.values() if item.department == department)

    def policy(self, item: str | Item) -> Policy:
        return (self.item(item) if isinstance(item, str) else item).policy

    def granting(self, need: str) -> str | None:
        """The item that fulfils a need: the one that grants the status, or the item named itself."""
        status = self.statuses.get(need)
        return status.granted_by if status else need if need in self.items else None

    def step(self, item: str | None, name: str) -> Step:
        """A step of an item's workflow, or of the shared front when no item is named."""
        return self.workflows[self.item(item).workflow if item else "front"].steps[name]

    def step_title(self, name: str) -> Text:
        """What a step is called, in whichever workflow it stands: for filters over all of them."""
        return next(
            (flow.steps[name].title for flow in self.workflows.values() if name in flow.steps), Text(name, name)
        )

    # --- judging -----------------------------------------------------------------------------------------------

    def parameters_on(self, day: date) -> Mapping[str, Fraction]:
        """Every standard in force on a day."""
        known = self._parameters.get(day)
        if known is None:
            values = ((parameter.id, parameter.on(day)) for parameter in self.parameters.values())
            known = {name: value for name, value in values if value is not None}
            if len(self._parameters) > 400:  # a replay over years must not grow without end
                self._parameters.clear()
            self._parameters[day] = known
        return known

    @cached_property
    def _parameters(self) -> dict[date, Mapping[str, Fraction]]:
        return {}

    @cached_property
    def beyond_facts(self) -> frozenset[str]:
        """The `x_…` names the rules read: what looks beyond one household's facts."""
        reads = {name for item in self.items.values() for name in reads_of(item.policy)}
        reads |= {name for derived in self.derived.values() for name in derived.rule.reads}
        return frozenset(name for name in reads if name.startswith("x_"))

    @cached_property
    def fact_names(self) -> FactNames:
        """The names facts may have when somebody sends them."""
        read = {name for item in self.items.values() for name in reads_of(item.policy)}
        return FactNames(
            types={question.id: question.type for question in self.bank.questions.values()},
            groups={question.id: question.group for question in self.bank.questions.values()},
            statuses=frozenset(self.statuses),
            derived=frozenset(self.derived),
            read_by_rules=frozenset(read | {n for derived in self.derived.values() for n in derived.rule.reads}),
            least={q.id: q.constraints.min for q in self.bank.questions.values() if q.constraints.min is not None},
            codes={
                q.id: frozenset(self.bank.code_lists[q.codes].values) for q in self.bank.questions.values() if q.codes
            },
        )

    def environment(
        self, facts: Mapping[str, Any], on: date, statuses: Mapping[str, bool | None] | None = None
    ) -> Environment:
        """What the rules see: facts, the standards of the day, recognitions (given, or as `s_…` among the facts)."""
        held = {name: value for name, value in facts.items() if name.startswith("s_")}
        assumed = dict.fromkeys(self.beyond_facts - NEVER_ASSUMED - facts.keys(), False)
        return Environment(
            facts={**assumed, **{name: value for name, value in facts.items() if name not in held}},
            on=on,
            params=self.parameters_on(on),
            statuses={**held, **(statuses or {})},
            derived=self.derived,
        )

    def judge(
        self,
        facts: Mapping[str, Any],
        on: date,
        items: Iterable[str] | None = None,
        statuses: Mapping[str, bool | None] | None = None,
        awaited: frozenset[str] = frozenset(),
    ) -> dict[str, Judgement]:
        """Judge the named items (or all) for one household at a date.

        `awaited` names facts that are still to come (see `seen_or_returned`): a result that lacks only these is likely.
        """
        environment = self.environment(facts, on, statuses)
        chosen = self.items.values() if items is None else self.chosen(items)
        return {item.slug: judge(item.policy, environment, awaited=awaited) for item in chosen}

    @cached_property
    def seen_or_returned(self) -> frozenset[str]:
        """Facts that only the visit or the comparisons bring: unknown before them, and no fault of the family."""
        return frozenset(
            question.id
            for question in self.bank.questions.values()
            if "application" not in question.forms
            or (question.prefill and question.prefill.kind in {"check", "agency"})
        )

    # --- forms -------------------------------------------------------------------------------------------------

    def form(self, which: str, items: Iterable[str]) -> Form:
        """The one form for the chosen items; composed once per choice and kept."""
        kind = FORMS[which]
        chosen = self.chosen(items)
        key = (kind, frozenset(item.slug for item in chosen))
        form = self._forms.get(key)
        if form is None:
            needs = {item.slug: item.questions if kind == "application" else item.survey for item in chosen}
            form = compose(self.bank, needs, "application" if kind == "application" else "home-visit")
            if len(self._forms) > 500:
                self._forms.clear()
            self._forms[key] = form
        return form

    def needed_by(self, question: str) -> tuple[str, ...]:
        """The items that ask a question, in their form or at the visit."""
        return tuple(i.slug for i in self.items.values() if question in i.questions or question in i.survey)


def reads_of(policy: Policy) -> frozenset[str]:
    """Every name a policy reads, in its rules and in its amount."""
    rules = [requirement.rule for requirement in policy.requirements]
    if policy.benefit.amount is not None:
        rules.append(policy.benefit.amount)
    return frozenset(name for rule in rules for name in rule.reads)


def meant(word: str, known: Iterable[str] | Sequence[str]) -> Text:
    """“Did you mean …?” in both languages, or nothing when no known name is close."""
    hit = nearest(word, known)
    return Text(f"是否应为“{hit}”?", f"Did you mean {hit!r}?") if hit else Text("", "")
