"""Many hands at the same instant, in real transactions: nothing is lost, nothing is doubled, whoever comes second is told.

Every test runs on PostgreSQL, where transactions really overlap, and on SQLite, where writers queue up. Each meeting is
repeated; a race that loses once in a hundred times is found sooner or later.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from portal.access.rules import SYSTEM, Actor
from portal.applications.models import Application
from portal.audit.queries import broken_links
from portal.cases import commands
from portal.cases.models import Case, Determination, Task
from portal.db import CONFLICT, open_engine, transaction
from portal.entitlements.models import Entitlement
from portal.errors import Refused
from portal.forms import compute, normalise, prune, validate
from portal.households.models import Household, Person
from portal.jobs.runner import deliver, pending
from portal.notices.models import Notice
from portal.sealing import Vault
from portal.verification.commands import collect_answers
from portal.verification.queries import open_conflicts
from tests.conftest import SECRET
from tests.families import NOON, complete, fill, id_number
from tests.platform.town import COUNTY, OTHER_COUNTY, TOGETHER, VILLAGE, Town, hand, put_in_force

TIMES = 20
REPEATS = int(os.environ.get("REPEATS", "5"))  # of meetings that need whole files; 20 and more by hand
LATER_BY = timedelta(days=12)
LATER = NOON + LATER_BY
DEPARTMENTS = {"dibao": "MZ", "education_aid": "JY", "housing_aid": "ZJ", "near_dibao": "MZ"}
Work = Callable[[Session], Any]


class Meeting:
    """One database and as many transactions at once as a test wants."""

    def __init__(self, engine: Engine, release: Any) -> None:
        self.engine, self.release = engine, release
        self.vault = Vault(SECRET)

    def session(self) -> Session:
        return Session(self.engine, info={"vault": self.vault})

    def alone(self, work: Work) -> Any:
        """One piece of work by itself, committed."""
        with self.session() as db, transaction(db):
            return work(db)

    def at_once(self, *works: Work) -> list[Any]:
        """Every work in a transaction of its own, all begun at the same instant; what each gave or how it was refused."""
        start = threading.Barrier(len(works))
        results: list[Any] = [None] * len(works)

        def run(place: int, work: Work) -> None:
            with self.session() as db:
                start.wait(30)
                try:
                    with transaction(db):
                        results[place] = work(db)
                except Exception as fault:  # noqa: BLE001 - the test looks at what came out
                    results[place] = fault

        threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)
        strange = [r for r in results if isinstance(r, Exception) and not isinstance(r, Refused)]
        assert not strange, strange
        return results


@pytest.fixture
def meeting(database_url: str, shipped_release: Any) -> Iterator[Meeting]:
    engine = open_engine(database_url)
    made = Meeting(engine, shipped_release)
    made.alone(lambda db: Town(db, shipped_release))
    yield made
    engine.dispose()


class Files(Town):
    """Files of the town that is there already."""

    def __init__(self, db: Session, release: Any) -> None:
        self.db, self.release = db, release

    def family(self, number: int) -> dict[str, Any]:
        """People of their own for every file, so that files do not meet in one household."""
        facts = self.facts()
        for position, member in enumerate(facts["members"]):
            born = member.setdefault("member_birth_date", "1980-01-01")
            member["member_id_no"] = id_number(born, 100 + 10 * number + position)
        return facts

    def whole_front(self, application: Any, items: list[str]) -> None:
        """Everything before the departments' confirmations, as far as the items need it."""
        township, head_of_township = self.township(application), self.township(application, "township_head", 5)
        agreed = {"items": {slug: {"agree": True} for slug in items}}
        steps: tuple[tuple[str, Actor, str, Callable[[], Any]], ...] = (
            ("authorise", hand("window_clerk", OTHER_COUNTY, number=3), "authorised", lambda: {"signed": True}),
            ("verify", hand("county_verifier", COUNTY, number=4), "done", dict),
            ("visit", township, "done", lambda: {"answers": self.seen(application, items)}),
            ("settle", township, "settled", lambda: {"settlements": self.settlements(application)}),
            ("opinion", head_of_township, "give", lambda: agreed),
        )
        for step, who, action, payload in steps:
            waiting = select(Task.id).where(
                Task.application_id == application.id, Task.step == step, Task.status == "open"
            )
            if self.db.scalar(waiting) is not None:
                told = self.comparisons(application) if step == "verify" else action
                self.do(application, who, step, told, payload(), reason="先行办理")

    def comparisons(self, application: Any) -> str:
        """The registers answer, as they do after a request; some families' say something else, to be settled next."""
        collect_answers(self.db, SYSTEM, application, self.release.catalogue, now=NOON)
        self.db.flush()
        return "conflict" if open_conflicts(self.db, application.id) else "done"

    def settlements(self, application: Any) -> list[dict[str, Any]]:
        left = open_conflicts(self.db, application.id)
        return [{"conflict": c.id, "basis": "declared", "reason": "核实无误"} for c in left]

    def seen(self, application: Any, items: list[str]) -> dict[str, Any]:
        """A complete visit that found nothing strange."""
        form = self.release.catalogue.form("home-visit", items)
        env = self.release.catalogue.environment({**application.answers, "app_items": items}, NOON.date())
        members = [{"member_lives_together": True} for _ in application.answers["members"]]
        answers: dict[str, Any] = {
            "members": members,
            "visitor1_name": "甲",
            "visitor2_name": "乙",
            "visit_no_conflict": True,
        }
        for _ in range(12):
            clean = prune(form, compute(form, normalise(form, answers), env), env)
            if not fill(form, answers, validate(form, clean, env)):
                break
        return answers


def decided_or_not(number: int, meeting: Meeting, items: list[str], *, decide: bool) -> int:
    """A file with its front done, its departments' work waiting or done."""

    def work(db: Session) -> int:
        town = Files(db, meeting.release)
        application = town.submit(items, **town.family(number))
        town.do(application, town.township(application), "accept", "accept")
        town.whole_front(application, items)
        if decide:
            for item in items:
                town.do(
                    application, officer(item), "decide", "eligible", {"amount_fen": 5000}, item=item, reason="同意"
                )
        return int(application.id)

    application_id = int(meeting.alone(work))
    if decide:
        meeting.alone(lambda db: commands.tick(db, now=LATER))
        meeting.alone(lambda db: pass_spot_checks(db, application_id))
    return application_id


def pass_spot_checks(db: Session, application_id: int) -> None:
    drawn = select(Task).where(Task.application_id == application_id, Task.step == "spot_check", Task.status == "open")
    for task in db.scalars(drawn).all():
        commands.act(db, hand("department_officer", COUNTY, task.department_code, 77), task.id, "passed", now=LATER)


def officer(item: str, number: int = 30) -> Actor:
    return hand("department_officer", COUNTY, DEPARTMENTS[item], number)


def head(item: str, number: int = 40) -> Actor:
    return hand("department_head", COUNTY, DEPARTMENTS[item], number)


def task_id(db: Session, application_id: int, step: str, item: str | None = None) -> int:
    query = select(Task.id).where(Task.application_id == application_id, Task.step == step, Task.status != "done")
    return int(db.scalars(query if item is None else query.where(Task.item == item)).one())


def acting(
    application_id: int, who: Actor, step: str, action: str, item: str, payload: Any = None, reason: str = ""
) -> Work:
    """What an officer does: finds the task on his screen, then acts on it."""

    def work(db: Session) -> str:
        number = task_id(db, application_id, step, item)
        return commands.act(db, who, number, action, payload, reason=reason, now=LATER).status

    return work


def cases_of(meeting: Meeting, application_id: int) -> dict[str, Case]:
    with meeting.session() as db:
        rows = db.scalars(select(Case).where(Case.application_id == application_id)).all()
        return {case.item: case for case in rows}


def count(meeting: Meeting, *what: Any) -> int:
    with meeting.session() as db:
        return int(db.scalar(select(func.count()).where(*what)) or 0)


def trail_is_whole(meeting: Meeting) -> None:
    with meeting.session() as db:
        assert list(broken_links(db)) == []


def deliver_everything(meeting: Meeting) -> None:
    with meeting.session() as db:
        for event_id in pending(db, everything=True):
            deliver(db, event_id, now=LATER)


# --- departments ---------------------------------------------------------------------------------------------------


def test_two_departments_judge_their_items_of_one_file_at_the_same_instant(meeting):
    for number in range(REPEATS):
        file = decided_or_not(number, meeting, TOGETHER, decide=False)
        done = meeting.at_once(
            *(
                acting(file, officer(i), "decide", "eligible", i, {"amount_fen": 4000 + n}, "同意")
                for n, i in enumerate(TOGETHER)
            )
        )
        assert done == ["done"] * 3
        cases = cases_of(meeting, file)
        assert {item: case.amount_fen for item, case in cases.items()} == {i: 4000 + n for n, i in enumerate(TOGETHER)}
        for case in cases.values():
            assert count(meeting, Determination.case_id == case.id, Determination.kind == "prepared") == 1
    trail_is_whole(meeting)


def test_all_departments_confirm_at_the_same_instant_and_one_notice_tells_it(meeting):
    for number in range(REPEATS):
        file = decided_or_not(number, meeting, TOGETHER, decide=True)
        done = meeting.at_once(*(acting(file, head(i), "confirm", "confirm", i) for i in TOGETHER))
        cases = cases_of(meeting, file)
        assert cases["dibao"].status == "confirmed"
        for result, item in zip(done, TOGETHER, strict=True):
            if isinstance(result, Refused):  # it came before the recognition it waits for
                assert result.problem.code == "action-blocked"
                assert cases[item].status != "confirmed"
                meeting.alone(acting(file, head(item), "confirm", "confirm", item))
        assert {case.status for case in cases_of(meeting, file).values()} == {"confirmed"}
        assert count(meeting, Notice.application_id == file, Notice.kind == "result") == 1
    deliver_everything(meeting)
    assert count(meeting, Entitlement.id > 0) == 3 * (REPEATS)
    trail_is_whole(meeting)


def test_two_officers_act_on_one_task_and_one_of_them_is_told_that_it_is_done(meeting):
    for number in range(REPEATS):
        file = decided_or_not(number, meeting, ["dibao"], decide=False)
        with meeting.session() as db:
            task = task_id(db, file, "decide", "dibao")

        def decide(who: int, fen: int, task: int = task) -> Work:
            payload = {"amount_fen": fen}
            return lambda db: commands.act(
                db, officer("dibao", who), task, "eligible", payload, reason="同意", now=LATER
            ).closed_by  # fmt: skip

        results = meeting.at_once(decide(31, 1000), decide(32, 2000), decide(33, 3000))
        winners = [n for n, result in enumerate(results) if isinstance(result, str)]
        assert len(winners) == 1
        told = {r.problem.code for r in results if isinstance(r, Refused)}
        assert told <= {"task-gone", "action-not-open"}
        assert cases_of(meeting, file)["dibao"].amount_fen == 1000 * (winners[0] + 1)
    trail_is_whole(meeting)


def test_entitlements_opened_beside_other_work_leave_one_trail(meeting):
    """What follows a confirmation is written to the same trail as what colleagues do at that moment."""
    for number in range(REPEATS):
        file = decided_or_not(number, meeting, TOGETHER, decide=True)
        meeting.alone(acting(file, head("dibao"), "confirm", "confirm", "dibao"))
        with meeting.session() as db:
            events = pending(db, everything=True)

        def follow(db: Session, events: list[int] = events) -> int:
            return sum(deliver(db, event, now=LATER) for event in events)

        meeting.at_once(
            follow, follow, *(acting(file, head(i), "confirm", "confirm", i) for i in TOGETHER if i != "dibao")
        )
        deliver_everything(meeting)
        assert {case.status for case in cases_of(meeting, file).values()} == {"confirmed"}
        assert count(meeting, Entitlement.case_id.in_([c.id for c in cases_of(meeting, file).values()])) == 3
    trail_is_whole(meeting)


# --- one household, two files ----------------------------------------------------------------------------------------


def test_two_items_that_exclude_each_other_are_confirmed_at_the_same_instant_and_one_stands(meeting):
    for number in range(REPEATS):
        files = []
        for item in ("dibao", "near_dibao"):
            files.append((item, decided_or_not(number, meeting, [item], decide=True)))
        households = {case.household_id for _, file in files for case in cases_of(meeting, file).values()}
        assert len(households) == 1
        results = meeting.at_once(*(acting(file, head(item), "confirm", "confirm", item) for item, file in files))
        states = [cases_of(meeting, file)[item].status for item, file in files]
        assert states == ["confirmed", "prepared"]  # dibao goes before near-dibao
        assert isinstance(results[1], Refused)
        assert results[1].problem.code in {"excluded", "exclusion-open"}
    deliver_everything(meeting)
    trail_is_whole(meeting)


def test_files_of_one_household_moving_at_once_never_wait_in_a_circle(meeting):
    files = [decided_or_not(1, meeting, [item], decide=False) for item in ("dibao", "education_aid", "housing_aid")]
    with meeting.session() as db:
        household = db.get_one(Application, files[0]).household_id

    def tell(db: Session) -> int:
        return commands.refresh_household(db, household, now=LATER)

    works = [
        acting(file, officer(item), "decide", "eligible", item, {"amount_fen": 100}, "同意")
        for file, item in zip(files, ("dibao", "education_aid", "housing_aid"), strict=True)
    ]
    results = meeting.at_once(tell, *works, tell, lambda db: commands.tick(db, now=LATER), tell)
    assert not [r for r in results if isinstance(r, Exception)]
    trail_is_whole(meeting)


def test_two_people_tick_the_same_boxes_in_opposite_order(meeting):
    files = [decided_or_not(number, meeting, ["dibao"], decide=False) for number in range(6)]
    with meeting.session() as db:
        tasks = [task_id(db, file, "decide", "dibao") for file in files]

    def bulk(who: int, order: list[int]) -> Work:
        payloads = {task: {"amount_fen": 100} for task in order}
        return lambda db: commands.act_on_many(
            db, officer("dibao", who), order, "eligible", payloads, reason="同意", now=LATER
        )

    first, second = meeting.at_once(bulk(31, tasks), bulk(32, tasks[::-1]))
    assert [task for task, _ in first] == tasks
    assert [task for task, _ in second] == tasks[::-1]
    done = [task for task, result in [*first, *second] if not isinstance(result, Refused)]
    assert sorted(done) == sorted(tasks)


# --- windows ---------------------------------------------------------------------------------------------------------


def submitting(meeting: Meeting, facts: dict[str, Any], key: str | None, clerk: int | None = None) -> Work:
    answers = complete(meeting.release, ["dibao"], {**facts, "hh_hukou_region": VILLAGE})
    who = Actor(clerk, "window_clerk", hand("window_clerk", OTHER_COUNTY).grants)
    return lambda db: (
        commands.submit(
            db,
            who,
            meeting.release,
            items=["dibao"],
            answers=answers,
            window_region=OTHER_COUNTY,
            idempotency_key=key,
            now=NOON,
        ).id
    )


def test_a_form_sent_several_times_at_once_is_one_application(meeting):
    town = Files(None, meeting.release)  # type: ignore[arg-type]
    for number in range(TIMES):
        work = submitting(meeting, town.family(number), f"key {number}")
        results = meeting.at_once(work, work, work)
        assert len(set(results)) == 1, results
    assert count(meeting, Application.id > 0) == TIMES
    assert count(meeting, Household.id > 0) == TIMES
    trail_is_whole(meeting)


def test_two_windows_take_the_same_family_at_the_same_instant_and_nobody_is_doubled(meeting):
    town = Files(None, meeting.release)  # type: ignore[arg-type]
    for number in range(TIMES):
        facts = town.family(number)
        results = meeting.at_once(*(submitting(meeting, facts, f"window {w} {number}") for w in range(2)))
        assert len(set(results)) == 2, results
    assert count(meeting, Application.id > 0) == 2 * TIMES
    assert count(meeting, Person.id > 0) == TIMES * len(town.family(0)["members"])
    assert count(meeting, Household.id > 0) == TIMES


# --- time and the catalogue ------------------------------------------------------------------------------------------


def test_waits_elapse_beside_what_people_do(meeting):
    for number in range(REPEATS):
        file = decided_or_not(number, meeting, TOGETHER, decide=False)
        for item in ("education_aid", "housing_aid"):
            meeting.alone(acting(file, officer(item), "decide", "eligible", item, {"amount_fen": 100}, "同意"))
        decide = acting(file, officer("dibao"), "decide", "eligible", "dibao", {"amount_fen": 100}, "同意")

        def tick(db: Session) -> int:
            return commands.tick(db, now=LATER)

        def much_later(db: Session) -> int:
            return commands.tick(db, now=2 * LATER_BY + NOON)

        results = meeting.at_once(decide, tick, tick)
        assert results[0] == "done"
        meeting.at_once(much_later, much_later, much_later)
        meeting.alone(lambda db, file=file: pass_spot_checks(db, file))
        meeting.alone(acting(file, head("dibao"), "confirm", "confirm", "dibao"))
        opened = select(func.count()).select_from(Task).where(Task.application_id == file, Task.status == "open")
        with meeting.session() as db:
            steps = db.execute(opened.add_columns(Task.item, Task.step).group_by(Task.item, Task.step)).all()
        assert all(row[0] == 1 for row in steps), steps
    trail_is_whole(meeting)


def test_a_release_is_published_beside_what_people_do(meeting):
    file = decided_or_not(1, meeting, ["dibao"], decide=False)
    town = Files(None, meeting.release)  # type: ignore[arg-type]
    works = [submitting(meeting, town.family(number), f"key {number}") for number in range(10, 14)]
    decide = acting(file, officer("dibao"), "decide", "eligible", "dibao", {"amount_fen": 100}, "同意")
    results = meeting.at_once(lambda db: put_in_force(db, meeting.release), decide, *works)
    assert not [r for r in results if isinstance(r, Exception)], results
    assert count(meeting, Application.id > 0) == 5


def test_of_two_transactions_that_wait_for_each_other_one_is_told_to_try_again(meeting):
    """Files are taken in one order, so this should not happen; when it does, nobody sees a fault."""
    if meeting.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: nobody waits in a circle")
    town = Files(None, meeting.release)  # type: ignore[arg-type]
    first, second = (meeting.alone(submitting(meeting, town.family(n), None)) for n in range(2))
    both = threading.Barrier(2)

    def crossing(mine: int, other: int) -> Work:
        def work(db: Session) -> str:
            db.get_one(Application, mine, with_for_update=True)
            both.wait(30)
            return db.get_one(Application, other, with_for_update=True).number

        return work

    results = meeting.at_once(crossing(first, second), crossing(second, first))
    (refusal,) = [result for result in results if isinstance(result, Refused)]
    assert refusal.problem is CONFLICT
