"""The supervisor's board: clocks and cards per item and place, and what was really reached against the promise.

Shows the distribution, never only a mean: an average can hide families who waited forty days (procedure §11).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.queries import where
from portal.cases.models import Case, Task
from portal.cases.rules import ENDED
from portal.organisation.queries import calendar

CLOSED_SAMPLE = 5_000


@dataclass(frozen=True)
class Cards:
    """Open cases of one item or one place by the colour of their clock."""

    key: str
    open: int
    yellow: int
    red: int


@dataclass(frozen=True)
class Reached:
    """How long closed cases of an item really took, in working days from acceptance to decision."""

    item: str
    closed: int
    median: float
    ninetieth: float
    within_promise: int


@dataclass(frozen=True)
class Board:
    """Everything the board shows for the actor's region."""

    items: tuple[Cards, ...]
    places: tuple[Cards, ...]
    reached: tuple[Reached, ...]
    paused_tasks: int
    red_tasks: int


def board(db: Session, actor: Actor, today: date) -> Board:
    """The board for the regions, departments and items the actor supervises."""
    scope = actor.scope("board.read")
    mine = where(scope, region=Case.region_code, department=Case.department_code, item=Case.item)
    is_open = Case.status.not_in(ENDED)
    red = func.coalesce(Case.due_on < today, False)
    yellow = func.coalesce(Case.yellow_on <= today, False) & ~red
    counts = (func.count(), func.count().filter(yellow), func.count().filter(red))

    def cards(key: object) -> tuple[Cards, ...]:
        rows = db.execute(select(key, *counts).where(mine, is_open).group_by(key).order_by(func.count().desc()))  # type: ignore[call-overload]
        return tuple(Cards(str(k), int(n), int(y), int(r)) for k, n, y, r in rows)

    tasks = where(scope, region=Task.region_code, department=func.coalesce(Task.department_code, ""))
    task_counts = db.execute(
        select(
            func.count().filter(Task.status == "paused"),
            func.count().filter(or_(Task.status == "open", Task.status == "blocked"), Task.due_on < today),
        ).where(tasks, Task.status.in_(("open", "paused", "blocked")))
    ).one()
    return Board(
        cards(Case.item),
        cards(func.substr(Case.region_code, 1, 9)),
        _reached(db, mine),
        int(task_counts[0]),
        int(task_counts[1]),
    )


def _reached(db: Session, mine: object) -> tuple[Reached, ...]:
    days = calendar(db)
    rows = db.execute(
        select(Case.item, Case.opened_on, Case.closed_on, Case.promised_on)
        .where(mine, Case.status.in_(ENDED), Case.closed_on.is_not(None))  # type: ignore[arg-type]
        .order_by(Case.id.desc())
        .limit(CLOSED_SAMPLE)
    )
    taken: dict[str, list[int]] = defaultdict(list)
    kept: dict[str, int] = defaultdict(int)
    for item, opened, closed, promised in rows:
        if closed is None:
            continue
        taken[item].append(days.between(opened, closed))
        kept[item] += promised is not None and closed <= promised
    return tuple(
        Reached(item, len(spans), quantile(spans, 0.5), quantile(spans, 0.9), kept[item])
        for item, spans in sorted(taken.items())
    )


def quantile(values: Sequence[int], share: float) -> float:
    """The value below which `share` of the sorted values lie, interpolated; 0 for none."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
