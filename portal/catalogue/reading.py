"""From checked documents to values: every rule compiled, every date and number exact, once per release."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.documents import Source
from portal.catalogue.model import (
    BenefitTerms,
    Birthday,
    Bundle,
    Comparison,
    Conflict,
    Department,
    Example,
    Exclusions,
    Fieldset,
    Item,
    Paper,
    Parameter,
    Payment,
    Region,
    RegisterType,
    Returned,
    Review,
    Role,
    Status,
    TimeLimit,
    View,
)
from portal.forms import Bank
from portal.rules import Benefit, Derived, Policy, Requirement, parse
from portal.values import Text, WorkingCalendar
from portal.workflow import parse as parse_workflow

Document = Mapping[str, Any]
ITEM_CODES = "items"


def exact(number: float | str) -> Fraction:
    """A number of a document as it is written: 0.5283 is 5283/10000, not the nearest binary fraction."""
    return Fraction(str(number))


def read(source: Source) -> Catalogue:
    """Build the catalogue. The documents must have passed `checks`; a fault here is a fault of the checks."""
    derived = {d["id"]: derived_of(d) for d in source.one("derived").get("derived", ())}
    bank = Bank.of(
        [document for _, document in source.of_kind("questions")],
        codes_of(source),
        source.one("application"),
        source.one("home_visit"),
    )
    items = sorted((item_of(document) for _, document in source.of_kind("items")), key=lambda item: item.code)
    statuses = {s["id"]: status_of(s) for s in source.one("statuses")["statuses"]}
    parameters = {p["id"]: parameter_of(p) for p in source.one("parameters")["parameters"]}
    return Catalogue(
        items={item.slug: item for item in items},
        departments={d["code"]: department_of(d) for d in source.one("departments")["departments"]},
        roles={r["id"]: role_of(r) for r in source.one("roles")["roles"]},
        statuses=statuses,
        parameters=parameters,
        papers={d["id"]: paper_of(d) for d in source.one("documents")["documents"]},
        comparisons={c["code"]: comparison_of(c) for c in source.one("comparisons")["comparisons"]},
        registers={d["slug"]: register_of(d) for _, d in source.of_kind("registers")},
        exclusions=Exclusions(tuple(source.one("exclusions")["order"]), Text.of(source.one("exclusions")["rule"])),
        derived=derived,
        titles=titles_of(source),
        bank=bank,
        workflows={d["workflow"]: parse_workflow(d) for _, d in source.of_kind("workflow")},
        calendar=calendar_of([document for _, document in source.of_kind("calendar")]),
        regions=tuple(region_of(r) for r in source.one("regions").get("regions", ())),
        examples=tuple(e for _, document in source.of_kind("examples") for e in examples_of(document)),
        bundles=tuple(
            Bundle(b["id"], Text.of(b["title"]), tuple(b["items"])) for b in source.one("bundles").get("bundles", ())
        ),
    )


def codes_of(source: Source) -> list[Document]:
    """The code lists; the one of the items always holds every item, so that a new item is one new file."""
    items = {item["slug"]: item["title"] for _, item in source.of_kind("items")}
    lists: list[Document] = []
    for _, document in source.of_kind("codes"):
        if document["id"] == ITEM_CODES:
            listed = {value["code"] for value in document["values"]}
            added = [{"code": slug, "title": title} for slug, title in items.items() if slug not in listed]
            lists.append({**document, "values": [*document["values"], *added]})
        else:
            lists.append(document)
    return lists


def item_of(d: Document) -> Item:
    """One item with its rules compiled."""
    review, birthday = d.get("review"), d.get("birthday")
    return Item(
        slug=d["slug"],
        code=d["code"],
        title=Text.of(d["title"]),
        layer=d["layer"],
        department=d["department"],
        unit=d["unit"],
        unit_text=_text(d.get("unit_text")) or Text("家庭", "Household"),
        decision_level=d["decision_level"],
        starts=tuple(d["starts"]),
        basis=tuple(Text.of(basis["title"]) for basis in d.get("basis", ())),
        questions=tuple(d["questions"]),
        survey=tuple(d["survey"]),
        survey_use=d["survey_use"],
        policy=policy_of(d),
        benefit=_terms(d["benefit"]),
        materials_before=tuple(d["materials"]["before"]),
        materials_after=tuple(d["materials"]["after"]),
        time_limit=_limit(d["time_limit"]),
        workflow=d["workflow"],
        front=tuple(d["front"]),
        co_apply=tuple(d["co_apply"]),
        needs=tuple(d["needs"]),
        excludes=tuple(d["excludes"]),
        grants=d.get("grants"),
        comparisons=tuple(d["comparisons"]),
        review=Review(review.get("months"), dict(review.get("by_class", {}))) if review else None,
        payment=Payment(*(Text.of(d["payment"][part]) for part in ("method", "payer", "cycle"))),
        view=_view(d["view"]),
        retired_on=_day(d.get("retired_on")),
        birthday=Birthday(birthday["age"], birthday.get("remind_days", 0)) if birthday else None,
    )


def policy_of(d: Document) -> Policy:
    """The rules of an item and its amount, as the rule engine judges them."""
    benefit = d["benefit"]
    amount = benefit.get("amount")
    return Policy(
        requirements=tuple(
            Requirement(
                id=rule["id"],
                title=Text.of(rule["title"]),
                clause=_text(rule["clause"]),
                scope=rule["scope"],
                rule=parse(rule["when"], scope=rule["scope"]),
                on_fail=rule["on_fail"],
            )
            for rule in d["rules"]
        ),
        benefit=Benefit(
            scope=benefit["scope"],
            award=benefit["award"],
            amount=None if amount is None else parse(amount, scope=benefit["scope"]),
        ),
    )


def derived_of(d: Document) -> Derived:
    return Derived(
        id=d["id"],
        scope=d["scope"],
        rule=parse(d["value"], scope=d["scope"]),
        title=Text.of(d["title"]),
        unit=d.get("unit"),
    )


def _terms(d: Document) -> BenefitTerms:
    figure = d.get("figure")
    return BenefitTerms(
        d["kind"], Text.of(d["title"]), d["period"], d["award"], d["scope"], figure if isinstance(figure, str) else None
    )


def _limit(d: Document) -> TimeLimit:
    hours = d.get("urgent_hours")
    return TimeLimit(
        before=exact(d["before"]),
        after=exact(d["after"]),
        urgent_hours=None if hours is None else exact(hours),
        publicity_inside=d.get("publicity_inside", True),
    )


def _view(d: Document) -> View:
    fieldsets = (Fieldset(Text.of(f["title"]), tuple(f["questions"])) for f in d.get("fieldsets", ()))
    return View(tuple(d["list"]), tuple(d["search"]), tuple(fieldsets))


def department_of(d: Document) -> Department:
    return Department(d["code"], Text.of(d["title"]), str(d["kind"]))


def role_of(d: Document) -> Role:
    return Role(d["id"], Text.of(d["title"]), tuple(d["levels"]), tuple(d["functions"]))


def status_of(d: Document) -> Status:
    return Status(d["id"], Text.of(d["title"]), d["granted_by"], d["subject"])


def parameter_of(d: Document) -> Parameter:
    dated = sorted((date.fromisoformat(value["from"]), exact(value["value"])) for value in d["values"])
    return Parameter(
        d["id"], Text.of(d["title"]), d["unit"], tuple(day for day, _ in dated), tuple(value for _, value in dated)
    )


def paper_of(d: Document) -> Paper:
    when = d.get("when")
    return Paper(d["id"], Text.of(d["title"]), d["who"], None if when is None else parse(when))


def comparison_of(d: Document) -> Comparison:
    return Comparison(
        code=d["code"],
        title=Text.of(d["title"]),
        agency=Text.of(d["agency"]),
        channel=str(d.get("channel", "")),
        people=tuple(d["people"]),
        limit_days=exact(d["limit_days"]),
        keys=tuple(d.get("keys", ())),
        returns=tuple(Returned(r["id"], Text.of(r["title"]), r.get("type", "text")) for r in d["returns"]),
        conflicts=tuple(conflict_of(c) for c in d["conflicts"]),
    )


def conflict_of(d: Document) -> Conflict:
    scope = d.get("scope", "application")
    return Conflict(
        id=d["id"],
        question=d.get("question"),
        scope=scope,
        when=parse(d["when"], scope=scope),
        title=Text.of(d["title"]),
        severity=d["severity"],
        action=_text(d.get("action")),
    )


def register_of(d: Document) -> RegisterType:
    prefill = d.get("prefill", {})
    return RegisterType(
        slug=d["slug"],
        title=Text.of(d["title"]),
        department=d["department"],
        key=d["key"],
        schema=d["schema"],
        list=tuple(d["list"]),
        search=tuple(d["search"]),
        match=dict(prefill.get("match", {})),
        fill=dict(prefill.get("fill", {})),
        starts=tuple(d.get("starts", ())),
        starts_unless={column: tuple(values) for column, values in d.get("starts_unless", {}).items()},
    )


def region_of(d: Document) -> Region:
    return Region(
        code=d["code"],
        title=Text.of(d["title"]),
        level=d["level"],
        parent=d["parent"],
        valid_from=_day(d.get("valid_from")),
        valid_to=_day(d.get("valid_to")),
        managed_by=d.get("managed_by"),
    )


def examples_of(d: Document) -> list[Example]:
    return [
        Example(d["item"], Text.of(e["title"]), date.fromisoformat(e["on"]), e["facts"], e["expect"])
        for e in d["examples"]
    ]


def calendar_of(documents: list[Document]) -> WorkingCalendar:
    years = {year: days for document in documents for year, days in document["years"].items()}
    published = [int(year) for year, days in years.items() if not days.get("provisional")]
    holidays = [date.fromisoformat(day) for days in years.values() for day in days["holidays"]]
    workdays = [date.fromisoformat(day) for days in years.values() for day in days["workdays"]]
    return WorkingCalendar.of(holidays, workdays, published)


def titles_of(source: Source) -> dict[str, Text]:
    """What every name in a rule is called, for sentences: questions, derived values, standards, recognitions."""
    titles = {q["id"]: Text.of(q["title"]) for _, s in source.of_kind("questions") for q in s["questions"]}
    for kind in ("derived", "parameters", "statuses"):
        titles |= {entry["id"]: Text.of(entry["title"]) for entry in source.one(kind).get(kind, ())}
    return titles


def _text(value: Any) -> Text | None:
    if isinstance(value, str):
        return Text(value, value)
    return Text.of(value) if value else None


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
