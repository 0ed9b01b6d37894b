"""Batches that start items: person after person, a few to a transaction, with a report; run at night and by command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.cases.candidates import Aside, Candidate
from portal.cases.occasions import Occasion, concerned, nightly, occasion
from portal.cases.starting import OUTCOMES, Line, start
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.release import Release
from portal.db import transaction
from portal.organisation.queries import CITY_TIME
from portal.values import Text

# So many people share one transaction: a batch of thousands never keeps other writers waiting for long.
TOGETHER = 20
KEPT_LINES = 5_000


@dataclass
class Report:
    """What a batch did: how many of each outcome, the people behind it, and how often each reason was given."""

    item: str
    source: str
    dry_run: bool
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, Text]] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)

    def add(self, line: Line) -> None:
        self.counts[line.outcome] += line.count
        if line.reason is not None:
            self.reasons[line.outcome, line.reason] += line.count
        if len(self.lines) < KEPT_LINES:
            self.lines.append(line)

    def to_json(self) -> dict[str, Any]:
        return {
            "item": self.item,
            "source": self.source,
            "dry_run": self.dry_run,
            "counts": {outcome: self.counts[outcome] for outcome in OUTCOMES},
            "reasons": [
                {"outcome": outcome, **reason.to_json(), "count": count}
                for (outcome, reason), count in self.reasons.most_common()
            ],
            "people": [line.to_json() for line in self.lines],
        }


def run_batch(
    db: Session,
    actor: Actor,
    item: str,
    source: str,
    *,
    now: datetime,
    dry_run: bool = False,
    tell: Callable[[int], None] = lambda _count: None,
) -> Report:
    """Start an item for everybody an occasion concerns. Running it again starts nobody twice."""
    release = catalogue_queries.current(db)
    today = now.astimezone(CITY_TIME).date()
    why = occasion(release.catalogue, item, source, today)
    report = Report(item, why.source, dry_run)
    people = _once_each(concerned(db, release.catalogue, why, today))
    done = 0
    while some := list(islice(people, TOGETHER)):
        for line in _together(db, actor, release, why, some, now, dry_run=dry_run):
            report.add(line)
        done += len(some)
        tell(done)
    if not dry_run:
        _note(db, actor, report, now)
    return report


def _once_each(people: Iterator[Candidate | Aside]) -> Iterator[Candidate | Aside]:
    """A trial keeps nothing, so the same person twice on a list must be met here."""
    seen: set[str] = set()
    for found in people:
        number = found.id_number if isinstance(found, Candidate) else ""
        if number and number in seen:
            yield Aside(found.name, TWICE)
        else:
            seen.add(number)
            yield found


TWICE = Text("名单中重复。", "Stands on the list twice.")


def _together(
    db: Session,
    actor: Actor,
    release: Release,
    why: Occasion,
    some: list[Candidate | Aside],
    now: datetime,
    *,
    dry_run: bool,
) -> list[Line]:
    """A few people in one transaction; a trial is taken back whole."""
    with transaction(db), db.begin_nested() as work:
        lines = [start(db, actor, release, why, found, now=now) for found in some]
        if dry_run:
            work.rollback()
    return lines


def _note(db: Session, actor: Actor, report: Report, now: datetime) -> None:
    with transaction(db):
        audit.record(
            db,
            actor_id=actor.id,
            actor_name=actor.name,
            action="batch.run",
            stream=f"batch:{report.item}",
            at=now,
            item=report.item,
            source=report.source,
            counts={outcome: report.counts[outcome] for outcome in OUTCOMES},
        )


def run_nightly(db: Session, actor: Actor, *, now: datetime) -> list[Report]:
    """Everything that starts without anybody's word: birthdays and lists."""
    if catalogue_queries.current_id(db) is None:
        return []
    catalogue = catalogue_queries.current(db).catalogue
    return [run_batch(db, actor, item, source, now=now) for item, source in nightly(catalogue)]
