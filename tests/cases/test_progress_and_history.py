"""The plan of a case with its position, and what happened to a file: what window, desk and department pages draw."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access.rules import ROLES
from portal.audit.models import Event
from portal.cases.history import SENTENCES, history
from portal.cases.models import Case
from portal.cases.progress import STAGES, plans, progress
from portal.catalogue.documents import read_directory
from portal.values import WorkingCalendar
from portal.verification.queries import open_conflicts
from portal.workflow import Event as Done
from portal.workflow import advance, parse, start
from tests.cases.test_story import NOON, Town, actor

FRONT_NEEDS = frozenset({"accept", "authorise", "verify", "visit", "opinion"})
CONTEXT = {
    "calendar": WorkingCalendar(),
    "limit_days": 12,
    "front_needs": FRONT_NEEDS,
    "recognition": "none",
    "any_conflict": False,
    "urgent": False,
    "spot_check": False,
    "list_holds": False,
}


@pytest.fixture(scope="module")
def workflows():
    source, _ = read_directory()
    return {
        name.removeprefix("workflows/").removesuffix(".json"): parse(document)
        for name, document in source.documents.items()
        if name.startswith("workflows/") and "steps" in document
    }


def walk(flow, context, *acts, day=NOON):
    state = start(flow, context, day).state
    for step, action, *to in acts:
        role = flow.steps[step].assign.role
        event = Done(step, action, f"{role}-{step}", frozenset({role}), "理由", *to)
        state = advance(flow, state, event, context, day).state
    return state


def standing(flow, state, context=CONTEXT, today=None, **more):
    return {s.name: s for s in progress(flow, state, context, today=today or NOON.date(), **more)}


def test_a_fresh_front_stands_at_its_first_step_and_everything_else_is_to_come(workflows):
    steps = standing(workflows["front"], walk(workflows["front"], CONTEXT))
    assert list(steps)[:2] == ["accept", "supplement"]
    assert list(steps)[-1] == "complete"
    assert steps["accept"].status == "now"
    assert steps["accept"].who == ROLES["township_officer"].title
    assert (steps["accept"].clock, steps["accept"].days_left) == ("yellow", 1)
    assert {steps[n].status for n in ("authorise", "verify", "visit", "opinion", "complete")} == {"to_come"}
    assert not steps["supplement"].shown
    assert not steps["supplement"].usual


def test_a_supplement_pauses_what_it_was_asked_from_and_says_so(workflows):
    steps = standing(
        workflows["front"], walk(workflows["front"], CONTEXT, ("accept", "accept"), ("authorise", "supplement"))
    )
    assert steps["accept"].status == "done"
    assert steps["supplement"].status == "now"
    assert steps["authorise"].status == "blocked"
    assert "补正材料" in steps["authorise"].why.zh


def test_parallel_steps_are_both_now_and_a_late_one_wears_its_card(workflows):
    state = walk(workflows["front"], CONTEXT, ("accept", "accept"), ("authorise", "authorised"))
    steps = standing(workflows["front"], state, today=NOON.date() + timedelta(days=20))
    assert {steps["verify"].status, steps["visit"].status} == {"now"}
    assert steps["visit"].clock == "red"
    assert steps["visit"].days_left < 0
    assert steps["settle"].status == "not_needed"


def test_a_step_the_chosen_items_do_not_need_is_not_drawn(workflows):
    context = {**CONTEXT, "front_needs": frozenset({"accept", "opinion"})}
    steps = standing(workflows["front"], walk(workflows["front"], context, ("accept", "accept")), context)
    assert steps["opinion"].status == "now"
    assert {steps[n].status for n in ("authorise", "verify", "visit")} == {"not_needed"}


def test_a_gate_names_the_township_steps_it_waits_for(workflows):
    flow = workflows["basic_living"]
    state = walk(flow, CONTEXT, ("decide", "eligible"))
    gate = standing(flow, state, front=workflows["front"])["await_front"]
    assert gate.status == "blocked"
    assert "入户调查" in gate.why.zh
    assert "Home visit" in gate.why.en


def test_a_confirmation_waits_for_the_recognition_it_rests_on(workflows):
    flow = workflows["simple_department"]
    context = {**CONTEXT, "front_needs": frozenset(), "recognition": "pending"}
    steps = standing(flow, walk(flow, context, ("decide", "eligible")), context)
    assert steps["confirm"].status == "blocked"
    assert "前置认定" in steps["confirm"].why.zh


def test_after_the_end_nothing_is_to_come_and_the_last_step_is_done(workflows):
    flow = workflows["simple_department"]
    context = {**CONTEXT, "front_needs": frozenset()}
    steps = standing(flow, walk(flow, context, ("decide", "eligible"), ("confirm", "confirm")), context)
    assert steps["decide"].status == steps["confirm"].status == "done"
    assert {s.status for s in steps.values()} == {"done", "not_needed"}


def test_every_step_of_every_workflow_stands_once_in_a_stage_with_a_name(workflows):
    for flow in workflows.values():
        state = start(flow, CONTEXT, NOON).state
        views = progress(flow, state, CONTEXT, today=NOON.date())
        assert sorted(v.name for v in views) == sorted(flow.steps)
        assert all(v.stage in STAGES for v in views)
        place = {v.name: n for n, v in enumerate(views)}
        for name, step in flow.steps.items():
            assert all(place[other] < place[name] for other in step.join)


@pytest.fixture
def town(session):
    return Town(session)


def test_a_file_has_the_plan_of_its_front_and_of_every_item(town, session):
    application = town.submit()
    township = actor("township_officer", "321311106", number=2)
    assert [p.case_id for p in plans(session, application.id, NOON)] == [None]
    town.do(township, "accept", "accept")
    cases = {c.item: c for c in session.scalars(select(Case))}
    found = plans(session, application.id, NOON)
    assert [p.item for p in found] == [None, *cases]
    assert [p.case_id for p in plans(session, application.id, NOON, only=[cases["dibao"].id])] == [
        None,
        cases["dibao"].id,
    ]
    front = found[0]
    assert [stage.title for stage in front.stages] == [STAGES["apply"], STAGES["review"]]
    assert front.stages[0].status == "now"
    assert front.stages[1].status == "to_come"


def test_the_history_tells_who_did_which_step_and_why_in_both_languages(town, session):
    application = town.submit()
    township = actor("township_officer", "321311106", number=2)
    town.do(township, "accept", "supplement", reason="缺残疾证")
    town.do(actor("window_clerk", "321302", number=5), "supplement", "supplied", day=1)
    town.do(township, "accept", "accept", day=1)
    lines = history(session, application.id, town.release.catalogue)
    assert [line.action for line in lines] == [
        "application.submitted", "task.done", "task.done", "application.accepted", "task.done",
    ]  # fmt: skip
    asked = lines[1]
    assert (asked.step.zh, asked.what.zh, asked.reason, asked.who.zh) == (
        "受理",
        "一次性告知补正",
        "缺残疾证",
        "township_officer",
    )
    assert "承诺 2022-" in lines[3].what.zh
    assert "promised by 2022-" in lines[3].what.en


def test_another_departments_item_is_left_out_of_the_history(town, session):
    application = town.submit()
    town.do(actor("township_officer", "321311106", number=2), "accept", "accept")
    officer = actor("department_officer", "321311", "MZ", number=6)
    town.do(officer, "decide", "not_eligible", item="dibao", reason="收入超标")
    cases = {c.item: c.id for c in session.scalars(select(Case))}
    catalogue = town.release.catalogue
    every = history(session, application.id, catalogue)
    assert any(line.reason == "收入超标" and line.item.zh == catalogue.item("dibao").title.zh for line in every)
    seen = history(session, application.id, catalogue, only=[cases["education_aid"]])
    assert not any(line.reason == "收入超标" for line in seen)
    assert len(seen) < len(every)


def test_whatever_a_file_goes_through_has_a_sentence(town, session):
    application = town.submit()
    township = actor("township_officer", "321311106", number=2)
    town.do(township, "accept", "accept")
    town.do(actor("window_clerk", "321302", number=5), "authorise", "authorised", {"signed": True})
    found = bool(open_conflicts(session, application.id))
    town.do(actor("county_verifier", "321311", number=4), "verify", "conflict" if found else "done")
    town.do(township, "visit", "done", {"answers": town.visit_answers(application)})
    recorded = {
        event.action for event in session.scalars(select(Event).where(Event.stream == f"application:{application.id}"))
    }
    assert recorded - {"task.done"} <= SENTENCES.keys()
    texts = [line.what for line in history(session, application.id, town.release.catalogue)]
    assert len(texts) == len(
        session.scalars(select(Event).where(Event.stream == f"application:{application.id}")).all()
    )
    assert not any("{" in text.zh + text.en or "—" in text.zh for text in texts)
