"""The rules' view of a case: facts as decided, recognitions held or assumed, and the judgement with its reasons."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.cases.models import Case
from portal.cases.recognising import assumed_statuses
from portal.cases.rules import for_month
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.households.queries import people_by_number
from portal.recognitions import queries as recognition_queries
from portal.rules import Environment, Judgement, judge
from portal.verification import queries as verification_queries


@dataclass(frozen=True)
class Assessment:
    """What the rules say about a case today, and on what it rests.

    `assumed` names recognitions counted as held because a co-applied item is still being decided; `awaited` the
    questions only the visit or the comparisons can answer and that are not in yet. `proposed_fen` is what would be
    awarded: to persons the sum over all who qualify.
    """

    judgement: Judgement
    environment: Environment
    facts: Mapping[str, Any]
    statuses: Mapping[str, bool]
    assumed: frozenset[str]
    awaited: frozenset[str]
    on: date
    proposed_fen: int | None

    @property
    def outcome(self) -> str:
        """The outcome in words for a person: unknown only because of awaited facts reads 'likely'."""
        return "likely" if self.judgement.likely else self.judgement.outcome


def with_own_statuses(
    db: Session, household_id: int, facts: Mapping[str, Any], today: date, assumed: Collection[str] = ()
) -> dict[str, Any]:
    """Facts whose member rows say which personal recognitions are theirs: an orphan's sister is no orphan.

    What is only assumed, because its case is still open, stays the household's until it is decided whose it is.
    """
    own = recognition_queries.personal(db, household_id, today)
    personal = {status for held in own.values() for status in held} - set(assumed)
    members = facts.get("members")
    if not personal or not isinstance(members, list):
        return dict(facts)
    numbers = {str(row.get("member_id_no") or ""): n for n, row in enumerate(members) if isinstance(row, Mapping)}
    people = people_by_number(db, numbers)
    rows = [dict(row) if isinstance(row, Mapping) else row for row in members]
    for number, n in numbers.items():
        held = own.get(people[number].id, frozenset()) if number in people else frozenset()
        rows[n].update({status: status in held for status in personal})
    return {**facts, "members": rows}


def assess(db: Session, case: Case, *, today: date, catalogue: Catalogue | None = None) -> Assessment:
    """Judge a case by its own release, the parameters of the day and everything known about the family."""
    catalogue = catalogue or catalogue_queries.release(db, case.release_id).catalogue
    application = case.application
    facts = dict(verification_queries.decided_facts(db, application, catalogue))
    conflicts = verification_queries.open_conflicts(db, application.id)
    facts.update(
        recognition_queries.beyond_facts(
            db,
            catalogue,
            case.household_id,
            today,
            papers=tuple(application.papers),
            any_conflict=bool(conflicts),
            price_index_moved=for_month(application.provenance) is not None,
        )
    )
    statuses, assumed = assumed_statuses(db, catalogue, case, today)
    facts = with_own_statuses(db, case.household_id, facts, today, assumed)
    awaited = frozenset(verification_queries.awaited(db, application, catalogue))
    environment = catalogue.environment(facts, today, statuses)
    policy = catalogue.policy(case.item)
    judged = judge(policy, environment, awaited=awaited)
    return Assessment(
        judged, environment, facts, statuses, assumed, awaited, today, _proposed(judged, policy.benefit.award)
    )


def _proposed(judged: Judgement, award: str) -> int | None:
    """What the rules would have paid out; the amount of the best row where it is not an award to several persons."""
    best = judged.proposed_fen if judged.amount_fen is None else judged.amount_fen
    amounts = [person.amount_fen for person in judged.persons if person.outcome == "eligible"]
    if award != "persons" or not amounts or None in amounts:
        return best
    return sum(amount for amount in amounts if amount is not None)
