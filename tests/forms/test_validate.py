"""Validating: what a clerk is told, where, and in which words."""

import pytest

from portal.forms import missing_for, normalise, resident_id_fault, validate, warnings


def found(errors):
    return {(error.pointer, error.code) for error in errors}


def test_a_household_without_fault_is_accepted(form, household, env):
    assert validate(form, household, env) == []


def test_every_blank_is_named_in_both_languages(form, env):
    errors = validate(form, {}, env)
    assert found(errors) >= {("/app_mode", "choose"), ("/applicant_sign", "sign"), ("/members", "member_required")}
    assert found(errors) >= {
        ("/houses", "rows_required"),
        ("/hh_size", "not_computed"),
        ("/inc_wage_local", "required"),
    }
    for error in errors:
        assert "“" in error.message.zh
        assert error.message.en.endswith(".")
        assert "{" not in error.message.zh + error.message.en


WRONG = [
    ("app_mode", "nobody", "code"),
    ("app_mode", ["self"], "code"),
    ("app_items", [], "min_items"),
    ("app_items", ["dibao", "dibao"], "repeated"),
    ("app_items", "dibao", "type"),
    ("app_urgent", 1, "yes_no"),
    ("app_urgent", "true", "yes_no"),
    ("app_reason_text", "字" * 101, "too_long"),
    ("app_reason_text", "\ud800", "control"),
    ("applicant_name", "甲\n乙", "control"),
    ("applicant_name", 7, "text_type"),
    ("applicant_name", "", "required"),
    ("applicant_id_no", "11010519491231002x", "id_characters"),
    ("applicant_id_no", "110105194912310021", "id_checksum"),
    ("applicant_id_no", "110105194902310020", "id_date"),
    ("applicant_id_no", "1101051949123100", "id_length"),
    ("applicant_id_no", "110105491331002", "id_old"),
    ("applicant_id_no", "11010519491231002X\n", "id_document"),
    ("applicant_phone", "13800", "phone"),
    ("applicant_phone", "13800138000\n", "phone"),
    ("hh_hukou_region", "321311106", "region_level"),
    ("hh_hukou_region", "仓集镇", "region"),
    ("hh_live_months", -1, "min"),
    ("hh_live_months", 1.5, "not_whole"),
    ("hh_live_months", float("nan"), "not_a_number"),
    ("hh_live_months", float("inf"), "not_a_number"),
    ("hh_size", 31, "max"),
    ("hh_size", True, "not_a_number"),
    ("inc_wage_local", 10.5, "money_type"),
    ("inc_wage_local", "720", "money_type"),
    ("inc_wage_local", -1, "min"),
    ("med_patient", "m9", "no_such_member"),
    ("med_patient", {}, "no_such_member"),
    ("file_medical", "0a1b2c", "file"),
    ("file_medical", ["../etc"], "file"),
    ("file_medical", ["a", "a"], "repeated"),
    ("pay_account_no", "62 22", "account"),
    ("applicant_sign", ["s"], "file"),
]


@pytest.mark.parametrize(("question", "value", "code"), WRONG)
def test_a_wrong_answer_is_named_at_its_place(form, household, env, question, value, code):
    household[question] = value
    errors = validate(form, household, env)
    assert found(errors) == {(f"/{question}", code)}
    assert form.questions[question].title.zh in errors[0].message.zh


@pytest.mark.parametrize(
    ("question", "value", "code"),
    [
        ("member_birth_date", "2011-02-30", "no_such_day"),
        ("member_birth_date", "20110501", "not_a_date"),
        ("member_disability_cert_no", "32130220110501001242\n", "control"),
        ("member_disability_cert_no", "3213", "pattern"),
        ("member_id_no", "护照", "id_document"),
    ],
)
def test_a_wrong_answer_in_a_row_points_to_the_row(form, household, env, question, value, code):
    household["members"][1][question] = value
    assert found(validate(form, household, env)) == {(f"/members/1/{question}", code)}


def test_an_answer_is_needed_when_its_condition_holds(form, household, env):
    household["app_mode"] = "agent"
    household["inc_other"] = 100
    del household["members"][1]["member_disability_grade"]
    del household["members"][1]["member_guardian_name"]  # eleven years old
    assert found(validate(form, household, env)) == {
        ("/app_agent_name", "required"),
        ("/app_agent_id_no", "required"),
        ("/inc_other_note", "required"),
        ("/members/1/member_disability_grade", "choose"),
        ("/members/1/member_guardian_name", "required"),
    }
    del household["members"][1]["member_birth_date"]
    assert ("/members/1/member_guardian_name", "required") not in found(validate(form, household, env))


def test_without_a_date_nothing_is_required_because_of_an_age(form, household):
    del household["members"][1]["member_guardian_name"]
    assert validate(form, household) == []


def test_a_condition_may_join_a_row_and_the_whole_form(form, household, env):
    household["houses"].append({"row_id": "h2", "house_kind": "rented", "house_area": 40})
    assert found(validate(form, household, env)) == {("/houses/1/house_lease_end", "required")}
    household["app_urgent"] = True
    assert validate(form, household, env) == []


def test_the_same_person_twice_is_refused_naming_the_first(form, household, env):
    household["members"][1] |= {"member_id_type": "111", "member_id_no": household["members"][0]["member_id_no"]}
    (error,) = validate(form, household, env)
    assert (error.pointer, error.code) == ("/members/1/member_id_no", "duplicate")
    assert "第 1 条" in error.message.zh


def test_two_visitors_are_two_people(visit):
    answers = {
        "visitor1_name": "测试丙",
        "visitor2_name": "测试丙",
        "visit_start": "2022-06-01T09:30:00+08:00",
        "visit_geo": {"lat": 33.9, "lng": 118.2},
        "photo_house_out": ["p1"],
        "members": [{"row_id": "m1", "member_name": "测试甲", "member_lives_together": True}],
    }
    (error,) = validate(visit, answers)
    assert (error.code, error.message.zh) == ("same_as", "“调查人二”不能与“调查人一”相同。")
    answers |= {"visitor2_name": "测试丁", "visit_geo": {"lat": 91, "lng": 0}, "visit_start": "2022-06-01 09:30"}
    assert found(validate(visit, answers)) == {("/visit_geo", "position"), ("/visit_start", "not_a_moment")}


def test_facts_beyond_the_form_decide_as_well(visit, env):
    members = [{"row_id": "m1", "member_name": "测试甲", "member_lives_together": True}]
    chosen = type(env)(facts={"app_items": ["tekun"]}, on=env.on, params={}, statuses={}, derived={})
    assert ("/members/0/v_adl_eat", "choose") in found(validate(visit, {"members": members}, chosen))
    assert ("/members/0/v_adl_eat", "choose") not in found(validate(visit, {"members": members}, env))


def test_there_being_none_is_an_answer_but_not_for_members(form, household, env):
    household["houses"] = []
    assert validate(form, household, env) == []
    household["members"] = []
    assert ("/members", "member_required") in found(validate(form, household, env))


def test_what_an_item_still_waits_for(form, household, env):
    del household["med_patient"], household["hh_hukou_region"], household["houses"]
    assert found(missing_for(form, household, "medical_aid", env)) == {
        ("/med_patient", "choose"),
        ("/hh_hukou_region", "choose"),
    }
    assert ("/houses", "rows_required") in found(missing_for(form, household, "tekun", env))


def test_doubts_warn_and_do_not_block(form, household, env):
    household["pay_account_no"] = "4111111111111112"
    household["members"][0] |= {"member_birth_date": "1949-12-30", "member_sex": "1"}
    assert validate(form, household, env) == []
    assert found(warnings(form, household)) == {
        ("/pay_account_no", "account_luhn"),
        ("/members/0/member_birth_date", "birth_differs"),
        ("/members/0/member_sex", "sex_differs"),
    }
    assert warnings(form, {"members": 7}) == []


def test_other_documents_have_other_numbers_and_any_prefix_is_fine(form, household, env):
    household |= {"applicant_id_type": "414", "applicant_id_no": "E12345678"}
    assert validate(form, household, env) == []
    assert resident_id_fault("99010519491231002X") in {None, "id_checksum"}


def test_names_may_hold_rare_characters(form, household, env):
    for name in ("𠮷田", "阿卜杜拉·买买提", "字" * 30):
        household["applicant_name"] = name
        assert validate(form, normalise(form, household), env) == []
