"""Do the example families come out as written? Every item shows one that is not refused and one that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.checks.index import Place
from portal.catalogue.documents import Source
from portal.catalogue.facts import faults_of
from portal.catalogue.model import Item
from portal.errors import Finding
from portal.rules import Judgement
from portal.values import Text, yuan


def check_examples(source: Source, catalogue: Catalogue) -> Iterator[Finding]:
    """Judge every example; runs on a catalogue that is otherwise in order."""
    shown: dict[str, set[bool]] = {slug: set() for slug in catalogue.items}
    for path, document in source.of_kind("examples"):
        slug = document["item"]
        for position, example in enumerate(document["examples"]):
            place = Place(path) / "examples" / position
            faults = tuple(faults_of(example["facts"], catalogue.fact_names, path, f"{place.pointer}/facts"))
            yield from faults
            day = _day(example["on"])
            if day is None:
                yield (place / "on").finding("没有这一天。", "There is no such day.")
            elif not faults:
                judgement = catalogue.judge(example["facts"], day, [slug])[slug]
                yield from _differences(place / "expect", example["expect"], judgement)
            shown[slug].add(_refused(catalogue.items[slug], example["expect"]["outcome"]))
    for slug, outcomes in shown.items():
        if outcomes != {True, False}:
            yield Finding(
                f"form_schemas/examples/{slug}.json",
                "/examples",
                Text(
                    "示例须至少有一个不予通过和一个其他结果。",
                    "The examples need one refused family and one that is not.",
                ),
                advice=True,
            )


def _refused(item: Item, outcome: str) -> bool:
    """A refusal; where no rule of an item rejects, a person refuses, so any other end than eligible counts."""
    rejects = any(requirement.on_fail == "reject" for requirement in item.policy.requirements)
    return outcome == "not_eligible" if rejects else outcome != "eligible"


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _differences(place: Place, expect: Mapping[str, Any], judgement: Judgement) -> Iterator[Finding]:
    if judgement.outcome != expect["outcome"]:
        yield (place / "outcome").finding(
            f"应为 {expect['outcome']},判断结果却是 {judgement.outcome}。",
            f"Expected {expect['outcome']}, but the rules say {judgement.outcome}.",
            _why(judgement),
        )
    elif "amount_fen" in expect and judgement.amount_fen != expect["amount_fen"]:
        wanted, found = _money(expect["amount_fen"]), _money(judgement.amount_fen)
        yield (place / "amount_fen").finding(
            f"金额应为 {wanted},算出来是 {found}。", f"The amount should be {wanted}, but comes out as {found}."
        )
    if "persons" in expect:
        rows = [person.row for person in judgement.persons if person.outcome == "eligible"]
        if rows != list(expect["persons"]):
            yield (place / "persons").finding(
                f"应为第 {expect['persons']} 行,判断结果是 {rows}。",
                f"Expected rows {expect['persons']}, found {rows}.",
            )


def _money(fen: int | None) -> str:
    return "-" if fen is None else yuan(fen)


def _why(judgement: Judgement) -> Text | None:
    """The first rule that decided, so that the author sees where to look."""
    for reason in judgement.reasons:
        if reason.holds is not True:
            return Text(f"规则 {reason.rule}:{reason.zh}", f"Rule {reason.rule}: {reason.en}")
    return None
