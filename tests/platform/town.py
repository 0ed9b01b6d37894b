"""A town for tests of generated screens: a published catalogue, its places, staff with sign-ins, families' files."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from portal.access.rules import Actor, Grant
from portal.cases import commands
from portal.cases.models import Case, Task
from portal.catalogue.models import Publication, StoredRelease
from portal.catalogue.release import Release
from portal.db import transaction
from portal.forms import compute, normalise, prune, validate
from portal.organisation.commands import load_calendar, load_departments, load_regions
from portal.verification.queries import open_conflicts
from tests.families import NOON, complete, fill

CITY, COUNTY, OTHER_COUNTY = "3213", "321311", "321302"
TOWNSHIP, OTHER_TOWNSHIP = "321311106", "321302105"
VILLAGE, OTHER_VILLAGE = "321311106201", "321302105201"
TOGETHER = ["dibao", "education_aid", "housing_aid"]


def hand(role: str, region: str, department: str | None = None, number: int = 1) -> Actor:
    """Somebody who holds a post, without an account."""
    return Actor(number, role, (Grant(role, region, department),))


def put_in_force(db: Any, release: Release) -> None:
    """Publish a release that was built and checked before."""
    if db.get(StoredRelease, release.id) is None:
        db.add(StoredRelease(id=release.id, bundle=release.bundle, first_published_at=NOON))
        db.flush()
    db.add(Publication(release_id=release.id, note="", published_by="tests", published_at=NOON))
    db.flush()


class Town:
    """What a test needs to get a file to the step it is about."""

    def __init__(self, db: Any, release: Release) -> None:
        self.db, self.release = db, release
        source = release.source
        put_in_force(db, release)
        load_regions(db, source.one("regions")["regions"])
        load_departments(db, source.one("departments")["departments"])
        load_calendar(db, source.documents["workflows/calendars/cn.json"])
        db.flush()

    def facts(self, item: str = "dibao") -> dict[str, Any]:
        found = next(e for e in self.release.catalogue.examples if e.item == item and e.expect["outcome"] == "eligible")
        facts = {k: v for k, v in json.loads(json.dumps(dict(found.facts))).items() if not k.startswith("s_")}
        for member in facts["members"]:
            member["member_is_beneficiary"] = True
        return facts

    def submit(self, items: list[str], *, village: str = VILLAGE, day: int = 0, **facts: Any) -> Any:
        known = {**self.facts(), "hh_hukou_region": village, **facts}
        answers = complete(self.release, items, known)
        clerk = hand("window_clerk", OTHER_COUNTY, number=901)
        return commands.submit(
            self.db,
            Actor(None, clerk.name, clerk.grants),
            self.release,
            items=items,
            answers=answers,
            window_region=OTHER_COUNTY,
            now=NOON + timedelta(days=day),
        )

    def do(
        self,
        application: Any,
        who: Actor,
        step: str,
        action: str,
        payload: dict[str, Any] | None = None,
        *,
        item: str | None = None,
        reason: str = "",
        day: int = 0,
    ) -> Task:
        query = select(Task).where(Task.application_id == application.id, Task.step == step, Task.status == "open")
        task = self.db.scalars(query if item is None else query.where(Task.item == item)).one()
        return commands.act(self.db, who, task.id, action, payload, reason=reason, now=NOON + timedelta(days=day))

    def accepted(self, items: list[str], **more: Any) -> dict[str, Case]:
        """A file whose departments may begin: its cases by item."""
        application = self.submit(items, **more)
        self.do(application, self.township(application), "accept", "accept")
        return self.cases(application)

    def township(self, application: Any, role: str = "township_officer", number: int = 902) -> Actor:
        return hand(role, application.region_code[:9], number=number)

    def finish_front(self, application: Any, items: list[str], *, visit: bool = False) -> None:
        """Everything the township does, quickly."""
        county, township = application.region_code[:6], self.township(application)
        self.do(
            application, hand("window_clerk", OTHER_COUNTY, number=903), "authorise", "authorised", {"signed": True}
        )
        verifier = hand("county_verifier", county, number=904)
        conflicts = open_conflicts(self.db, application.id)
        self.do(application, verifier, "verify", "conflict" if conflicts else "done", reason="先行办理")
        if visit:
            self.do(application, township, "visit", "done", {"answers": self.visit_answers(application, items)})
        conflicts = open_conflicts(self.db, application.id)
        if self.waits(application, "settle"):
            settled = [{"conflict": c.id, "basis": "declared", "reason": "核实无误"} for c in conflicts]
            self.do(application, township, "settle", "settled", {"settlements": settled})
        if self.waits(application, "opinion"):
            opinion = {"items": {slug: {"agree": True} for slug in items}}
            self.do(application, self.township(application, "township_head", 905), "opinion", "give", opinion)

    def waits(self, application: Any, step: str) -> bool:
        query = select(Task.id).where(Task.application_id == application.id, Task.step == step, Task.status == "open")
        return self.db.scalar(query) is not None

    def visit_answers(self, application: Any, items: list[str]) -> dict[str, Any]:
        form = self.release.catalogue.form("home-visit", items)
        env = self.release.catalogue.environment({**application.answers, "app_items": items}, NOON.date())
        members = [{"member_lives_together": True} for _ in application.answers["members"]]
        answers = {"members": members, "visitor1_name": "甲", "visitor2_name": "乙", "visit_no_conflict": True}
        for _ in range(12):
            clean = prune(form, compute(form, normalise(form, answers), env), env)
            if not fill(form, answers, validate(form, clean, env)):
                break
        return answers

    def publicity_over(self, days: int) -> None:
        """The waits of publicity elapse, and drawn spot checks are passed."""
        later = NOON + timedelta(days=days)
        commands.tick(self.db, now=later)
        drawn = self.db.scalars(select(Task).where(Task.step == "spot_check", Task.status == "open")).all()
        for task in drawn:
            checker = hand("department_officer", task.region_code, task.department_code, number=906)
            commands.act(self.db, checker, task.id, "passed", now=later)

    def cases(self, application: Any) -> dict[str, Case]:
        rows = self.db.scalars(select(Case).where(Case.application_id == application.id))
        return {case.item: case for case in rows}


def furnished(app: Any, furnish: Any) -> Any:
    """Run `furnish(session)` in one committed transaction of the application's database."""
    from portal.db import db

    with app.app_context():
        session = db.session()
        with transaction(session):
            return furnish(session)
