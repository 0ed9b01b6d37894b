"""The procedure as data: what is offered, what follows, what waits, and that nothing gets stuck."""

from __future__ import annotations

import copy
import json
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from referencing import Registry, Resource

from portal.errors import Refused
from portal.workflow import Event, Rejudge, Roles, State, advance, budget, open_to, parse, signal, start, tick
from portal.workflow.explore import Part, explore
from portal.workflow.lint import lint

ROOT = Path(__file__).parents[2]
DOCS = {p.stem: json.loads(p.read_text()) for p in sorted((ROOT / "workflows").glob("*.json"))}
WORKFLOWS = {n: parse(d) for n, d in DOCS.items()}
ROLES = frozenset(
    {
        "citizen",
        "window_clerk",
        "township_officer",
        "township_head",
        "county_verifier",
        "department_officer",
        "department_head",
    }
)
NEEDS = ("accept", "authorise", "verify", "visit", "opinion")
CONTEXT = {"front_needs": NEEDS, "limit_days": 12, "recognition": "none"}
DAY = date(2022, 6, 1)


def act(name, state, step, action, who="a", context=CONTEXT, day=DAY, to=None):
    return advance(WORKFLOWS[name], state, Event(step, action, who, ROLES, "reason", to), context, day)


def at_confirmation(context=CONTEXT):
    wf = WORKFLOWS["basic_living"]
    state = act("basic_living", start(wf, context, DAY).state, "decide", "eligible", context=context).state
    for name in ("accepted", "authorised", "verified", "visited", "opinion_given"):
        state = signal(wf, state, name, context, DAY).state
    return tick(wf, state, context, DAY + timedelta(days=8)).state


@pytest.mark.parametrize("name", sorted(DOCS))
def test_every_document_is_sound(name):
    assert [(f.pointer, f.message.en) for f in lint(DOCS[name], ROLES)] == []


@pytest.mark.parametrize("name", sorted(DOCS))
def test_every_document_fits_the_meta_schema(name):
    meta = ROOT / "form_schemas" / "meta"
    common = json.loads((meta / "common.schema.json").read_text())
    registry = Registry().with_resource(common["$id"], Resource.from_contents(common))
    schema = json.loads((meta / "workflow.schema.json").read_text())
    assert list(jsonschema.Draft202012Validator(schema, registry=registry).iter_errors(DOCS[name])) == []


def test_publicity_lasts_seven_days():
    wf = WORKFLOWS["basic_living"]
    state = at_confirmation()
    assert state.open_steps == ("confirm",)
    early = act("basic_living", start(wf, CONTEXT, DAY).state, "decide", "eligible").state
    for name in ("accepted", "authorised", "verified", "visited", "opinion_given"):
        early = signal(wf, early, name, CONTEXT, DAY).state
    assert "publicity" in tick(wf, early, CONTEXT, DAY + timedelta(days=7)).state.open_steps


def test_recognition_blocks_confirmation_not_preparation():
    pending = {**CONTEXT, "recognition": "pending"}
    state = at_confirmation(pending)
    with pytest.raises(Refused, match="action-blocked"):
        act("basic_living", state, "confirm", "confirm", "b", pending)
    failed = signal(WORKFLOWS["basic_living"], state, "recognition_failed", pending, DAY)
    assert Rejudge() in failed.effects
    assert failed.state.open_steps == ("decide",)


def test_who_judged_does_not_confirm():
    with pytest.raises(Refused, match="action-not-open"):
        act("basic_living", at_confirmation(), "confirm", "confirm", "a")
    assert act("basic_living", at_confirmation(), "confirm", "confirm", "b").state.outcome == "confirmed"


def test_return_from_confirmation_never_duplicates_branches():
    state = act("basic_living", at_confirmation(), "confirm", "return", "b", to="decide").state
    assert state.open_steps == ("decide",)
    again = act("basic_living", state, "decide", "eligible").state
    assert again.open_steps == ("publicity",)


def test_one_more_fact_goes_through_the_township_and_comes_back():
    state = start(WORKFLOWS["simple_department"], CONTEXT, DAY).state
    asked = act("simple_department", state, "decide", "ask_fact").state
    assert asked.pending
    assert asked.open_steps == ("ask_fact",)
    assert act("simple_department", asked, "ask_fact", "answered").state.open_steps == ("decide",)


def test_supplement_stops_clocks_and_moves_due_dates():
    state = start(WORKFLOWS["front"], CONTEXT, DAY).state
    paused = act("front", state, "accept", "supplement").state
    back = act("front", paused, "supplement", "supplied", day=DAY + timedelta(days=7)).state
    assert paused.paused_on == DAY
    assert back.open[0].paused_days == 5
    assert back.open[0].due_on == date(2022, 6, 9)


@pytest.mark.parametrize(
    ("name", "limit", "needs"),
    [
        ("basic_living", 12, NEEDS),
        ("simple_department", 7, ("accept",)),
        ("list_based", 3, ("accept",)),
        ("after_works", 18, ("accept", "visit")),
        ("on_the_spot", 1, ("accept",)),
        ("emergency", 7, NEEDS),
    ],
)
def test_shares_fit_the_limit(name, limit, needs):
    assert budget(WORKFLOWS[name], limit, front=WORKFLOWS["front"], front_needs=needs).finding is None


def test_a_front_with_its_case_and_a_prerequisite_pair_always_end():
    small = {**CONTEXT, "front_needs": ("accept",)}
    simple = WORKFLOWS["simple_department"]
    together = explore([Part(WORKFLOWS["front"], small), Part(simple, small)])
    pair = explore([Part(simple, {**small, "front_needs": ()}), Part(simple, {**small, "front_needs": ()}, master=0)])
    assert (together.stuck, together.complete) == ((), True)
    assert (pair.stuck, pair.complete) == ((), True)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d["steps"]["decide"]["actions"]["eligible"].update(to=["await_frnt"]), "no step"),
        (lambda d: d["steps"]["decide"]["assign"].update(role="department_oficer"), "no role"),
        (lambda d: d["steps"]["await_front"].update(signal="visted"), "no signal"),
        (lambda d: d["steps"]["confirm"]["actions"]["confirm"].pop("needs"), "no action waits"),
        (lambda d: d["steps"]["confirm"].update(join=["refuse"]), "never completes"),
        (lambda d: d["steps"]["decide"].update(title={"zh": "", "en": "x"}), "missing"),
    ],
)
def test_faults_are_found(change, says):
    document = copy.deepcopy(DOCS["simple_department"])
    change(document)
    found = lint(document, ROLES)
    assert any(says in f.message.en for f in found)


def test_a_procedure_without_an_end_is_refused():
    document = copy.deepcopy(DOCS["simple_department"])
    document["steps"]["confirm"]["actions"] = {
        "again": {"title": {"zh": "再等", "en": "Wait"}, "to": ["confirm"], "back": True, "needs": True}
    }
    assert any("no end" in f.message.en for f in lint(document, ROLES))


def test_two_must_sign():
    document = copy.deepcopy(DOCS["simple_department"])
    document["steps"]["decide"]["cosign"] = {"need": "n", "n": 2}
    wf = parse(document)
    once = advance(wf, start(wf, CONTEXT, DAY).state, Event("decide", "eligible", "a", ROLES), CONTEXT, DAY).state
    assert once.open_steps == ("decide",)
    assert not [o for o in open_to(wf, once, CONTEXT, Roles("a", ROLES)) if o.step]
    assert advance(wf, once, Event("decide", "eligible", "b", ROLES), CONTEXT, DAY).state.open_steps == ("await_front",)


def test_recused_and_delegated():
    state = start(WORKFLOWS["simple_department"], CONTEXT, DAY).state
    state = act("simple_department", state, "decide", "recuse").state
    with pytest.raises(Refused, match="action-not-open"):
        act("simple_department", state, "decide", "eligible")
    state = act("simple_department", state, "decide", "delegate", "b", to="c").state
    with pytest.raises(Refused, match="action-not-open"):
        act("simple_department", state, "decide", "eligible", "b")
    assert act("simple_department", state, "decide", "eligible", "c").state.open_steps == ("await_front",)


def test_emergency_helps_first_and_shows_papers_owed():
    urgent = {**CONTEXT, "urgent": True}
    state = start(WORKFLOWS["emergency"], urgent, DAY).state
    assert state.open_steps == ("help",)
    helped = act("emergency", state, "help", "help", context=urgent)
    assert "aid.release" in [getattr(e, "name", "") for e in helped.effects]
    assert set(helped.state.open_steps) == {"decide", "papers"}


def test_a_refused_front_ends_its_cases():
    wf = WORKFLOWS["basic_living"]
    assert signal(wf, start(wf, CONTEXT, DAY).state, "front_refused", CONTEXT, DAY).state.outcome == "refused"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(WORKFLOWS)), st.data())
def test_what_is_offered_is_accepted(name, data):
    wf = WORKFLOWS[name]
    context = {
        **CONTEXT,
        **{k: data.draw(st.booleans()) for k in ("any_conflict", "spot_check", "list_holds", "urgent")},
    }
    state, day = start(wf, context, DAY).state, DAY
    everything = {(s.name, a) for s in wf.steps.values() for a in s.actions} | {("", "withdraw")}
    for _ in range(12):
        assert State.from_json(json.loads(json.dumps(state.to_json()))) == state
        assert len(json.dumps(state.to_json())) <= 1500
        assert len(set(state.open_steps)) == len(state.open_steps)
        who = data.draw(st.sampled_from("abc"))
        offers = {(o.step, o.action): o for o in open_to(wf, state, context, Roles(who, ROLES))}
        for step, action in everything - offers.keys():
            with pytest.raises(Refused):
                act(name, state, step, action, who, context, day)
        choices = [o for o in offers.values() if not o.blocked and o.action != "delegate"]
        day += timedelta(days=data.draw(st.integers(0, 9)))
        due = {o.step: o.due_on for o in state.open}
        if choices and data.draw(st.booleans()):
            o = data.draw(st.sampled_from(choices))
            state = act(
                name,
                state,
                o.step,
                o.action,
                who,
                context,
                day,
                data.draw(st.sampled_from(o.targets)) if o.targets else None,
            ).state
        else:
            state = signal(
                wf,
                state,
                data.draw(
                    st.sampled_from(["accepted", "verified", "front_paused", "front_resumed", "recognition_failed"])
                ),
                context,
                day,
            ).state
            assert all(o.due_on >= due[o.step] for o in state.open if due.get(o.step))


def test_a_list_rule_agrees_by_itself_but_a_rejudgement_is_a_person_s():
    listed = {**CONTEXT, "list_holds": True}
    wf = WORKFLOWS["list_based"]
    state = start(wf, listed, DAY).state
    assert state.open_steps == ("await_front",)
    assert start(wf, CONTEXT, DAY).state.open_steps == ("decide",)
    assert signal(wf, state, "recognition_failed", listed, DAY).state.open_steps == ("decide",)
