"""The rules' view of a case: facts as decided, recognitions held or assumed, and the judgement with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.cases.models import Case
from portal.cases.recognising import assumed_statuses
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.catalogue import Catalogue
from portal.recognitions import queries as recognition_queries
from portal.rules import Judgement, judge
from portal.verification import queries as verification_queries


@dataclass(frozen=True)
class Assessment:
    """What the rules say about a case today, and on what it rests.

    `assumed` names recognitions counted as held because a co-applied item is still being decided; `awaited` the
    questions only the visit or the comparisons can answer and that are not in yet.
    """

    judgement: Judgement
    facts: Mapping[str, Any]
    statuses: Mapping[str, bool]
    assumed: frozenset[str]
    awaited: frozenset[str]
    on: date

    @property
    def outcome(self) -> str:
        """The outcome in words for a person: unknown only because of awaited facts reads 'likely'."""
        return "likely" if self.judgement.likely else self.judgement.outcome


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
        )
    )
    statuses, assumed = assumed_statuses(db, catalogue, case, today)
    awaited = frozenset(verification_queries.awaited(db, application, catalogue))
    environment = catalogue.environment(facts, today, statuses)
    return Assessment(
        judge(catalogue.policy(case.item), environment, awaited=awaited), facts, statuses, assumed, awaited, today
    )
