"""What the desk refuses: work of another place, work that is done, forged and oversized posts; nothing typed is lost."""

import pytest
from sqlalchemy import select

from portal.audit.models import Event
from portal.audit.queries import broken_links
from portal.cases.models import Task
from portal.db import db
from portal.verification.models import Conflict
from portal.verification.queries import open_conflicts
from tests.desk import DeskTown
from tests.factories import post
from tests.web.test_desk import finish_verification, to_settle


@pytest.fixture
def town(app, shipped_release):
    return DeskTown(app, shipped_release)


@pytest.fixture
def file(town):
    return town.submit()


@pytest.mark.parametrize("who", ["elsewhere", "head", "verifier", "department", "clerk"])
def test_a_task_is_only_its_own_desks(town, file, who):
    task = town.task("accept")
    answer = town.client(who).get(f"/tasks/{task}")
    assert answer.status_code == 404
    assert "示例成员" not in answer.get_data(as_text=True)
    assert "回到待办" in answer.get_data(as_text=True)
    page = town.send(who, f"/tasks/{task}", {"_action": "accept"}, status=404)
    assert "示例成员" not in page
    assert town.open_forms() == ["accept"]


def test_nobody_signs_in_nobody_works(town, file):
    answer = town.app.test_client().get(f"/tasks/{town.task('accept')}")
    assert answer.status_code == 302
    assert town.client("supervisor").get(f"/tasks/{town.task('accept')}").status_code == 403


@pytest.mark.parametrize("number", ["0", "999999", "2147483647", "2147483648", "9" * 30, "-1", "x", "1.0"])
def test_a_task_that_is_none_is_not_found(town, number):
    assert town.client("officer").get(f"/tasks/{number}").status_code == 404
    assert post(town.client("officer"), f"/tasks/{number}", {"_action": "accept"}).status_code in {404, 405}


def test_the_second_of_two_people_is_told_who_was_first_and_changes_nothing(town, file):
    task = town.task("accept")
    town.act("officer", "accept", "accept")
    before = len(events(town, file))
    page = town.send("second", f"/tasks/{task}", {"_action": "reject", "_reason": "不符合"}, status=409)
    assert "已经办结" in page
    assert "示例officer" in page
    assert "没有改动任何数据" in page
    assert len(events(town, file)) == before
    assert town.cases() == dict.fromkeys(["dibao", "education_aid", "housing_aid"], "open")
    assert "已经办结" in town.client("second").get(f"/tasks/{task}").get_data(as_text=True)


def events(town, file):
    with town.app.app_context():
        return db.session.scalars(select(Event).where(Event.stream == f"application:{file}")).all()


@pytest.mark.parametrize("action", ["supplied", "elapsed", "give", "x", "accept'--", "长" * 3000, "\x00"])
def test_an_action_that_is_not_open_is_refused_with_what_was_typed(town, file, action):
    page = town.act("officer", "accept", action, status=409, reason="已输入的理由")
    assert "现在不能办理这项操作" in page
    assert "已输入的理由" in page
    assert town.open_forms() == ["accept"]


def test_a_reason_of_five_hundred_characters_fits_and_one_more_does_not(town, file):
    page = town.act("officer", "accept", "reject", status=422, reason="长" * 501)
    assert "最多 500 个字" in page
    assert "长" * 501 in page
    assert 'id="f-reason-error"' in page
    town.act("officer", "accept", "reject", reason="长" * 500)


def test_a_page_without_its_token_is_refused(town, file):
    answer = town.client("officer").post(f"/tasks/{town.task('accept')}", data={"_action": "accept"})
    assert answer.status_code == 400
    assert town.open_forms() == ["accept"]


def test_nothing_pressed_draws_the_page_again_with_what_was_typed(town, file):
    page = town.send(
        "officer", f"/tasks/{town.task('accept')}", {"_reason": "先记一下", "_missing": "lease"}, status=200
    )
    assert "先记一下" in page
    assert 'name="_missing" value="lease" checked' in page


def test_hostile_entries_are_said_or_ignored_and_never_a_fault(town, file):
    to_settle(town, file, inc_wage_odd=99_900)
    finish_verification(town, file)
    with town.app.app_context():
        mine = [c.id for c in open_conflicts(db.session, file)]
    number = mine[0]
    for basis, value in (
        ("x", ""),
        ("declared'", ""),
        ("other", "x" * 5000),
        ("returned", ""),
        ("other", "{}"),
        ("other", "\x00"),
    ):
        data = {"_action": "settled", f"_b{number}": basis, f"_v{number}": value, f"_r{number}": "理由"}
        town.send("officer", f"/tasks/{town.task('settle')}", data, status=422)
    data = {"_action": "settled", f"_b{number}": "declared", f"_r{number}": "长" * 501}
    assert "最多 500 个字" in town.send("officer", f"/tasks/{town.task('settle')}", data, status=422)
    with town.app.app_context():
        assert all(c.settled_at is None for c in db.session.scalars(select(Conflict)))
        assert list(broken_links(db.session)) == []


def test_a_conflict_of_another_file_cannot_be_settled_from_here(town, file):
    to_settle(town, file, inc_wage_odd=99_900)
    finish_verification(town, file)
    other_file = town.submit()
    with town.app.app_context():
        mine = db.session.scalars(select(Conflict)).first()
        other = Conflict(
            application_id=other_file, rule="visit", question="inc_wage_odd", severity="review", message=mine.message,
            declared=1, seen=2,
        )  # fmt: skip
        db.session.add(other)
        db.session.commit()
        number = other.id
    town.send("officer", f"/tasks/{town.task('settle')}", {"_save": "1", f"_b{number}": "seen", f"_r{number}": "伪造"})
    with town.app.app_context():
        assert db.session.get_one(Conflict, number).settled_at is None


def test_huge_surveys_are_answered_not_crashed(town, file):
    town.act("officer", "accept", "accept")
    town.act("clerk", "authorise", "authorised", signers=["letter"])
    address = f"/tasks/{town.task('visit')}"
    many = {f"neighbours-{n}-nb_name": "甲" for n in range(400)}
    town.send("officer", address, {"_action": "done", **many}, status=422)
    town.send("officer", address, {"_action": "done", "v_opinion": "长" * 100_000}, status=422)
    town.send("officer", address, {"_action": "done", "_uuid": "no-uuid"}, status=422)
    town.send(
        "officer", address, {"_action": "done", "members-0-member_health": "<script>", "__proto__": "x"}, status=422
    )


# --- handing over and stepping back ------------------------------------------------------------------------------


def test_a_task_is_handed_to_a_colleague_from_its_page(town, file):
    task = town.task("accept")
    page = town.see("officer", f"/tasks/{task}")
    assert "示例second" in page
    assert "示例elsewhere" not in page
    assert "不能转到所选" in town.act(
        "officer", "accept", "delegate", status=422, colleague=str(town.users["elsewhere"])
    )
    assert "不能转到所选" in town.act("officer", "accept", "delegate", status=422)
    told = town.act("officer", "accept", "delegate", colleague=str(town.users["second"]), hand_reason="出差")
    assert "已转交给示例second" in told
    assert "没有待办" in told
    assert "转交给我" in town.see("second", "/inbox")
    assert town.client("officer").get(f"/tasks/{task}").status_code == 404
    town.send("officer", f"/tasks/{task}", {"_action": "accept"}, status=404)
    assert "转交 示例second 办理" in town.see("second", f"/tasks/{task}")


def test_who_has_an_interest_steps_back_with_a_reason(town, file):
    task = town.task("accept")
    page = town.act("officer", "accept", "recuse", status=422)
    assert "请写明理由" in page
    told = town.act("officer", "accept", "recuse", hand_reason="申请人是我表兄")
    assert "已登记回避" in told
    assert town.client("officer").get(f"/tasks/{task}").status_code == 404
    assert "申请回避" in town.see("second", f"/tasks/{task}")
    page = town.send("second", f"/tasks/{task}", {"_action": "recuse", "_hand_reason": "也是亲属"}, status=409)
    assert "没有其他人可以接办" in page


# --- numbers in full ---------------------------------------------------------------------------------------------


def test_numbers_are_masked_until_somebody_says_what_for(town, file):
    with town.app.app_context():
        from portal.applications.queries import clear_answers

        number = clear_answers(db.session, town.application(file))["applicant_id_no"]
    address = f"/tasks/{town.task('accept')}"
    assert number not in town.see("officer", address)
    page = town.send("officer", address, {"_unmask": "1", "_purpose": " ", "_reason": "已输入"}, status=422)
    assert number not in page
    assert "已输入" in page
    page = town.send("officer", address, {"_unmask": "1", "_purpose": "核对户口簿", "_reason": "已输入"}, status=200)
    assert number in page
    assert "已输入" in page
    found = [event for event in events(town, file) if event.action == "application.unmasked"]
    assert [(event.actor_name, event.data["purpose"]) for event in found] == [("示例officer", "核对户口簿")]
    assert number not in town.see("officer", address)
    assert "核对户口簿" in town.see("officer", address)
    town.send("elsewhere", address, {"_unmask": "1", "_purpose": "好奇"}, status=404)
    with town.app.app_context():
        assert db.session.get_one(Task, 1).status == "open"
