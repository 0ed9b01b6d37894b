"""The whole catalogue decides the pack's example family as the pack says, and sensible families sensibly."""

from __future__ import annotations

import copy
import json
from datetime import date
from pathlib import Path

import pytest

from portal.catalogue.documents import read_directory
from portal.catalogue.reading import read

PACK = json.loads((Path(__file__).parent / "data" / "example_family.json").read_text("utf-8"))
EXPECTED = PACK["expected"]
DAY = date.fromisoformat(PACK["on"])
# The pack answers what looks beyond the facts like this.
BEYOND = {"x_requested_amount": 100_000}


@pytest.fixture(scope="module")
def catalogue():
    source, findings = read_directory()
    assert findings == ()
    return read(source)


def family(**changes):
    """The example family with other answers on the application."""
    return copy.deepcopy(PACK["facts"]) | BEYOND | changes


def result(catalogue, item, facts, on=DAY):
    judged = catalogue.judge(facts, on, [item])[item]
    return judged.outcome, judged.amount_fen


def test_all_38_items_are_expected():
    assert len(EXPECTED) == 38


@pytest.mark.parametrize("item", EXPECTED)
def test_the_example_family_comes_out_as_the_pack_says(catalogue, item):
    wanted = EXPECTED[item]["outcome"], EXPECTED[item]["amount_fen"]
    assert result(catalogue, item, family()) == wanted


def test_two_patients_in_one_family_are_judged_each_by_their_own_bills(catalogue):
    facts = family()
    del facts["med_self_paid"]
    facts["members"][0]["med_self_paid"] = 1_000_000
    facts["members"][1]["med_self_paid"] = 200_000
    judged = catalogue.judge(facts, DAY, ["medical_aid"])["medical_aid"]
    assert [(person.row, person.amount_fen) for person in judged.persons] == [(0, 700_000), (1, 140_000)]


def test_two_students_in_one_family_each_get_the_aid_of_their_stage(catalogue):
    facts = family()
    younger = dict(facts["members"][1], member_school_stage="1", member_birth_date="2012-03-01")
    facts["members"].append(younger)
    judged = catalogue.judge(facts, DAY, ["education_aid"])["education_aid"]
    eligible = [(person.row, person.amount_fen) for person in judged.persons if person.outcome == "eligible"]
    assert eligible == [(1, 200_000), (2, 150_000)]


def test_a_fact_about_one_person_may_stand_on_the_application_or_in_the_row(catalogue):
    facts = family(cancer_kind="breast")
    assert result(catalogue, "two_cancers", facts) == ("eligible", 1_000_000)
    facts = family()
    facts["members"][0]["cancer_kind"] = "breast"
    assert result(catalogue, "two_cancers", facts) == ("eligible", 1_000_000)


def test_single_person_dibao_is_never_eligible_with_nothing_to_pay(catalogue):
    facts = family(dibao_kind="single_ill", inc_wage_odd=1_800_000, hh_protected_count=1)
    assert result(catalogue, "dibao", facts) == ("eligible", 62_000)
    facts["members"][0]["member_monthly_income"] = 40_000
    assert result(catalogue, "dibao", facts) == ("eligible", 22_000)
    facts["members"][0]["member_monthly_income"] = 70_000
    assert result(catalogue, "dibao", facts) == ("not_eligible", None)


def test_a_whole_household_whose_payment_would_be_nothing_goes_to_a_person(catalogue):
    facts = family(hh_size=3, hh_protected_count=1, inc_wage_odd=1_500_000)
    assert result(catalogue, "dibao", facts) == ("manual", None)


def test_income_that_does_not_count_is_deducted(catalogue):
    counted = family(inc_wage_odd=1_600_000)
    assert result(catalogue, "dibao", counted)[0] == "not_eligible"
    assert result(catalogue, "dibao", counted | {"inc_exempt_total": 400_000}) == ("eligible", 24_000)


def test_an_unanswered_income_is_not_zero(catalogue):
    facts = family()
    del facts["inc_biz_self"]
    judged = catalogue.judge(facts, DAY, ["dibao"])["dibao"]
    assert judged.outcome == "undetermined"
    assert any("inc_biz_self" in reason.missing for reason in judged.reasons)


@pytest.mark.parametrize("item", sorted(EXPECTED))
def test_without_the_letter_no_item_with_comparisons_is_granted(catalogue, item):
    facts = family(auth_signed=False, app_urgent=False)
    assert catalogue.item(item).comparisons
    assert result(catalogue, item, facts)[0] != "eligible"


def test_in_an_emergency_help_comes_before_the_letter(catalogue):
    facts = family(auth_signed=False, app_urgent=True, urgent_kind="injury")
    assert result(catalogue, "temporary_aid", facts)[0] == "eligible"


def test_the_only_dangerous_house_of_two_is_judged_by_its_own_row(catalogue):
    facts = family()
    facts["houses"][0] |= {"house_only": True, "house_danger_grade": "C"}
    facts["houses"].append({"house_area": 30, "house_kind": "rent", "house_only": False, "house_danger_grade": "D"})
    assert result(catalogue, "danger_house", facts) == ("eligible", 1_000_000)


def test_a_grade_three_physical_disability_is_not_paid_as_an_intellectual_one(catalogue):
    facts = family(s_dibao=False, hh_category=["multi_disabled"])
    disabled = {"member_disabled": True, "member_disability_cert_no": "x", "member_disability_grade": "3"}
    facts["members"][0] |= disabled | {"member_disability_kind": "4"}
    assert result(catalogue, "disability_living", facts) == ("eligible", 37_200)
    facts["members"][0] |= {"member_disability_kind": "5"}
    assert result(catalogue, "disability_living", facts) == ("eligible", 12_400)


@pytest.mark.parametrize(("day", "fen"), [("2020-06-01", 27_000), ("2022-06-01", 32_000), ("2025-06-01", 42_000)])
def test_standards_are_those_of_the_day(catalogue, day, fen):
    assert result(catalogue, "medical_insure", family(), date.fromisoformat(day)) == ("eligible", fen)


def test_every_recognition_an_item_waits_for_helps_its_rules(catalogue):
    granted = {status.id: status.granted_by for status in catalogue.statuses.values()}
    for item in catalogue.items.values():
        assert set(item.needs) <= set(granted), item.slug


def test_exclusions_hold_in_both_directions(catalogue):
    for item in catalogue.items.values():
        for other in item.excludes:
            assert item.slug in catalogue.item(other).excludes
