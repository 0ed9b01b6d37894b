"""Who sits at which desk of the town, and which of them takes a task so that four eyes are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from random import Random

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.queries import actor_for
from portal.cases.models import Task
from portal.demo.staff import FIRST_DAY, posts_held

Key = tuple[str, str, str | None]


class Desks:
    """Every actor of the town by role, place and department; read once."""

    def __init__(self, db: Session) -> None:
        self._at: dict[Key, list[Actor]] = defaultdict(list)
        known: dict[int, Actor] = {}
        for user, post in posts_held(db):
            if user.id not in known:
                known[user.id] = actor_for(db, user.id, user.get_full_name(), today=FIRST_DAY)
            self._at[post.role, post.region_code, post.department_code].append(known[user.id])

    def seated(self, role: str, region: str, department: str | None = None) -> list[Actor]:
        """Who holds a role at a place, or at the nearest place above it."""
        for length in (12, 9, 6, 4):
            if length <= len(region) and (found := self._at.get((role, region[:length], department))):
                return found
        return []

    def for_task(self, task: Task, dice: Random, but: Collection[int] = ()) -> Actor | None:
        """Somebody whose desk the task lies on and who had no hand in what it must differ from."""
        seated = self.seated(task.role, task.region_code, task.department_code)
        free = [actor for actor in seated if actor.id not in but]
        return dice.choice(free) if free else None
