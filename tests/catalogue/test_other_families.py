"""Families nobody wrote the catalogue for, through the command people use: outcomes reasoned by hand from the items' rules.

Each family is the example family with other answers. The day is 2022-06-01 unless a test says otherwise: the dibao standard
is 620 yuan a month, medical aid pays 70 % of what the family paid itself up to 35,000 yuan.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from portal.catalogue.facts import faults_of
from portal.commands.rules import judgement_json, rules
from portal.errors import Refused

PACK = json.loads((Path(__file__).parent / "data" / "example_family.json").read_text("utf-8"))
MOTHER, SON = 0, 1


def family(*without: str, **changes: Any) -> dict[str, Any]:
    facts = copy.deepcopy(PACK["facts"]) | changes
    return {name: value for name, value in facts.items() if name not in without}


def member(base: int, *without: str, **changes: Any) -> dict[str, Any]:
    row = copy.deepcopy(PACK["facts"]["members"][base]) | changes
    return {name: value for name, value in row.items() if name not in without}


def run(facts: Any, *options: str) -> Any:
    document = facts if isinstance(facts, str) else json.dumps(facts)
    known = {"PORTAL_LANG": "zh", "PORTAL_CATALOGUE": None}
    return CliRunner(env=known).invoke(rules, ["evaluate", "--facts", "-", *options], input=document)


@pytest.fixture(scope="module")
def evaluate(shipped_release: Any) -> Callable[..., dict[str, Any]]:
    """What the command prints for one item, without reading the catalogue anew for every family."""
    catalogue = shipped_release.catalogue

    def judged(facts: dict[str, Any], item: str, on: str = "2022-06-01") -> dict[str, Any]:
        assert not list(faults_of(facts, catalogue.fact_names, ""))
        return judgement_json(catalogue, catalogue.judge(facts, date.fromisoformat(on), [item])[item])

    return judged


def persons(judged: dict[str, Any]) -> list[tuple[int, str, int | None]]:
    return [(person["row"], person["outcome"], person["amount_fen"]) for person in judged["persons"]]


def failing(judged: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {reason["rule"]: reason for reason in judged["reasons"] if reason["holds"] is not True}


# --- several people in one family ------------------------------------------------------------------------------------


def test_each_student_gets_the_aid_of_his_own_stage_and_the_item_shows_the_highest(evaluate):
    students = [member(MOTHER), member(SON), member(SON, member_school_stage="1"), member(SON, member_school_stage="6")]
    judged = evaluate(family(members=students), "education_aid")
    assert persons(judged) == [
        (0, "not_eligible", None),  # the mother is not at school
        (1, "eligible", 200_000),  # junior high, dibao family
        (2, "eligible", 150_000),  # primary, dibao family
        (3, "eligible", 330_000),  # college
    ]
    assert (judged["outcome"], judged["amount_fen"]) == ("eligible", 330_000)


def test_the_college_grant_rose_in_2024(evaluate):
    students = [member(MOTHER), member(SON, member_school_stage="6")]
    assert evaluate(family(members=students), "education_aid", "2023-12-31")["amount_fen"] == 330_000
    assert evaluate(family(members=students), "education_aid", "2024-01-01")["amount_fen"] == 370_000


def test_each_patient_is_paid_for_his_own_bills_and_an_uninsured_one_is_sent_on(evaluate):
    patients = [
        member(MOTHER, med_self_paid=1_000_000),
        member(SON, med_self_paid=9_000_000),
        member(SON, med_self_paid=500_000, member_medical_insured="none"),
        member(SON, med_self_paid=0),
        member(SON),
    ]
    judged = evaluate(family("med_self_paid", members=patients), "medical_aid")
    assert persons(judged) == [
        (0, "eligible", 700_000),
        (1, "eligible", 3_500_000),  # 70 % would be 63,000 yuan; the ceiling is 35,000
        (2, "refer", None),
        (3, "not_eligible", None),
        (4, "undetermined", None),  # nobody said what he paid
    ]
    assert (judged["outcome"], judged["amount_fen"]) == ("eligible", 3_500_000)


def test_a_bill_of_one_fen_is_rounded_once(evaluate):
    for paid, aid in ((1, 1), (2, 1), (5, 4), (7, 5)):  # 0.7, 1.4, 3.5, 4.9
        patients = [member(MOTHER, med_self_paid=paid)]
        assert evaluate(family("med_self_paid", members=patients), "medical_aid")["amount_fen"] == aid


def test_the_old_of_three_ages_get_three_amounts(evaluate):
    old = [member(MOTHER, member_birth_date=born) for born in ("1942-06-02", "1942-06-01", "1932-06-01", "1922-06-01")]
    judged = evaluate(family(members=old), "elder_bonus")
    assert persons(judged) == [
        (0, "not_eligible", None),  # 80 tomorrow
        (1, "eligible", 5_000),
        (2, "eligible", 10_000),
        (3, "eligible", 30_000),
    ]
    assert judged["amount_fen"] == 30_000


def test_a_member_without_an_answer_about_income_is_not_a_member_without_income(evaluate):
    disabled = {
        "member_disabled": True,
        "member_disability_cert_no": "x",
        "member_disability_grade": "1",
        "member_disability_kind": "4",
    }
    rows = [
        member(MOTHER, **disabled, member_monthly_income=0),
        member(MOTHER, "member_monthly_income", **disabled),
        member(MOTHER, **disabled, member_monthly_income=10_000),
    ]
    judged = evaluate(family(members=rows, s_dibao=False, hh_category=[]), "disability_living")
    assert persons(judged) == [(0, "eligible", 62_000), (1, "undetermined", None), (2, "not_eligible", None)]


def test_the_reasons_are_those_of_the_row_that_came_nearest(evaluate):
    judged = evaluate(family(), "orphan")
    assert judged["outcome"] == "not_eligible"
    assert set(failing(judged)) == {"R2"}  # the son is young enough; his parents live. The mother fails both.


# --- houses ----------------------------------------------------------------------------------------------------------


def test_two_dangerous_houses_are_judged_one_by_one_and_the_better_counts(evaluate):
    houses = [
        {"house_kind": "self_built", "house_area": 60, "house_only": True, "house_danger_grade": "C"},
        {"house_kind": "self_built", "house_area": 60, "house_only": True, "house_danger_grade": "D"},
    ]
    assert evaluate(family(houses=houses), "danger_house")["amount_fen"] == 1_800_000
    assert evaluate(family(houses=houses[:1]), "danger_house")["amount_fen"] == 1_000_000
    unknown = evaluate(family(houses=[{"house_only": True}]), "danger_house")
    assert unknown["outcome"] == "undetermined"
    assert failing(unknown)["R2"]["missing"] == ["house_danger_grade"]


def test_two_houses_are_too_much_room_and_the_sentence_says_by_how_much(evaluate):
    houses = [{"house_kind": "self_built", "house_area": 24}, {"house_kind": "rent", "house_area": 30.5}]
    judged = evaluate(family(houses=houses), "housing_aid")
    assert judged["outcome"] == "not_eligible"
    reason = failing(judged)["R1"]  # 54.5 m² for two
    assert reason["zh"] == "住房困难:无房或人均住房面积低于标准:不符合(人均住房建筑面积 27.25,应低于 15,差 12.25)"
    assert reason["en"].endswith("not met (Floor area per person is 27.25, must be below 15; 12.25 off)")


def test_no_house_is_no_room_and_an_unanswered_one_is_unknown(evaluate):
    assert evaluate(family(houses=[]), "housing_aid")["amount_fen"] == 45_000
    assert evaluate(family(houses=None), "housing_aid")["amount_fen"] == 45_000
    unknown = evaluate(family("houses"), "housing_aid")
    assert (unknown["outcome"], failing(unknown)["R1"]["missing"]) == ("undetermined", ["houses"])


# --- what is not known, what is not there ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["inc_wage_odd", "inc_trans_pension", "inc_work_cost_deduct", "hh_size", "auth_signed"]
)
def test_one_unanswered_question_keeps_dibao_open_and_is_named(name, evaluate):
    judged = evaluate(family(name), "dibao")
    assert (judged["outcome"], judged["amount_fen"]) == ("undetermined", None)
    assert all(reason["missing"] == [name] for reason in failing(judged).values())


def test_a_refusal_needs_no_further_answers(evaluate):
    judged = evaluate(family("fin_deposit", "houses", "vehicles", inc_wage_odd=9_000_000), "dibao")
    assert judged["outcome"] == "not_eligible"
    assert "家庭人均月收入 3,750.00,应低于 620.00,差 3,130.00" in failing(judged)["R1"]["zh"]


def test_an_income_asked_and_not_there_is_below_no_line(evaluate):
    for item in ("dibao", "near_dibao"):
        assert evaluate(family(inc_wage_odd=None), item)["outcome"] == "not_eligible"


@pytest.mark.parametrize("nobody", [[], None])
@pytest.mark.parametrize("item", ["education_aid", "orphan", "hope_grant", "family_planning_support", "medical_aid"])
def test_aid_for_persons_needs_a_person(nobody, item, evaluate):
    judged = evaluate(family(members=nobody), item)
    assert (judged["outcome"], judged["amount_fen"], judged["persons"]) == ("not_eligible", None, [])


@pytest.mark.parametrize("item", ["education_aid", "orphan", "hope_grant"])
def test_without_the_list_of_members_nothing_is_known_about_them(item, evaluate):
    judged = evaluate(family("members"), item)
    assert judged["outcome"] == "undetermined"
    assert all(reason["missing"] == ["members"] for reason in failing(judged).values())
    assert all("家庭成员" in reason["zh"] for reason in failing(judged).values())


def test_a_recognition_answered_with_none_is_not_held_and_an_unanswered_one_is_unknown(evaluate):
    statuses = {name: False for name in PACK["facts"] if name.startswith("s_")}
    assert evaluate(family(**(statuses | {"s_dibao": None})), "power_cut")["outcome"] == "not_eligible"
    unknown = evaluate(family("s_dibao", **{k: v for k, v in statuses.items() if k != "s_dibao"}), "power_cut")
    assert (unknown["outcome"], failing(unknown)["R1"]["missing"]) == ("undetermined", ["s_dibao"])
    assert "低保" in failing(unknown)["R1"]["zh"]


def test_nobody_has_an_age_before_birth(evaluate):
    judged = evaluate(family(members=[member(SON, member_birth_date="2022-06-02")]), "orphan")
    assert failing(judged)["R1"]["missing"] == ["member_birth_date"]


def test_before_the_first_standard_a_line_is_unknown(evaluate):
    judged = evaluate(family(), "dibao", "1990-01-01")
    assert judged["outcome"] == "undetermined"
    assert failing(judged)["R1"]["missing"] == ["p_dibao"]
    assert "最低生活保障标准" in failing(judged)["R1"]["zh"]


def test_every_sentence_is_there_in_both_languages_and_no_name_stands_bare(shipped_release, evaluate):
    facts = family("members", "houses", "hh_size", "inc_wage_odd", "s_dibao", "auth_signed")
    for slug in shipped_release.catalogue.items:
        for reason in evaluate(facts, slug)["reasons"]:
            assert reason["zh"], slug
            assert reason["en"], slug
            bare = [name for name in reason["missing"] if "_" in name and name in reason["zh"] + reason["en"]]
            assert not bare, (slug, reason)


# --- what cannot be meant --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"inc_wage_odd": 7200.5}, "“inc_wage_odd”应为以分为单位的整数。"),
        ({"inc_wage_odd": "720000"}, "“inc_wage_odd”应为以分为单位的整数。"),
        ({"inc_wage_odd": True}, "“inc_wage_odd”应为以分为单位的整数。"),
        ({"inc_wage_odd": float("inf")}, "“inc_wage_odd”应为以分为单位的整数。"),
        ({"inc_wage_odd": -1}, "“inc_wage_odd”不能小于 0。"),
        ({"hh_size": 0}, "“hh_size”不能小于 1。"),
        ({"inc_wage_od": 1}, "没有名为“inc_wage_od”的事实。"),
        ({"d_income_year": 1}, "“d_income_year”由规则推算,不能给定。"),
        ({"auth_signed": "yes"}, "“auth_signed”应为true 或 false。"),
        ({"members": {}}, "“members”应为对象的列表。"),
        ({"members": [[]]}, "“members”应为对象的列表。"),
        ({"members": [{"member_birth_date": "2022-02-30"}]}, "“member_birth_date”应为日期,如 2022-06-01。"),
        ({"members": [{"member_birth_date": "20220101"}]}, "“member_birth_date”应为日期,如 2022-06-01。"),
        ({"members": [{"member_birth_date": "2022-01-01T00:00"}]}, "“member_birth_date”应为日期,如 2022-06-01。"),
        ({"members": [{"house_area": 3}]}, "“house_area”属于“houses”的行。"),
        ({"hh_category": "single_parent"}, "“hh_category”应为代码列表。"),
    ],
)
def test_facts_that_cannot_be_meant_are_told(shipped_release, changes, words):
    (fault,) = faults_of(family(**changes), shipped_release.catalogue.fact_names, "facts.json")
    assert fault.message.zh == words
    assert fault.message.en


def test_the_command_tells_all_faults_and_judges_nothing():
    done = run(family(inc_wage_od=1, members=[{"member_birth_date": "2022-02-30"}]))
    assert (done.exit_code, done.stdout) == (2, "")
    assert "-#/inc_wage_od" in done.stderr
    assert "是否应为“inc_wage_odd”?" in done.stderr
    assert "事实有 2 处问题:members/0/member_birth_date、inc_wage_od" in done.stderr


WHOLES = (
    "[]",
    "3",
    '"x"',
    "{",
    '{"hh_size": 1, "hh_size": 2}',
    '{"hh_size": NaN}',
    '{"on": "2022-02-30"}',
    '{"on": 3}',
)


@pytest.mark.parametrize("whole", WHOLES)
def test_a_file_that_is_no_facts_is_told(whole):
    done = run(whole)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr


def test_a_whole_number_may_be_written_with_a_point(evaluate):
    assert evaluate(family(inc_wage_odd=720_000.0), "dibao")["amount_fen"] == 64_000


def test_an_unknown_code_is_mentioned_and_the_rules_still_answer():
    done = run(family(members=[member(SON, member_school_stage="junior")]), "--items", "education_aid")
    assert done.exit_code == 0
    assert "建议:“member_school_stage”没有代码“junior”" in done.stderr
    assert json.loads(done.stdout)["education_aid"]["outcome"] == "not_eligible"


@pytest.mark.parametrize(("items", "words"), [("dibao,dibo", "“dibao”"), (",", "没有写明事项")])
def test_an_item_that_is_none_is_told(items, words):
    done = run(family(), "--items", items)
    assert done.exit_code in {1, 2}
    assert done.stdout == ""
    said = done.exception.text.zh if isinstance(done.exception, Refused) else done.stderr
    assert words in said
