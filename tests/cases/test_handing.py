"""Handing a task on: to a colleague at the same desk, or back to the desk by somebody with an interest in the file."""

import pytest
from sqlalchemy import select

from portal.access.queries import actor_for
from portal.access.rules import Actor
from portal.applications import queries as application_queries
from portal.audit.models import Event
from portal.cases import commands, queries
from portal.cases.history import history
from portal.cases.models import Task
from portal.errors import Refused
from tests.cases.test_story import NOON, Town
from tests.factories import make_user

HERE, ELSEWHERE = "321311106", "321302105"
TODAY = NOON.date()


@pytest.fixture
def town(session):
    return Town(session)


@pytest.fixture
def officer(session, town):
    """Officers of the township by name, as they are when they sign in."""
    known: dict[str, int] = {}

    def of(name: str, region: str = HERE, role: str = "township_officer") -> Actor:
        if name not in known:
            known[name] = make_user(session, role, region=region, name=name).id
        return actor_for(session, known[name], name, today=TODAY)

    return of


@pytest.fixture
def task(town, session):
    town.submit()
    return session.scalars(select(Task)).one()


def inbox_of(session, actor):
    return [row.task.id for row in queries.inbox(session, actor, today=TODAY).rows]


def test_a_task_handed_to_a_colleague_is_his_alone(session, officer, task):
    first, second, third = officer("甲"), officer("乙"), officer("丙")
    assert {c.name for c in queries.colleagues(session, first, task, TODAY)} == {"乙", "丙"}
    commands.act(session, first, task.id, "delegate", to=str(second.id), reason="出差", now=NOON)
    assert inbox_of(session, first) == inbox_of(session, third) == []
    assert inbox_of(session, second) == [task.id]
    assert task.status == "open"
    with pytest.raises(Refused) as gone:
        commands.act(session, third, task.id, "accept", now=NOON)
    assert gone.value.problem.status == 404
    commands.act(session, second, task.id, "accept", now=NOON)
    assert task.status == "done"


@pytest.mark.parametrize("to", ["", "0", "x" * 5000, "stranger", "himself", None])
def test_only_a_colleague_at_the_same_desk_can_be_handed_a_task(session, officer, task, to):
    first = officer("甲")
    stranger = {"stranger": str(officer("外镇", ELSEWHERE).id), "himself": str(first.id)}
    officer("乙")
    with pytest.raises(Refused) as refused:
        commands.act(session, first, task.id, "delegate", to=stranger.get(to, to), now=NOON)
    assert refused.value.problem.code == "target-not-possible"
    assert task.holder_id is None


def test_who_steps_back_no_longer_sees_the_file(session, officer, task):
    first, second = officer("甲"), officer("乙")
    commands.act(session, first, task.id, "recuse", reason="申请人是我姑父", now=NOON)
    first = officer("甲")
    assert inbox_of(session, first) == []
    assert inbox_of(session, second) == [task.id]
    with pytest.raises(Refused):
        application_queries.get(session, first, task.application_id)
    commands.act(session, second, task.id, "accept", now=NOON)
    assert session.scalars(queries.visible_to(first)).all() == []
    assert session.scalars(queries.visible_to(second)).all() != []
    assert [c.name for c in queries.colleagues(session, second, task, TODAY)] == []


def test_stepping_back_needs_a_reason_and_somebody_else(session, officer, task):
    alone = officer("甲")
    with pytest.raises(Refused) as refused:
        commands.act(session, alone, task.id, "recuse", reason="亲属", now=NOON)
    assert refused.value.problem.code == "nobody-else"
    officer("乙")
    with pytest.raises(Refused) as refused:
        commands.act(session, alone, task.id, "recuse", reason="  ", now=NOON)
    assert refused.value.problem.code == "reason-missing"
    assert task.holder_id is None
    assert officer("甲").recused == frozenset()


def test_a_task_handed_over_comes_back_to_the_desk_when_its_holder_steps_back(session, officer, task):
    first, second, third = officer("甲"), officer("乙"), officer("丙")
    commands.act(session, first, task.id, "delegate", to=str(second.id), now=NOON)
    commands.act(session, second, task.id, "recuse", reason="邻居纠纷", now=NOON)
    assert inbox_of(session, officer("乙")) == []
    assert inbox_of(session, third) == [task.id]


def test_the_trail_says_who_handed_what_to_whom(session, town, officer, task):
    first, second = officer("甲"), officer("乙")
    officer("丙")
    commands.act(session, first, task.id, "delegate", to=str(second.id), reason="出差", now=NOON)
    commands.act(session, second, task.id, "recuse", reason="亲属", now=NOON)
    recorded = session.scalars(select(Event.action).where(Event.stream == f"application:{task.application_id}")).all()
    assert recorded[-2:] == ["task.delegated", "task.recused"]
    lines = history(session, task.application_id, town.release.catalogue)[-2:]
    assert [(line.who.zh, line.what.zh, line.reason) for line in lines] == [
        ("甲", "转交 乙 办理", "出差"),
        ("乙", "申请回避", "亲属"),
    ]
