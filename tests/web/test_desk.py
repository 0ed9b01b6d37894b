"""The desk: every step of a file on its page, by the people whose work it is."""

import io
import re

import pytest
from PIL import Image
from sqlalchemy import select

from portal.cases.models import Task
from portal.db import db
from portal.files.models import StoredFile
from portal.notices.models import Notice
from portal.verification.models import Check, Conflict
from portal.verification.queries import open_conflicts
from portal.visits.models import Visit
from tests.desk import DeskTown


@pytest.fixture
def town(app, shipped_release):
    return DeskTown(app, shipped_release)


@pytest.fixture
def file(town):
    return town.submit()


def to_settle(town, file, **survey):
    """Bring a file to where its conflicts wait."""
    town.act("officer", "accept", "accept")
    town.act("clerk", "authorise", "authorised", signers=["letter", "members/0", "members/1", "members/2"])
    data = {"_action": "done", "_uuid": "", **town.survey(file, **survey)}
    town.send("officer", f"/tasks/{town.task('visit')}", data)


def finish_verification(town, file):
    with town.app.app_context():
        found = bool(open_conflicts(db.session, file))
    town.act("verifier", "verify", "conflict" if found else "done", reason="未授权人员不核对")


def test_accepting_says_what_happened_and_what_comes_next(town, file):
    page = town.see("officer", "/inbox")
    assert "受理" in page
    assert "共 3 项" in page
    task = town.see("officer", f"/tasks/{town.task('accept')}")
    for words in ("最低生活保障", "教育救助", "居民身份证", "申请前台流程", "示例clerk", "提交申请"):
        assert words in task
    assert ">初步符合,待核实<" in task
    assert ">符合<" in task  # housing, as if the minimum living asked for beside it were granted
    told = town.act("officer", "accept", "accept")
    assert "受理:受理。接下来:" in told
    assert "核对授权(窗口受理员)" in told
    assert town.cases() == dict.fromkeys(["dibao", "education_aid", "housing_aid"], "open")


def test_asking_for_papers_names_them_in_the_letter_and_the_window_ticks_them_off(town, file):
    page = town.act("officer", "accept", "supplement", status=422)
    assert "请写明理由" in page
    town.act("officer", "accept", "supplement", missing=["diagnosis", "lease", "forged"], reason="原件请一并带来")
    with town.app.app_context():
        letter = db.session.scalars(select(Notice).where(Notice.kind == "supplement")).one()
        assert letter.body["missing"] == ["diagnosis", "lease"]
        assert "疾病诊断证明" in letter.body["lines"][0]["zh"]
        assert "原件请一并带来" in letter.body["lines"][0]["zh"]
    page = town.see("clerk", f"/tasks/{town.task('supplement')}")
    assert "要求补正的内容" in page
    assert page.count("已通知补交") == 2
    told = town.act("clerk", "supplement", "supplied", papers=["diagnosis", "forged"])
    assert "接下来:受理" in told
    with town.app.app_context():
        assert "diagnosis" in town.application(file).papers
        assert "forged" not in town.application(file).papers


def test_a_file_that_is_not_accepted_ends_with_its_reason(town, file):
    told = town.act("officer", "accept", "reject", reason="户籍不在本市")
    assert "已全部办结" in told
    with town.app.app_context():
        assert town.application(file).status == "refused"
        assert (
            "户籍不在本市"
            in db.session.scalars(select(Notice).where(Notice.kind == "not_accepted")).one().body["lines"][0]["zh"]
        )


def test_the_window_says_who_signed_and_only_they_are_asked_about(town, file):
    with town.app.app_context():
        application = town.application(file)
        application.answers = {
            **application.answers,
            "auth_signed": None,
            "members": [{k: v for k, v in row.items() if k != "auth_method"} for row in application.answers["members"]],
        }
        db.session.commit()
    town.act("officer", "accept", "accept")
    page = town.act("clerk", "authorise", "authorised", status=409)
    assert "授权书未签署" in page
    town.act("clerk", "authorise", "authorised", signers=["letter", "members/0", "members/99", "forged"])
    with town.app.app_context():
        answers = town.application(file).answers
        assert answers["auth_signed"] is True
        assert answers["members"][0]["auth_method"] == "paper"
        assert "auth_method" not in answers["members"][1]
        states = {check.person: check.state for check in db.session.scalars(select(Check))}
        assert states["members/1"] == "not_sent"
        assert states["members/0"] in {"returned", "no_record"}  # what answers at once has answered


def test_the_verification_centre_sees_every_answer_and_types_in_what_no_register_gives(town, file):
    town.act("officer", "accept", "accept")
    town.act("clerk", "authorise", "authorised", signers=["letter"])
    with town.app.app_context():
        check = db.session.scalars(select(Check).where(Check.code == "C18")).first()
        check.state, check.returned, check.returned_at = "timeout", None, None
        number = check.id
        db.session.commit()
    address = f"/tasks/{town.task('verify')}"
    page = town.see("verifier", address)
    assert "养老待遇领取" in page
    assert "逾期未回复" in page
    assert "收取比对结果" in page
    wrong = {"_record": number, f"_k{number}": "returned", f"_c{number}_month_amount": "一千"}
    page = town.send("verifier", address, wrong, status=422)
    assert "请按元填写" in page
    assert 'value="一千"' in page
    town.send("verifier", address, {"_record": 10**8}, status=404)
    town.send("verifier", address, {"_record": number}, status=422)
    right = {
        "_record": number,
        f"_k{number}": "returned",
        f"_c{number}_month_amount": "1,250.5",
        f"_c{number}_start_month": "202001",
        f"_c{number}_deceased": "false",
    }
    assert "结果已登记" in town.send("verifier", address, right)
    with town.app.app_context():
        found = db.session.get_one(Check, number)
        assert found.returned == {"month_amount": 125050, "start_month": "202001", "deceased": False}
    assert "1,250.50 元" in town.see("verifier", address)


def test_going_on_without_every_answer_needs_a_reason(town, file):
    town.act("officer", "accept", "accept")
    town.act("clerk", "authorise", "authorised", signers=["letter"])
    with town.app.app_context():
        check = db.session.scalars(select(Check)).first()
        check.state, check.code = "not_sent", check.code
        db.session.commit()
        action = "conflict" if open_conflicts(db.session, file) else "done"
    assert "还有 1 项比对没有回复" in town.act("verifier", "verify", action, status=409)
    town.act("verifier", "verify", action, reason="本人在外务工,授权书邮寄中")


def test_the_survey_is_saved_as_a_draft_and_completed_with_what_was_declared_beside(town, file):
    town.act("officer", "accept", "accept")
    town.act("clerk", "authorise", "authorised", signers=["letter"])
    address = f"/tasks/{town.task('visit')}"
    page = town.see("officer", address)
    assert "申报:" in page
    assert 'value="示例officer"' in page
    survey = town.survey(file, visitor2_name="示例officer")
    town.send(
        "officer", address, {"_save": "1", "_uuid": "", "visit_village_guide": "示例向导", "members-0-row_id": "m1"}
    )
    with town.app.app_context():
        draft = db.session.scalars(select(Visit)).one()
        assert not draft.complete
        uuid = draft.uuid
    page = town.see("officer", address)
    assert 'value="示例向导"' in page
    assert uuid in page
    assert "上次保存" in page
    page = town.send(
        "officer", address, {"_action": "done", "_uuid": uuid, "visit_village_guide": "示例向导"}, status=422
    )
    assert "处需要更正" in page
    assert 'value="示例向导"' in page
    page = town.send(
        "officer", address, {"_action": "done", "_uuid": uuid, **survey, "visitor1_name": "示例officer"}, status=422
    )
    assert "两名调查人不能是同一人" in page
    good = {"_action": "done", "_uuid": uuid, **town.survey(file)}
    assert "入户调查:调查完成" in town.send("officer", address, good)
    with town.app.app_context():
        assert [visit.complete for visit in db.session.scalars(select(Visit))] == [True]


def test_two_people_on_one_survey_do_not_write_over_each_other_unawares(town, file):
    town.act("officer", "accept", "accept")
    town.act("clerk", "authorise", "authorised", signers=["letter"])
    address = f"/tasks/{town.task('visit')}"
    town.send("officer", address, {"_save": "1", "_uuid": "", "_revision": "0", "visit_village_guide": "第一人所写"})
    with town.app.app_context():
        uuid = db.session.scalars(select(Visit)).one().uuid
    town.send("second", address, {"_save": "1", "_uuid": uuid, "_revision": "1", "visit_village_guide": "第二人所写"})
    late = {"_save": "1", "_uuid": uuid, "_revision": "1", "visit_village_guide": "第一人再写"}
    page = town.send("officer", address, late, status=409)
    assert "示例second刚刚保存过这份调查" in page
    assert 'value="第一人再写"' in page
    assert 'name="_revision" value="2"' in page
    town.send("officer", address, {**late, "_revision": "2"})
    with town.app.app_context():
        assert db.session.scalars(select(Visit)).one().answers["visit_village_guide"] == "第一人再写"


def test_photographs_are_kept_even_when_the_rest_is_refused(town, file):
    town.act("officer", "accept", "accept")
    town.act("clerk", "authorise", "authorised", signers=["letter"])
    address = f"/tasks/{town.task('visit')}"
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")

    def photo(content, name="屋外.png"):
        return {"photo_house_out": (io.BytesIO(content), name), "visit_village_guide": "所写"}

    page = town.send("officer", address, {"_action": "done", **photo(picture.getvalue())}, status=422)
    assert "已上传的文件 1" in page
    key = re.search(r'name="photo_house_out"[^>]*value="([^"]+)"', page).group(1)
    with town.app.app_context():
        kept = db.session.scalars(select(StoredFile)).one()
        assert (kept.key, kept.owner, kept.channel) == (key, f"application:{file}", "visit")
    page = town.send("officer", address, {"_save": "1", **photo(b"#!/bin/sh", "屋外.png")}, status=415)
    assert "不是能打开的照片" in page
    assert 'value="所写"' in page
    town.send("officer", address, {"_save": "1", "photo_house_out": key})
    with town.app.app_context():
        assert db.session.scalars(select(Visit)).one().answers["photo_house_out"] == [key]


def test_what_cannot_be_read_in_the_survey_stays_as_it_was_typed(town, file):
    town.act("officer", "accept", "accept")
    town.act("clerk", "authorise", "authorised", signers=["letter"])
    address = f"/tasks/{town.task('visit')}"
    for button in ({"_save": "1"}, {"_action": "done"}):
        page = town.send("officer", address, {**button, "v_income_month": "大约八百", "v_residents": "3"}, status=422)
        assert 'value="大约八百"' in page
        assert 'value="3"' in page
    page = town.send("officer", address, {"_add": "neighbours", "v_income_month": "800"}, status=200)
    assert 'value="800"' in page
    assert "neighbours-0-nb_name" in page


def test_nobody_at_home_for_good_ends_the_file(town, file):
    town.act("officer", "accept", "accept")
    town.act("clerk", "authorise", "authorised", signers=["letter"])
    assert "请写明理由" in town.act("officer", "visit", "lost_contact", status=422)
    town.act("officer", "visit", "lost_contact", reason="三次上门均无人,电话停机")
    with town.app.app_context():
        assert town.application(file).status == "refused"


def test_every_conflict_is_settled_by_a_person_with_a_reason(town, file):
    to_settle(town, file, inc_wage_odd=99_900)
    finish_verification(town, file)
    address = f"/tasks/{town.task('settle')}"
    with town.app.app_context():
        raised = [(c.id, c.question, c.seen) for c in open_conflicts(db.session, file)]
    assert ("inc_wage_odd", 99_900) in [(question, seen) for _, question, seen in raised]
    page = town.see("officer", address)
    assert "999.00 元" in page
    assert "采信入户" in page
    page = town.send("officer", address, {"_action": "settled"}, status=409)
    assert f"还有 {len(raised)} 处不一致没有处理" in page
    number = next(i for i, question, _ in raised if question == "inc_wage_odd")
    page = town.send(
        "officer", address, {"_action": "settled", f"_b{number}": "other", f"_v{number}": "许多"}, status=422
    )
    assert 'value="许多"' in page
    page = town.send("officer", address, {"_save": "1", f"_b{number}": "seen"}, status=422)
    assert "请写明理由" in page
    assert "checked" in page
    town.send(
        "officer", address, {"_save": "1", f"_b{number}": "other", f"_v{number}": "1200.5", f"_r{number}": "按收据"}
    )
    with town.app.app_context():
        assert db.session.get_one(Conflict, number).decided == 120_050
    rest = {f"_b{i}": "declared" for i, _, _ in raised if i != number} | {
        f"_r{i}": "核实无误" for i, _, _ in raised if i != number
    }
    assert "核实不一致:核实完毕" in town.send("officer", address, {"_action": "settled", **rest})


def test_a_forged_conflict_is_nobodys(town, file):
    to_settle(town, file, inc_wage_odd=99_900)
    finish_verification(town, file)
    page = town.act("officer", "settle", "settled", status=409, b999999="declared", r999999="伪造")
    assert "没有处理" in page
    with town.app.app_context():
        assert all(c.settled_at is None for c in db.session.scalars(select(Conflict)))


def test_settling_can_go_back_to_an_earlier_step_the_engine_allows(town, file):
    to_settle(town, file, inc_wage_odd=99_900)
    finish_verification(town, file)
    page = town.see("officer", f"/tasks/{town.task('settle')}")
    assert "退回到" in page
    assert '<option value="visit">' in page
    assert '<option value="opinion">' not in page
    page = town.act("officer", "settle", "revisit", status=422, reason="数目差异太大")
    assert "不能转到所选的步骤" in page
    town.act("officer", "settle", "revisit", to="opinion", reason="数目差异太大", status=422)
    told = town.act("officer", "settle", "revisit", to="visit", reason="数目差异太大")
    assert "入户调查(乡镇经办人)" in told


def to_opinion(town, file):
    to_settle(town, file)
    finish_verification(town, file)
    settle_the_rest(town, file)


def settle_the_rest(town, file):
    with town.app.app_context():
        left = [c.id for c in open_conflicts(db.session, file)]
    if left:
        town.act(
            "officer", "settle", "settled", **{f"b{i}": "declared" for i in left}, **{f"r{i}": "核实无误" for i in left}
        )


@pytest.mark.parametrize("app_database", ["sqlite", "postgres"], indirect=True)
def test_the_opinion_is_given_on_every_item_and_nothing_is_chosen_beforehand(town, file):
    to_opinion(town, file)
    address = f"/tasks/{town.task('opinion')}"
    page = town.see("head", address)
    assert "checked" not in page
    assert "规则符合" in page
    page = town.act(
        "head",
        "opinion",
        "give",
        status=422,
        agree_dibao="disagree",
        agree_education_aid="agree",
        note_education_aid="可",
    )
    assert "不同意须写明理由" in page
    assert "请选择同意或不同意" in page
    assert 'value="可"' in page
    page = town.send("head", address, {"_agree_all": "1"}, status=200)
    assert page.count("checked") == 3
    agree = {f"agree_{slug}": "agree" for slug in ("dibao", "education_aid", "housing_aid")}
    told = town.act("head", "opinion", "give", **agree)
    assert "出具审核意见" in told
    with town.app.app_context():
        assert {slug: given["agree"] for slug, given in town.application(file).opinion.items()} == dict.fromkeys(
            ["dibao", "education_aid", "housing_aid"], True
        )


def to_publicity(town, file):
    to_opinion(town, file)
    town.act(
        "head", "opinion", "give", **{f"agree_{slug}": "agree" for slug in ("dibao", "education_aid", "housing_aid")}
    )
    town.command("decide", "eligible", {"amount_fen": 50_000}, item="dibao", reason="同意")


def test_what_is_posted_names_no_number_address_or_illness(town, file):
    to_publicity(town, file)
    with town.app.app_context():
        application = town.application(file)
        answers, name = application.answers, application.applicant_name
        application.answers = {**answers, "hh_live_address": "幸福路八号"}
        db.session.commit()
    page = town.see("officer", f"/tasks/{town.task('publicity')}")
    posted = page[page.index('<div class="posting">') : page.index("不公示证件号码")]
    assert name in posted
    assert "500.00 元 每月" in posted
    for child in answers["members"][1:]:
        assert child["member_name"] not in posted
    assert "幸福路" not in posted
    assert answers["applicant_id_no"][:6] not in posted
    town.later(9)
    town.tick()
    assert "publicity" not in town.open_forms()


def test_an_objection_is_investigated_while_the_clock_stands(town, file):
    to_publicity(town, file)
    assert "请写明理由" in town.act("officer", "publicity", "objection", status=422)
    town.act("officer", "publicity", "objection", reason="邻居称其有车")
    page = town.see("officer", f"/tasks/{town.task('investigate')}")
    assert "邻居称其有车" in page
    town.act("officer", "investigate", "upheld", reason="车已于去年报废")
    assert town.open_forms().count("decide") == 3


def test_a_departments_question_is_answered_by_the_township(town, file):
    town.act("officer", "accept", "accept")
    town.command("decide", "ask_fact", item="dibao", reason="请核实是否分家")
    page = town.see("officer", f"/tasks/{town.task('answer_fact')}")
    assert "请核实是否分家" in page
    assert "请写明核实结果" in town.act("officer", "answer_fact", "answered", status=422)
    told = town.act("officer", "answer_fact", "answered", reason="已分家三年,有村委证明")
    assert "乡镇补充核实" in told
    with town.app.app_context():
        task = db.session.scalars(select(Task).where(Task.form == "decide", Task.item == "dibao")).one()
        assert task.status == "open"


def test_help_comes_first_up_to_one_month_and_papers_after(town):
    town.submit(["temporary_aid"], app_urgent=True)
    town.act("officer", "accept", "accept")
    assert "help" in town.open_forms()
    page = town.see("head", f"/tasks/{town.task('help')}")
    assert "先救助、后补材料" in page
    page = town.act("head", "help", "help", status=422, amount="许多")
    assert "请按元填写" in page
    assert 'value="许多"' in page
    assert "不超过" in town.act("head", "help", "help", status=422, amount="99999")
    town.act("head", "help", "help", amount="500")
    page = town.see("clerk", f"/tasks/{town.task('papers')}")
    assert "说明后免予补齐" in page
    town.act("clerk", "papers", "supplied", papers=["id_card"])


def test_works_are_reported_when_they_are_finished(town):
    file = town.submit(["danger_house"])
    town.act("officer", "accept", "accept")
    town.act("clerk", "authorise", "authorised", signers=["letter"])
    finish_verification(town, file)
    town.send("officer", f"/tasks/{town.task('visit')}", {"_action": "done", "_uuid": "", **town.survey(file)})
    settle_the_rest(town, file)
    town.command("decide", "eligible", {"amount_fen": 1_000_000}, reason="同意")
    town.later(9)
    town.tick()
    town.command("confirm", "confirm")
    page = town.see("officer", f"/tasks/{town.task('works')}")
    assert "施工完成后报验" in page
    told = town.act("officer", "works", "finished")
    assert "竣工验收(部门研判岗)" in told
    town.command("completion", "failed", reason="屋面渗水,须整改")
    assert "屋面渗水,须整改" in town.see("officer", f"/tasks/{town.task('works')}")
