"""The supervisor's board: clocks and cards per item and place, and what was really reached against the promise.

Shows the distribution, never only a mean: an average can hide families who waited forty days (procedure §11).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.access import Actor
from portal.access.queries import under, where
from portal.applications.models import Application
from portal.cases.models import Case, Task
from portal.cases.rules import ENDED
from portal.errors import NOT_FOUND, Refused
from portal.organisation.queries import CITY_TIME, calendar
from portal.values import Period, WorkingCalendar

PAUSING = ("supplement", "investigate")  # the forms of the steps that stop the clocks
DECIDED = ENDED - {"withdrawn"}
BELOW = {4: 6, 6: 9, 9: 12}  # a place's code and those of the places one level below, by length
EVER = Period(date(2000, 1, 1))


@dataclass(frozen=True)
class Cards:
    """Open cases by the colour of their clock."""

    open: int = 0
    yellow: int = 0
    red: int = 0

    @property
    def green(self) -> int:
        return self.open - self.yellow - self.red

    def __add__(self, other: Cards) -> Cards:
        return Cards(self.open + other.open, self.yellow + other.yellow, self.red + other.red)


@dataclass(frozen=True)
class Reached:
    """How long decided cases really took, in working days without pauses."""

    closed: int = 0
    median: float = 0.0
    ninetieth: float = 0.0
    longest: int = 0
    mean: float = 0.0
    within_promise: int = 0

    @property
    def share(self) -> int:
        """Percent of the decided ones that kept the promise."""
        return round(100 * self.within_promise / self.closed) if self.closed else 0


@dataclass(frozen=True)
class Line:
    """One row of the board: what is open of an item or at a place, and what was reached."""

    key: str
    cards: Cards
    reached: Reached


@dataclass(frozen=True)
class Intake:
    """Applications accepted in the period: how long they lay before, and how many were asked for nothing more."""

    accepted: int
    waited: float
    without_supplement: int

    @property
    def share(self) -> int:
        return round(100 * self.without_supplement / self.accepted) if self.accepted else 0


@dataclass(frozen=True)
class Board:
    """Everything the board shows for one place within the actor's reach."""

    place: str
    items: tuple[Line, ...]
    places: tuple[Line, ...]
    total: Line
    endings: Mapping[str, int]
    intake: Intake
    paused_tasks: int
    red_tasks: int


@dataclass(frozen=True)
class _Span:
    """Cases of one item at one place that took the same time."""

    item: str
    place: str
    days: int
    kept: bool
    count: int


def own_place(actor: Actor) -> str:
    """The place whose board an actor sees first: the widest he supervises."""
    regions = sorted((g.region for g in actor.scope("board.read").grants), key=lambda code: (len(code), code))
    if not regions:
        raise Refused(NOT_FOUND)
    return regions[0]


def board(
    db: Session,
    actor: Actor,
    today: date,
    *,
    place: str = "",
    item: str = "",
    period: Period = EVER,
) -> Board:
    """The board of a place, for one item or all. A place outside the actor's reach is not found."""
    place = place or own_place(actor)
    scope = actor.scope("board.read")
    if not scope.covers(place):
        raise Refused(NOT_FOUND)
    mine = where(scope, region=Case.region_code, department=Case.department_code, item=Case.item)
    here = and_(mine, under(Case.region_code, place), *([Case.item == item] if item else []))
    below = func.substr(Case.region_code, 1, BELOW.get(len(place), 12))
    cards = _cards(db, here, below, today)
    spans = _spans(db, here, below, period, calendar(db))
    paused, red = _tasks(db, actor, place, item, today)
    return Board(
        place,
        _lines(cards, spans, by_item=True),
        _lines(cards, spans, by_item=False),
        Line(place, sum(cards.values(), Cards()), _reached(spans)),
        _endings(db, here, period),
        _intake(db, actor, place, item, period),
        paused,
        red,
    )


def _cards(
    db: Session, here: ColumnElement[bool], below: ColumnElement[str], today: date
) -> dict[tuple[str, str], Cards]:
    red = func.coalesce(Case.due_on < today, False)
    yellow = func.coalesce(Case.yellow_on <= today, False) & ~red
    counts = (func.count(), func.count().filter(yellow), func.count().filter(red))
    query = select(Case.item, below, *counts).where(here, Case.status.not_in(ENDED)).group_by(Case.item, below)
    return {(item, place): Cards(whole, late, over) for item, place, whole, late, over in db.execute(query)}


def _spans(
    db: Session, here: ColumnElement[bool], below: ColumnElement[str], period: Period, days: WorkingCalendar
) -> list[_Span]:
    """What the decided cases took. Cases with the same dates are counted together, so a year of them is a few rows.

    A case that stood still is taken by itself: the days a supplement or an objection was waited for do not count.
    """
    decided = and_(here, Case.status.in_(DECIDED), _within(Case.closed_on, period))
    pauses = _pauses(db, decided, days)
    dates = (Case.item, below, Case.opened_on, Case.closed_on, Case.promised_on)
    plain = select(*dates, func.count()).where(decided, Case.id.not_in(sorted(pauses))).group_by(*dates)
    stopped = select(*dates, Case.id).where(decided, Case.id.in_(sorted(pauses)))
    spans = [
        _Span(item, place, days.between(opened, closed), _kept(closed, promised), count)
        for item, place, opened, closed, promised, count in db.execute(plain)
        if closed is not None
    ]
    for item, place, opened, closed, promised, case_id in db.execute(stopped):
        if closed is not None:
            taken = max(0, days.between(opened, closed) - pauses[case_id])
            spans.append(_Span(item, place, taken, _kept(closed, promised), 1))
    return spans


def _kept(closed: date, promised: date | None) -> bool:
    return promised is not None and closed <= promised


def _pauses(db: Session, decided: ColumnElement[bool], days: WorkingCalendar) -> dict[int, int]:
    """The working days each decided case stood still: its own pauses and those of its application."""
    own = or_(Task.case_id == Case.id, Task.case_id.is_(None))
    query = (
        select(Case.id, Task.opened_at, Task.closed_at, Case.opened_on, Case.closed_on)
        .join(Task, and_(Task.application_id == Case.application_id, own))
        .where(decided, Task.form.in_(PAUSING))
    )
    found: dict[int, int] = defaultdict(int)
    for case_id, since, until, opened, closed in db.execute(query):
        first = max(_day(since), opened)
        last = min((day for day in (closed, until and _day(until)) if day is not None), default=first)
        found[case_id] += days.between(first, last)
    return found


def _day(moment: datetime) -> date:
    return moment.astimezone(CITY_TIME).date()


def _within(column: InstrumentedAttribute[date | None], period: Period) -> ColumnElement[bool]:
    return column.between(period.first, period.last or date.max)


def _lines(cards: Mapping[tuple[str, str], Cards], spans: Sequence[_Span], *, by_item: bool) -> tuple[Line, ...]:
    """One line for each item, or each place, that has anything; the order is that of the codes, not a ranking."""
    opened: dict[str, Cards] = defaultdict(Cards)
    taken: dict[str, list[_Span]] = defaultdict(list)
    for (item, place), counted in cards.items():
        opened[item if by_item else place] += counted
    for span in spans:
        taken[span.item if by_item else span.place].append(span)
    return tuple(Line(key, opened[key], _reached(taken[key])) for key in sorted({*opened, *taken}))


def _reached(spans: Iterable[_Span]) -> Reached:
    counted: Counter[int] = Counter()
    kept = 0
    for span in spans:
        counted[span.days] += span.count
        kept += span.count if span.kept else 0
    whole = counted.total()
    if not whole:
        return Reached()
    values = sorted(counted.elements())
    return Reached(whole, quantile(values, 0.5), quantile(values, 0.9), values[-1], round(sum(values) / whole, 1), kept)


def _endings(db: Session, here: ColumnElement[bool], period: Period) -> dict[str, int]:
    query = select(Case.status, func.count()).where(here, Case.status.in_(ENDED), _within(Case.closed_on, period))
    return dict(db.execute(query.group_by(Case.status)).all())


def _intake(db: Session, actor: Actor, place: str, item: str, period: Period) -> Intake:
    scope = actor.scope("board.read")
    here = [where(scope, region=Application.region_code), under(Application.region_code, place)]
    if item:
        here.append(Application.id.in_(select(Case.application_id).where(Case.item == item)))
    accepted = _within(Application.accepted_on, period)
    asked = select(Task.id).where(Task.application_id == Application.id, Task.form == "supplement").exists()
    rows = db.execute(select(Application.submitted_at, Application.accepted_on, asked).where(*here, accepted)).all()
    days = calendar(db)
    waited = [days.between(_day(sent), taken) for sent, taken, _ in rows if taken is not None]
    return Intake(len(rows), quantile(waited, 0.5), sum(not supplement for _, _, supplement in rows))


def _tasks(db: Session, actor: Actor, place: str, item: str, today: date) -> tuple[int, int]:
    scope = actor.scope("board.read")
    here = [
        where(scope, region=Task.region_code, department=func.coalesce(Task.department_code, "")),
        Task.application_id.in_(select(Application.id).where(under(Application.region_code, place))),
        Task.status.in_(("open", "paused", "blocked")),
        *([Task.item == item] if item else []),
    ]
    late = and_(or_(Task.status == "open", Task.status == "blocked"), Task.due_on < today)
    counts = select(func.count().filter(Task.status == "paused"), func.count().filter(late)).where(*here)
    paused, red = db.execute(counts).one()
    return int(paused), int(red)


def quantile(values: Sequence[int], share: float) -> float:
    """The value below which `share` of the values lie, interpolated; 0 for none."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (ordered[high] - ordered[low]) * (place - low), 1)
