"""What a family may be entitled to, judged on what is known before anybody asks: a hint to the clerk, never a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.applications import queries as application_queries
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.wording import in_words
from portal.households import queries as household_queries
from portal.households.models import Household
from portal.recognitions import queries as recognition_queries
from portal.rules import Environment, Judgement, Reason
from portal.rules.judging import ON_FAIL
from portal.values import Text
from portal.verification import queries as verification_queries


@dataclass(frozen=True)
class Prospect:
    """One item for one family: how it looks, which clause stands against it, or what is not known yet."""

    item: str
    outcome: str
    reason: Text | None

    @property
    def is_good(self) -> bool:
        return self.outcome in {"eligible", "likely"}


def known_facts(db: Session, actor: Actor, household: Household) -> Mapping[str, Any]:
    """What the clerk may read about a family: the facts of its last application, else the people's own records."""
    last = application_queries.last_of_household(db, actor, household.id)
    if last is not None:
        return verification_queries.decided_facts(db, last, catalogue_queries.release(db, last.release_id).catalogue)
    return household_queries.known_answers(db, household)


def known_beyond(
    db: Session, catalogue: Catalogue, items: Sequence[str], answers: Mapping[str, Any], on: date
) -> Environment:
    """What judges the items of a form that is being filled, besides its answers: recognitions and benefits in force.

    Our own register is complete, so what it does not hold is not held; what an item of the same form may yet grant is open.
    """
    held: dict[str, bool | None] = dict.fromkeys(catalogue.statuses, False)
    for item in catalogue.chosen(items):
        held.pop(item.grants or "", None)
    beyond: Mapping[str, Any] = {}
    number = answers.get("applicant_id_no")
    person = household_queries.person_by_id_number(db, number) if isinstance(number, str) and number else None
    household = household_queries.household_of(db, person.id) if person is not None else None
    if household is not None:
        held.update(recognition_queries.statuses(db, household.id, on))
        beyond = recognition_queries.beyond_facts(db, catalogue, household.id, on)
    return catalogue.environment({"app_items": list(items), **beyond}, on, held)


def prospects(
    db: Session,
    catalogue: Catalogue,
    household: Household,
    facts: Mapping[str, Any],
    on: date,
    *,
    asked: Sequence[str] = (),
) -> dict[str, Prospect]:
    """All items judged for one household, on its known facts and its recognitions in force.

    What the items it has asked for may yet grant counts as held: they are prepared in parallel.
    """
    known = {name: value for name, value in facts.items() if name in catalogue.fact_names.types or name == "members"}
    known |= {name: value for name, value in facts.items() if isinstance(value, list)}
    known.update(recognition_queries.beyond_facts(db, catalogue, household.id, on))
    held: dict[str, bool | None] = dict.fromkeys(catalogue.statuses, False)
    held.update(recognition_queries.statuses(db, household.id, on))
    held.update({item.grants: True for item in catalogue.chosen(asked) if item.grants})
    judged = catalogue.judge(known, on, statuses=held, awaited=catalogue.seen_or_returned)
    return {slug: _prospect(catalogue, slug, judgement) for slug, judgement in judged.items()}


def _prospect(catalogue: Catalogue, slug: str, judgement: Judgement) -> Prospect:
    """The first rule that speaks for the outcome: what stands against it, or what is not known yet."""
    outcome = "likely" if judgement.likely else judgement.outcome
    told = next((reason for reason in judgement.reasons if _speaks_for(reason, judgement.outcome)), None)
    if told is None or judgement.outcome == "eligible":
        return Prospect(slug, outcome, None)
    words, clause = in_words(catalogue, told), told.clause
    if clause is None:
        return Prospect(slug, outcome, words)
    return Prospect(slug, outcome, Text(f"{words.zh}({clause.zh})", f"{words.en} ({clause.en})"))


def _speaks_for(reason: Reason, outcome: str) -> bool:
    if reason.on_fail not in ON_FAIL or reason.holds is True:
        return False
    return ("undetermined" if reason.holds is None else ON_FAIL[reason.on_fail]) == outcome
