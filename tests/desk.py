"""A town behind the application: a published catalogue, places, one member of staff per desk, and their browsers."""

from __future__ import annotations

import json
import re
from datetime import date
from html import unescape
from typing import Any

from sqlalchemy import select

from portal.access.queries import actor_for
from portal.access.rules import Actor, Grant
from portal.applications.models import Application
from portal.cases import commands, queries
from portal.cases.models import Case, Task
from portal.catalogue.models import Publication, StoredRelease
from portal.db import db, transaction
from portal.forms import compute, normalise, prune, validate
from portal.organisation.commands import load_calendar, load_departments, load_regions
from portal.organisation.models import DemoClock
from portal.organisation.queries import moment
from portal.rendering.display import input_text
from tests.factories import make_user, post, sign_in
from tests.families import NOON, complete, fill

ITEMS = ["dibao", "education_aid", "housing_aid"]
TOWNSHIP, COUNTY, WINDOW = "321311106", "321311", "321302"
DESKS = {
    "clerk": ("window_clerk", WINDOW, None),
    "officer": ("township_officer", TOWNSHIP, None),
    "second": ("township_officer", TOWNSHIP, None),
    "head": ("township_head", TOWNSHIP, None),
    "verifier": ("county_verifier", COUNTY, None),
    "elsewhere": ("township_officer", "321302105", None),
    "department": ("department_officer", COUNTY, "MZ"),
    "supervisor": ("supervisor", COUNTY, None),
}


class DeskTown:
    """The application, its staff and what they do, through real requests."""

    def __init__(self, app: Any, release: Any, day: date | None = None) -> None:
        self.app, self.release = app, release
        self.users: dict[str, int] = {}
        with app.app_context(), transaction(db.session()) as session:
            session.add(StoredRelease(id=release.id, bundle=release.bundle, first_published_at=NOON))
            session.flush()
            session.add(Publication(release_id=release.id, note="", published_by="tests", published_at=NOON))
            load_regions(session, release.source.one("regions")["regions"])
            load_departments(session, release.source.one("departments")["departments"])
            load_calendar(session, release.source.documents["workflows/calendars/cn.json"])
            session.add(DemoClock(id=1, days_ahead=((day or NOON.date()) - moment(session).date()).days))
            for name, (role, region, department) in DESKS.items():
                self.users[name] = make_user(session, role, region=region, department=department, name=f"示例{name}").id

    def client(self, who: str) -> Any:
        return sign_in(self.app.test_client(), self.users[who])

    def later(self, days: int) -> None:
        with self.app.app_context(), transaction(db.session()) as session:
            session.get_one(DemoClock, 1).days_ahead += days

    def facts(self) -> dict[str, Any]:
        found = next(
            e for e in self.release.catalogue.examples if e.item == "dibao" and e.expect["outcome"] == "eligible"
        )
        return {k: v for k, v in json.loads(json.dumps(dict(found.facts))).items() if not k.startswith("s_")}

    def submit(self, items: list[str] | None = None, **changes: Any) -> int:
        """An application taken at a window of another county; gives its id."""
        chosen = items or ITEMS
        with self.app.app_context(), transaction(db.session()) as session:
            now = moment(session)
            clerk = actor_for(session, self.users["clerk"], "示例clerk", today=now.date())
            answers = complete(self.release, chosen, {**self.facts(), **changes}, now=now)
            made = commands.submit(
                session, clerk, self.release, items=chosen, answers=answers, window_region=WINDOW, now=now
            )
            return made.id

    # --- what a browser does -------------------------------------------------------------------------------------

    def task(self, form: str, item: str | None = None, status: str = "open") -> int:
        """The one task of this kind."""
        with self.app.app_context():
            query = select(Task.id).where(Task.form == form, Task.status == status)
            return db.session.scalars(query if item is None else query.where(Task.item == item)).one()

    def see(self, who: str, address: str) -> str:
        answer = self.client(who).get(address)
        assert answer.status_code == 200, answer.status
        return unescape(answer.get_data(as_text=True))

    def send(self, who: str, address: str, data: Any, status: int = 303) -> str:
        """Post a page; gives the page that was answered, or the one the browser is sent to."""
        client = self.client(who)
        answer = post(client, address, data)
        body = answer.get_data(as_text=True)
        assert answer.status_code == status, (answer.status, re.sub(r"(?s)<[^>]+>", " ", body)[:1500])
        if answer.status_code == 303:
            body = client.get(answer.headers["Location"]).get_data(as_text=True)
        return unescape(body)

    def act(self, who: str, form: str, action: str, status: int = 303, item: str | None = None, **fields: Any) -> str:
        data = {"_action": action, **{f"_{name}": value for name, value in fields.items()}}
        return self.send(who, f"/tasks/{self.task(form, item)}", data, status)

    # --- shortcuts below the pages -------------------------------------------------------------------------------

    def command(
        self, form: str, action: str, payload: Any = None, *, item: str | None = None, reason: str = ""
    ) -> None:
        """Do a step that is somebody else's page, such as a department's."""
        task_id = self.task(form, item)
        with self.app.app_context(), transaction(db.session()) as session:
            task = session.get_one(Task, task_id)
            number = 9000 + sum(map(ord, form))  # another person for every kind of step
            actor = Actor(number, "示例部门", (Grant(task.role, task.region_code, task.department_code),))
            commands.act(session, actor, task_id, action, payload or {}, reason=reason, now=moment(session))

    def tick(self) -> None:
        with self.app.app_context(), transaction(db.session()) as session:
            commands.tick(session, now=moment(session))

    def application(self, application_id: int) -> Application:
        db.session.expire_all()
        return db.session.get_one(Application, application_id)

    def open_forms(self) -> list[str]:
        with self.app.app_context():
            found = db.session.scalars(select(Task).where(Task.status.in_(queries.OPEN)).order_by(Task.id)).all()
            return [task.form for task in found]

    def cases(self) -> dict[str, str]:
        with self.app.app_context():
            return {case.item: case.status for case in db.session.scalars(select(Case))}

    def survey(self, application_id: int, **changes: Any) -> dict[str, Any]:
        """A complete survey as a browser would post it."""
        with self.app.app_context():
            application = self.application(application_id)
            form = self.release.catalogue.form("home-visit", application.items)
            facts = {**application.answers, "app_items": application.items}
            environment = self.release.catalogue.environment(facts, NOON.date())
            rows = {
                group: [{} for _ in application.answers.get(group) or []]
                for group in ("members", "supporters", "houses", "vehicles")
                if group in form.rows
            }
            answers: dict[str, Any] = {name: found for name, found in rows.items() if found}
            answers |= {"visitor1_name": "示例甲", "visitor2_name": "示例乙", "visit_no_conflict": True, **changes}
            for _ in range(15):
                clean = prune(form, compute(form, normalise(form, answers), environment), environment)
                if not fill(form, answers, validate(form, clean, environment)):
                    break
            return pairs(form, clean)


def pairs(form: Any, answers: dict[str, Any]) -> dict[str, Any]:
    """Answers as the names and texts a page sends."""
    sent: dict[str, Any] = {}
    for name, value in answers.items():
        if name in form.rows:
            if not value:
                sent[f"{name}-none"] = "1"
            for at, row in enumerate(value):
                sent |= {f"{name}-{at}-{key}": _text(form, key, one) for key, one in row.items()}
        elif name in form.questions:
            sent[name] = _text(form, name, value)
    return sent


def _text(form: Any, name: str, value: Any) -> Any:
    if isinstance(value, list) or name not in form.questions:
        return value
    return input_text(form.questions[name], value)
