"""Making the town: every family's file goes through the real commands, in the order of time, up to the present moment."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.applications.commands import save_draft
from portal.audit import Event
from portal.cases import commands
from portal.catalogue.release import Release
from portal.db import transaction
from portal.demo import working_days
from portal.demo.desks import Desks
from portal.demo.families import Family
from portal.demo.filling import complete
from portal.demo.journeys import Journey, Town
from portal.demo.shapes import SHAPES
from portal.demo.staff import TOWNSHIP
from portal.jobs.handlers import HANDLERS
from portal.jobs.runner import deliver_all
from portal.organisation.models import Region
from portal.organisation.queries import CITY_TIME, calendar, region_title

DAYS = 60  # how long ago the first family came
MEMBERS = 8  # numbers kept free for each family's people
CHUNK = 60  # steps in one transaction
DRAFTS = 0.05  # of the families are still being filled in at a window
SEEDED = "demo.seeded"


@dataclass(frozen=True)
class Made:
    """What the seeding did."""

    families: int
    applications: int
    drafts: int
    steps: int
    refused: dict[tuple[str, str], int]


@dataclass(order=True)
class Entry:
    """Something that will happen: a family coming to a window, or a file being taken up again."""

    when: datetime
    order: int
    family: int | None = field(compare=False, default=None)
    journey: Journey | None = field(compare=False, default=None)


def already(db: Session) -> str | None:
    """What an earlier seeding made, or None."""
    found = db.scalar(select(Event).where(Event.action == SEEDED).limit(1))
    return None if found is None else str(found.data.get("households"))


class Seeding:
    """One run: the families of a seed, the town they live in, and the queue of what happens when."""

    def __init__(self, db: Session, release: Release, *, households: int, seed: int, now: datetime) -> None:
        self.db, self.release, self.households, self.seed, self.now = db, release, households, seed, now
        self.town = Town(db, release.catalogue, Desks(db), calendar(db))
        self.villages = _villages(db)
        self.names: dict[str, str] = {}
        self.order = count()
        self.queue: list[Entry] = []
        self.applications = self.drafts = self.steps = 0
        self.to_deliver: list[int] = []

    def run(self, progress: Callable[[datetime], None]) -> Made:
        """Play everything up to the present; the night between two days lets waits end."""
        self._invite()
        event.listen(self.db, "after_flush", self._note_events)
        day = self.queue[0].when.astimezone(CITY_TIME).date() if self.queue else self.now.date()
        while self.queue and self.queue[0].when <= self.now:
            with transaction(self.db):
                for _ in range(CHUNK):
                    if not self.queue or self.queue[0].when > self.now:
                        break
                    day = self._nights(day, self.queue[0].when)
                    self._happen(heapq.heappop(self.queue))
                moment = self.queue[0].when if self.queue else self.now
            self._deliver(min(moment, self.now))
            progress(min(moment, self.now))
        with transaction(self.db):
            self._nights(day, self.now)
        with transaction(self.db):
            audit.record(
                self.db,
                actor_id=None,
                actor_name="portal seed",
                action=SEEDED,
                stream="demo",
                at=self.now,
                households=self.households,
                seed=self.seed,
            )
        self._deliver(self.now)
        event.remove(self.db, "after_flush", self._note_events)
        return Made(self.households, self.applications, self.drafts, self.steps, dict(self.town.refused))

    # --- the order of things -----------------------------------------------------------------------------------------

    def _invite(self) -> None:
        """When each family comes: over the last sixty days, more of them lately."""
        today = self.now.astimezone(CITY_TIME).date()
        for number in range(self.households):
            dice = self._dice(number, "when")
            ago = int(DAYS * dice.random() ** 1.6)
            moment = working_days.at(today - timedelta(days=ago), 9 + 5 * dice.random())
            self._later(working_days.in_office(self.town.calendar, moment, dice), family=number)

    def _later(self, when: datetime, *, family: int | None = None, journey: Journey | None = None) -> None:
        heapq.heappush(self.queue, Entry(when, next(self.order), family, journey))

    def _nights(self, day: date, until: datetime) -> date:
        """Every midnight that has passed lets the waits end whose day is over."""
        last = until.astimezone(CITY_TIME).date()
        while day < last:
            day += timedelta(days=1)
            commands.tick(self.db, now=working_days.at(day, 0.2))
        return day

    def _happen(self, entry: Entry) -> None:
        self.steps += 1
        journey = entry.journey
        if entry.family is not None:
            journey = self._arrive(entry.family, entry.when)
        if journey is not None:
            again = self.town.step(journey, entry.when)
            if again is not None:
                self._later(again, journey=journey)

    def _note_events(self, session: Session, _context: Any) -> None:
        self.to_deliver += [row.id for row in session.new if isinstance(row, Event) and row.action in HANDLERS]

    def _deliver(self, moment: datetime) -> None:
        """What follows from the chunk's work: the same handlers as after a request."""
        ids, self.to_deliver = self.to_deliver, []
        deliver_all(self.db, ids, now=moment)

    # --- a family at a window ----------------------------------------------------------------------------------------

    def _dice(self, number: int, purpose: str) -> Random:
        return Random(f"{self.seed}:{number}:{purpose}")  # noqa: S311 - a repeatable town, no secret

    def family(self, number: int, today: date) -> Family:
        """The family of that number: the same for the same seed, wherever it is made."""
        dice = self._dice(number, "family")
        village = self._village(number, dice)
        place = self.names.get(village) or self.names.setdefault(village, region_title(self.db, village).zh)
        address = f"{place}示例{dice.randrange(1, 13)}组{dice.randrange(1, 99)}号"
        shape = dice.choices([made for _, made in SHAPES], [weight for weight, _ in SHAPES])[0]
        family = Family(shape.__name__, village, address, today, dice, number * MEMBERS)
        shape(family)
        return family

    def _village(self, number: int, dice: Random) -> str:
        """One in four families lives in the township the story is told in; the others everywhere."""
        if number % 4 == 0:
            return dice.choice(self.villages[TOWNSHIP])
        townships = list(self.villages)
        return dice.choice(self.villages[townships[number % len(townships)]])

    def _arrive(self, number: int, when: datetime) -> Journey | None:
        dice = self._dice(number, "window")
        family = self.family(number, when.astimezone(CITY_TIME).date())
        clerk, window = self._window(family, dice)
        if clerk is None:
            return None
        slugs = [item.slug for item in self.release.catalogue.chosen(family.items)]
        answers = complete(self.release.catalogue.form("application", slugs), family.answers(), family.today)
        if dice.random() < DRAFTS:
            self._draft(clerk, window, slugs, answers, dice, when)
            return None
        application = commands.submit(
            self.db,
            clerk,
            self.release,
            items=slugs,
            answers=answers,
            channel=dice.choice(CHANNELS),
            window_region=window,
            now=when,
        )
        self.applications += 1
        return Journey(application.id, family.answers(), self._dice(number, "journey"), clerk)

    def _window(self, family: Family, dice: Random) -> tuple[Actor | None, str]:
        """Mostly the township's own window, sometimes another county's, the city's, or a helper in the village."""
        place = family.region[:9] if dice.random() < 0.8 else dice.choice(ELSEWHERE)
        found = self.town.desks.seated("window_clerk", place)
        grants = found[0].grants if found else ()
        return (found[0] if found else None), (grants[0].region if grants else place)

    def _draft(
        self, clerk: Actor, window: str, slugs: list[str], answers: dict[str, Any], dice: Random, when: datetime
    ) -> None:
        """A form somebody stopped filling in: some answers are there, the rest is not."""
        kept = {
            name: value
            for name, value in answers.items()
            if name.startswith(("applicant", "hh_")) or dice.random() < 0.3
        }
        save_draft(
            self.db,
            clerk,
            catalogue=self.release.catalogue,
            release_id=self.release.id,
            items=slugs,
            answers=kept,
            window_region=window,
            now=when,
        )
        self.drafts += 1


CHANNELS = ("window", "window", "window", "agent_village", "pc", "wechat")
ELSEWHERE = ("321302", "321302", "3213")


def _villages(db: Session) -> dict[str, list[str]]:
    """Every township with its villages; one whose villages nobody listed stands for its first village itself."""
    rows = db.execute(select(Region.code, Region.level).where(Region.valid_to.is_(None)).order_by(Region.code)).all()
    found: dict[str, list[str]] = {code: [] for code, level in rows if level == "township"}
    for code, level in rows:
        if level == "village" and code[:9] in found:
            found[code[:9]].append(code)
    return {township: villages or [f"{township}001"] for township, villages in found.items()}
