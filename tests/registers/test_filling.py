"""What registers know of a person, put into a form: blanks filled, nothing typed replaced, every origin kept."""

from datetime import timedelta

import pytest

from portal.registers import commands, queries
from portal.registers.filling import filled, id_numbers_in
from tests.families import id_number
from tests.registers.conftest import NOON, account, keeper

CHILD, MOTHER = id_number("2012-05-05", 5), id_number("1980-02-02", 8)


@pytest.fixture
def form(catalogue):
    return catalogue.form("application", ["education_aid", "water_cut", "disability_living"])


@pytest.fixture
def known(session, catalogue, water, students, cards):
    commands.save(session, keeper("SW"), water, account(1, id_no=MOTHER), now=NOON)
    pupil = {"student_no": "S1", "id_no": CHILD, "stage": "1", "school": "示例小学", "grade": "三年级"}
    commands.save(session, keeper("JY"), students, pupil, now=NOON)
    card = {"cert_no": CHILD + "43", "id_no": CHILD, "kind": "4", "grade": "3"}
    commands.save(session, keeper("CL", "321302"), cards, card, now=NOON)
    return lambda *numbers: queries.known_for(session, catalogue, numbers)


ANSWERS = {
    "applicant_id_no": MOTHER,
    "members": [
        {"row_id": "m1", "member_id_no": MOTHER},
        {"row_id": "m2", "member_id_no": CHILD, "member_grade": "四年级"},
    ],
}


def test_everybody_named_is_asked_about(form):
    assert id_numbers_in(form, ANSWERS) == {MOTHER, CHILD}


def test_blanks_are_filled_with_their_origin_and_what_was_typed_stays(form, known):
    answers, origins = filled(form, known(MOTHER, CHILD), ANSWERS)
    mother, child = answers["members"]
    assert answers["util_water_no"] == "W000001"
    assert answers["util_shared_meter"] is False
    assert (child["member_school_stage"], child["member_school_name"]) == ("1", "示例小学")
    assert (child["member_disability_kind"], child["member_disability_cert_no"]) == ("4", CHILD + "43")
    assert child["member_grade"] == "四年级"
    assert "member_school_stage" not in mother
    assert origins["/util_water_no"].to_json() == {
        "source": "utility_accounts",
        "value": "W000001",
        "when": "2025-03-10",
    }
    assert origins["/members/1/member_grade"].value == "三年级"  # a page can show that the register says otherwise
    assert ANSWERS["members"][1] == {"row_id": "m2", "member_id_no": CHILD, "member_grade": "四年级"}


def test_only_what_the_form_asks_is_given(catalogue, known):
    narrow = catalogue.form("application", ["legal_aid"])
    answers, origins = filled(narrow, known(MOTHER, CHILD), ANSWERS)
    assert not {name for name in origins if "util" in name or "school" in name}
    assert "util_water_no" not in answers


def test_somebody_elses_account_is_not_the_applicants(form, known):
    answers, _ = filled(form, known(MOTHER, CHILD), {**ANSWERS, "applicant_id_no": CHILD})
    assert "util_water_no" not in answers


def test_the_newest_row_speaks(session, catalogue, students, known):
    pupil = {"student_no": "S2", "id_no": CHILD, "stage": "2", "school": "示例中学"}
    commands.save(session, keeper("JY"), students, pupil, now=NOON + timedelta(days=9))
    found = known(CHILD)
    assert found.answers[CHILD]["member_school_stage"] == "2"
    assert found.answers[CHILD]["member_grade"] == "三年级"  # the newer row does not say it
    assert found.origins[CHILD]["member_school_stage"].when == "2025-03-19"


def test_a_closed_account_and_a_stranger_say_nothing(session, catalogue, water, known):
    commands.save(session, keeper("SW"), water, account(7, state="closed"), now=NOON)
    assert not known(account(7)["id_no"])
    assert not known(id_number("1999-09-09"))
    assert not known("", " ", "nonsense", "9" * 500)


def test_a_number_typed_loosely_is_understood(known):
    assert known(f" {MOTHER[:6]} {MOTHER[6:].lower()} ").answers


def test_rows_that_are_no_rows_are_left_alone(form, known):
    answers, _ = filled(form, known(MOTHER), {"applicant_id_no": MOTHER, "members": [None, "x", {}]})
    assert answers["members"] == [None, "x", {}]
    answers, _ = filled(form, known(MOTHER), {"members": "x"})
    assert answers == {"members": "x"}
