"""A proposal is edited beside others, undone step by step, brought up to date, and published by a second person."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access.rules import Actor, Grant
from portal.audit.models import Event
from portal.catalogue import queries as catalogue_queries
from portal.catalogue.commands import publish
from portal.catalogue.models import Publication, StoredRelease
from portal.catalogue.release import FaultyCatalogue
from portal.errors import Refused
from portal.proposals import commands, queries
from tests.factories import NOON

DIBAO = "form_schemas/items/dibao.json"


def configurator(name, number):
    return Actor(number, name, (Grant("configurator", "3213"),))


ANN, BEN = configurator("甲", 1), configurator("乙", 2)


@pytest.fixture
def town(session, shipped_release):
    """The shipped catalogue, published."""
    release = shipped_release
    if session.get(StoredRelease, release.id) is None:
        session.add(StoredRelease(id=release.id, bundle=release.bundle, first_published_at=NOON))
        session.flush()
    session.add(Publication(release_id=release.id, note="", published_by="tests", published_at=NOON))
    session.flush()
    return session


@pytest.fixture
def proposal(town):
    return commands.start(town, ANN, title="提高时限", now=NOON)


def retitled(source, title, path=DIBAO):
    document = copy.deepcopy(source.documents[path])
    document["title"]["zh"] = title
    return document


def with_limit(source, days, path=DIBAO):
    document = copy.deepcopy(source.documents[path])
    document["time_limit"]["after"] = days
    return document


def code_of(refused):
    return refused.value.problem.code


def test_only_configurators_come_near(town):
    clerk = Actor(3, "窗口", (Grant("window_clerk", "3213"),))
    for act in (lambda: commands.start(town, clerk, title="x", now=NOON), lambda: queries.recent(town, clerk)):
        with pytest.raises(Refused) as refused:
            act()
        assert code_of(refused) == "forbidden"


def test_edits_are_kept_undone_and_done_again(town, proposal):
    base = queries.base_of(town, proposal)
    commands.edit(town, ANN, proposal.id, DIBAO, retitled(base, "新名"), token=proposal.token, now=NOON)
    assert [change.pointer for change in queries.changes(town, proposal)] == ["/title/zh"]
    commands.edit(town, ANN, proposal.id, DIBAO, retitled(base, "更新名"), token=proposal.token, now=NOON)
    commands.undo(town, ANN, proposal.id, token=proposal.token, now=NOON)
    assert queries.document(town, proposal, DIBAO)["title"]["zh"] == "新名"
    commands.undo(town, ANN, proposal.id, token=proposal.token, now=NOON)
    assert proposal.documents == {}
    commands.redo(town, ANN, proposal.id, token=proposal.token, now=NOON)
    commands.redo(town, ANN, proposal.id, token=proposal.token, now=NOON)
    assert queries.document(town, proposal, DIBAO)["title"]["zh"] == "更新名"
    with pytest.raises(Refused) as refused:
        commands.redo(town, ANN, proposal.id, token=proposal.token, now=NOON)
    assert code_of(refused) == "nothing-to-undo"


def test_a_document_put_back_is_no_change(town, proposal):
    base = queries.base_of(town, proposal)
    commands.edit(town, ANN, proposal.id, DIBAO, retitled(base, "新名"), token=proposal.token, now=NOON)
    commands.edit(town, ANN, proposal.id, DIBAO, base.documents[DIBAO], token=proposal.token, now=NOON)
    assert proposal.documents == {}


def test_an_edit_on_an_old_version_is_refused_and_changes_nothing(town, proposal):
    base, token = queries.base_of(town, proposal), proposal.token
    commands.edit(town, ANN, proposal.id, DIBAO, retitled(base, "新名"), token=token, now=NOON)
    with pytest.raises(Refused) as refused:
        commands.edit(town, BEN, proposal.id, DIBAO, retitled(base, "别名"), token=token, now=NOON)
    assert code_of(refused) == "proposal-stale"
    assert "甲" in refused.value.text.zh
    assert queries.document(town, proposal, DIBAO)["title"]["zh"] == "新名"


def test_documents_nobody_reads_are_refused(town, proposal):
    for path in ("form_schemas/nonsense.json", "../secret.json", "form_schemas/items/Bad-Name.json"):
        with pytest.raises(Refused) as refused:
            commands.edit(town, ANN, proposal.id, path, {}, token=proposal.token, now=NOON)
        assert code_of(refused) == "unknown-document"


@pytest.mark.parametrize(
    ("slug", "code", "like", "problem"),
    [
        ("dibao", "SQ39", None, "name-taken"),
        ("heating_aid", "SQ02", None, "name-taken"),
        ("Heating", "SQ39", None, "bad-name"),
        ("9heat", "SQ39", None, "bad-name"),
        ("heating_aid", "SQ39", "nothing", "unknown-document"),
    ],
)
def test_a_new_item_needs_names_of_its_own(town, proposal, slug, code, like, problem):
    with pytest.raises(Refused) as refused:
        commands.copy_item(town, ANN, proposal.id, slug=slug, code=code, like=like, token=proposal.token, now=NOON)
    assert code_of(refused) == problem


@pytest.mark.parametrize("like", [None, "education_aid", "dibao", "water_cut", "elder_bonus"])
def test_an_item_begun_can_be_published_as_it_is(town, proposal, like):
    commands.copy_item(
        town, ANN, proposal.id, slug="heating_aid", code="SQ39", like=like, token=proposal.token, now=NOON
    )
    commands.submit(town, ANN, proposal.id, token=proposal.token, note="冬天到了", now=NOON)
    release = commands.approve(town, BEN, proposal.id, now=NOON)
    assert "heating_aid" in release.catalogue.items
    assert catalogue_queries.current_id(town) == release.id
    assert (proposal.status, proposal.published_release) == ("published", release.id)


def test_a_second_person_publishes(town, proposal):
    base = queries.base_of(town, proposal)
    commands.edit(town, ANN, proposal.id, DIBAO, retitled(base, "新名"), token=proposal.token, now=NOON)
    commands.submit(town, ANN, proposal.id, token=proposal.token, note="", now=NOON)
    with pytest.raises(Refused) as refused:
        commands.approve(town, ANN, proposal.id, now=NOON)
    assert code_of(refused) == "second-person"
    commands.approve(town, BEN, proposal.id, now=NOON)
    actions = town.scalars(select(Event.action).where(Event.stream == f"proposal:{proposal.id}").order_by(Event.id))
    assert list(actions) == ["proposal.started", "proposal.submitted", "proposal.published"]


def test_who_edited_is_no_second_person(town, proposal):
    base = queries.base_of(town, proposal)
    commands.edit(town, BEN, proposal.id, DIBAO, retitled(base, "新名"), token=proposal.token, now=NOON)
    commands.submit(town, ANN, proposal.id, token=proposal.token, note="", now=NOON)
    with pytest.raises(Refused) as refused:
        commands.approve(town, BEN, proposal.id, now=NOON)
    assert code_of(refused) == "second-person"


def test_nothing_empty_and_nothing_faulty_is_published(town, proposal):
    with pytest.raises(Refused) as refused:
        commands.submit(town, ANN, proposal.id, token=proposal.token, note="", now=NOON)
    assert code_of(refused) == "nothing-changed"
    broken = with_limit(queries.base_of(town, proposal), 12)
    broken["workflow"] = "basic_livin"
    commands.edit(town, ANN, proposal.id, DIBAO, broken, token=proposal.token, now=NOON)
    commands.submit(town, ANN, proposal.id, token=proposal.token, note="", now=NOON)
    before = catalogue_queries.current_id(town)
    with pytest.raises(FaultyCatalogue):
        commands.approve(town, BEN, proposal.id, now=NOON)
    assert catalogue_queries.current_id(town) == before


def moved_on(town, source, document):
    """Somebody else publishes a change of the same item."""
    return publish(town, actor_id=9, actor_name="丙", source=source.replace({DIBAO: document}), note="", now=NOON)


def test_two_people_change_different_places_of_one_item(town, proposal):
    base = queries.base_of(town, proposal)
    commands.edit(town, ANN, proposal.id, DIBAO, with_limit(base, 13), token=proposal.token, now=NOON)
    theirs = moved_on(town, base, retitled(base, "他们的名字"))
    assert queries.is_behind(town, proposal)
    assert queries.contradictions(town, proposal) == ()
    commands.bring_up_to_date(town, ANN, proposal.id, token=proposal.token, choices={}, now=NOON)
    document = queries.document(town, proposal, DIBAO)
    assert (document["title"]["zh"], document["time_limit"]["after"]) == ("他们的名字", 13)
    assert proposal.base_release == theirs.id


def test_two_people_change_the_same_place(town, proposal):
    base = queries.base_of(town, proposal)
    commands.edit(town, ANN, proposal.id, DIBAO, with_limit(base, 13), token=proposal.token, now=NOON)
    moved_on(town, base, with_limit(base, 14))
    (place,) = queries.contradictions(town, proposal)
    assert (place.pointer, place.before, place.ours, place.theirs) == ("/time_limit/after", 12, 13, 14)
    with pytest.raises(Refused) as refused:
        commands.bring_up_to_date(town, ANN, proposal.id, token=proposal.token, choices={}, now=NOON)
    assert code_of(refused) == "proposal-contradicts"
    choices = {f"{DIBAO}#/time_limit/after": "theirs"}
    commands.bring_up_to_date(town, ANN, proposal.id, token=proposal.token, choices=choices, now=NOON)
    assert proposal.documents == {}


def test_nothing_is_published_over_somebody_elses_release(town, proposal):
    base = queries.base_of(town, proposal)
    commands.edit(town, ANN, proposal.id, DIBAO, with_limit(base, 13), token=proposal.token, now=NOON)
    commands.submit(town, ANN, proposal.id, token=proposal.token, note="", now=NOON)
    moved_on(town, base, retitled(base, "他们的名字"))
    with pytest.raises(Refused) as refused:
        commands.approve(town, BEN, proposal.id, now=NOON)
    assert code_of(refused) == "proposal-behind"


def test_published_on_its_day_joined_with_what_came_between(town, proposal):
    base = queries.base_of(town, proposal)
    commands.edit(town, ANN, proposal.id, DIBAO, with_limit(base, 13), token=proposal.token, now=NOON)
    commands.submit(town, ANN, proposal.id, token=proposal.token, note="", now=NOON)
    with pytest.raises(Refused) as refused:
        commands.approve(town, BEN, proposal.id, now=NOON, publish_on=NOON.date())
    assert code_of(refused) == "past-day"
    day = NOON.date() + timedelta(days=3)
    assert commands.approve(town, BEN, proposal.id, now=NOON, publish_on=day) is None
    assert commands.due(town, NOON.date()) == []
    assert commands.due(town, day) == [proposal.id]
    moved_on(town, base, retitled(base, "他们的名字"))
    release = commands.publish_due(town, BEN, proposal.id, now=NOON + timedelta(days=3))
    item = release.catalogue.items["dibao"]
    assert (item.title.zh, int(item.time_limit.after)) == ("他们的名字", 13)


def test_the_worker_publishes_what_is_due_and_goes_on_after_a_refusal(town, proposal, monkeypatch):
    from contextlib import contextmanager

    from portal.jobs import publications

    base = queries.base_of(town, proposal)
    commands.edit(town, ANN, proposal.id, DIBAO, with_limit(base, 13), token=proposal.token, now=NOON)
    commands.submit(town, ANN, proposal.id, token=proposal.token, note="", now=NOON)
    commands.approve(town, BEN, proposal.id, now=NOON, publish_on=NOON.date() + timedelta(days=1))
    town.commit()

    @contextmanager
    def sessions():
        yield town

    prepared = []
    monkeypatch.setattr(publications, "moment", lambda _db: NOON)
    assert publications.publish_due_proposals(sessions, lambda *_: prepared.append(1)) == []
    monkeypatch.setattr(publications, "moment", lambda _db: NOON + timedelta(days=1))
    (release,) = publications.publish_due_proposals(sessions, lambda *_: prepared.append(1))
    assert catalogue_queries.current_id(town) == release
    assert prepared == [1]


def test_a_submitted_proposal_is_not_edited_and_can_be_opened_again(town, proposal):
    base = queries.base_of(town, proposal)
    commands.edit(town, ANN, proposal.id, DIBAO, with_limit(base, 13), token=proposal.token, now=NOON)
    commands.submit(town, ANN, proposal.id, token=proposal.token, note="", now=NOON)
    with pytest.raises(Refused) as refused:
        commands.edit(town, ANN, proposal.id, DIBAO, None, token=proposal.token, now=NOON)
    assert code_of(refused) == "proposal-closed"
    commands.reopen(town, BEN, proposal.id, reason="理由", now=NOON)
    commands.edit(town, ANN, proposal.id, DIBAO, base.documents[DIBAO], token=proposal.token, now=NOON)
    commands.discard(town, ANN, proposal.id, now=NOON)
    assert proposal.status == "discarded"


def test_others_who_edit_the_same_document_are_named(town, proposal):
    base = queries.base_of(town, proposal)
    commands.edit(town, ANN, proposal.id, DIBAO, with_limit(base, 13), token=proposal.token, now=NOON)
    other = commands.start(town, BEN, title="另一个", now=NOON)
    assert [p.id for p in queries.editing(town, DIBAO, other.id)] == [proposal.id]
    assert queries.editing(town, DIBAO, proposal.id) == []
