"""One family's way through the platform: applied once in another county, decided in parallel, one notice."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access.rules import Actor, Grant
from portal.applications.models import Application
from portal.audit.queries import broken_links
from portal.cases import commands, queries
from portal.cases.models import Case, Task
from portal.catalogue.commands import publish
from portal.catalogue.documents import read_directory
from portal.errors import Refused
from portal.forms import compute, normalise, prune, validate
from portal.notices.models import Notice
from portal.organisation.commands import load_calendar, load_departments, load_regions
from portal.verification.queries import open_conflicts
from tests.families import NOON, complete, fill

ITEMS = ["dibao", "education_aid", "housing_aid"]


def actor(role, region, department=None, number=1):
    return Actor(number, role, (Grant(role, region, department),))


class Town:
    """A published catalogue, its places, and hands for every desk."""

    def __init__(self, db):
        self.db = db
        source, _ = read_directory()
        self.release = publish(db, actor_id=None, actor_name="tests", source=source, note="", now=NOON)
        load_regions(db, source.one("regions")["regions"])
        load_departments(db, source.one("departments")["departments"])
        load_calendar(db, source.documents["workflows/calendars/cn.json"])
        db.flush()

    def facts(self):
        found = next(
            e for e in self.release.catalogue.examples if e.item == "dibao" and e.expect["outcome"] == "eligible"
        )
        return {k: v for k, v in json.loads(json.dumps(dict(found.facts))).items() if not k.startswith("s_")}

    def submit(self, **more):
        clerk = actor("window_clerk", "321302", number=None)
        answers = complete(self.release, ITEMS, self.facts())
        return commands.submit(
            self.db, clerk, self.release, items=ITEMS, answers=answers, window_region="321302", now=NOON, **more
        )

    def do(self, who, step, action, payload=None, *, item=None, reason="", day=0):
        now = NOON + timedelta(days=day)
        rows = queries.inbox(self.db, who, today=now.date()).rows
        task = next(r.task for r in rows if r.task.step == step and item in (None, r.task.item))
        return commands.act(self.db, who, task.id, action, payload, reason=reason, now=now)

    def visit_answers(self, application):
        form = self.release.catalogue.form("home-visit", ITEMS)
        env = self.release.catalogue.environment({**application.answers, "app_items": ITEMS}, NOON.date())
        members = [{"member_lives_together": True} for _ in application.answers["members"]]
        answers = {"members": members, "visitor1_name": "甲", "visitor2_name": "乙", "visit_no_conflict": True}
        for _ in range(12):
            clean = prune(form, compute(form, normalise(form, answers), env), env)
            if not fill(form, answers, validate(form, clean, env)):
                break
        return answers


@pytest.fixture
def town(session):
    return Town(session)


def test_one_application_is_decided_in_parallel_and_answered_once(town, session):
    application = town.submit()
    township, head = actor("township_officer", "321311106", number=2), actor("township_head", "321311106", number=3)
    town.do(township, "accept", "accept")
    town.do(actor("window_clerk", "321302", number=5), "authorise", "authorised", {"signed": True})
    town.do(
        actor("county_verifier", "321311", number=4),
        "verify",
        "conflict" if open_conflicts(session, application.id) else "done",
    )
    town.do(township, "visit", "done", {"answers": town.visit_answers(application)}, day=1)
    left = open_conflicts(session, application.id)
    if left:
        settled = [{"conflict": c.id, "basis": "declared", "reason": "核实无误"} for c in left]
        town.do(township, "settle", "settled", {"settlements": settled}, day=1)
    town.do(head, "opinion", "give", {"items": {slug: {"agree": True} for slug in ITEMS}}, day=2)
    for item, department in (("dibao", "MZ"), ("education_aid", "JY"), ("housing_aid", "ZJ")):
        officer = actor("department_officer", "321311", department, number=6)
        town.do(officer, "decide", "eligible", {"amount_fen": 50000}, item=item, reason="同意", day=2)

    confirmer = actor("department_head", "321311", "JY", number=7)
    with pytest.raises(Refused) as waiting:
        town.do(confirmer, "confirm", "confirm", item="education_aid", day=3)
    assert waiting.value.problem.code == "action-blocked"

    commands.tick(session, now=NOON + timedelta(days=12))
    if session.scalar(select(Task).where(Task.step == "spot_check", Task.status == "open")):
        town.do(actor("department_officer", "321311", "MZ", number=9), "spot_check", "passed", item="dibao", day=12)
    for item, department in (("dibao", "MZ"), ("education_aid", "JY"), ("housing_aid", "ZJ")):
        town.do(actor("department_head", "321311", department, number=7), "confirm", "confirm", item=item, day=12)

    cases = {case.item: case for case in session.scalars(select(Case))}
    assert {case.status for case in cases.values()} == {"confirmed"}
    assert cases["education_aid"].recognition == "met"
    assert application.status == "decided"
    results = session.scalars(select(Notice).where(Notice.kind == "result")).all()
    assert [len(notice.body["items"]) for notice in results] == [3]
    assert list(broken_links(session)) == []


def test_the_same_submission_sent_twice_is_one_application(town, session):
    first = town.submit(idempotency_key="one")
    assert town.submit(idempotency_key="one").id == first.id
    assert len(session.scalars(select(Application)).all()) == 1


def test_nobody_touches_another_places_work(town, session):
    town.submit()
    task = session.scalar(select(Task))
    stranger = actor("township_officer", "321302105", number=8)
    assert queries.inbox(session, stranger, today=NOON.date()).rows == ()
    with pytest.raises(Refused) as refused:
        commands.act(session, stranger, task.id, "accept", now=NOON)
    assert refused.value.problem.status == 404
    assert task.status == "open"


def test_a_dependant_is_promised_no_sooner_than_what_it_waits_for(town, session):
    town.submit()
    town.do(actor("township_officer", "321311106", number=2), "accept", "accept")
    promised = {case.item: case.promised_on for case in session.scalars(select(Case))}
    assert promised["education_aid"] == promised["dibao"]  # its own limit is ten days, that of dibao twelve
    assert promised["housing_aid"] > promised["dibao"]
