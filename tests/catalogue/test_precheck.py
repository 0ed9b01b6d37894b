"""The short check: few questions, found in the catalogue; what it says of items is what their own rules say."""

from __future__ import annotations

from datetime import date

import pytest

from portal.catalogue.precheck import MOST, carried, looks, short_form

TODAY = date(2025, 3, 1)
OLD = {
    "row_id": "m1",
    "member_birth_date": "1940-01-01",
    "member_sex": "1",
    "member_disabled": False,
    "member_serious_illness": False,
}


@pytest.fixture(scope="module")
def catalogue(shipped_release):
    return shipped_release.catalogue


@pytest.fixture(scope="module")
def form(catalogue):
    return short_form(catalogue)


def standing(catalogue, form, answers):
    return {look.item.slug: look for look in looks(catalogue, form, answers, TODAY)}


def test_the_questions_that_tell_most_are_asked_and_no_others(form):
    assert 10 <= len(form.questions) <= MOST
    assert {"member_birth_date", "member_disabled", "inc_other"} <= form.questions.keys()
    assert not {"auth_signed", "applicant_id_no", "member_name"} & form.questions.keys()
    sections = [q.section for q in form.questions.values() if q.type == "money" and not q.in_rows]
    assert len(sections) == len(set(sections))  # a sum is asked once, as a whole


@pytest.mark.parametrize(
    ("answers", "item", "expected"),
    [
        ({}, "dibao", "unknown"),
        ({}, "disaster_relief", "unknown"),
        ({"members": [OLD]}, "elder_bonus", "may"),
        ({"members": [{**OLD, "member_birth_date": "1990-01-01"}]}, "elder_bonus", "not"),
        ({"members": [OLD], "inc_other": 100_000}, "dibao", "likely"),
        ({"members": [OLD], "inc_other": 99_000_000}, "dibao", "not"),
        ({"members": [{**OLD, "member_birth_date": "2012-01-01"}]}, "orphan", "unknown"),
    ],
)
def test_an_item_looks_as_its_rules_say(catalogue, form, answers, item, expected):
    assert standing(catalogue, form, answers)[item].standing == expected


def test_the_rule_that_decided_is_named(catalogue, form):
    found = standing(catalogue, form, {"members": [{**OLD, "member_birth_date": "1950-01-01"}], "inc_other": 0})
    assert "80" in found["elder_bonus"].reason.zh
    assert "75" in found["elder_bonus"].reason.zh
    assert found["elder_bonus"].reason.en
    assert next(need.paper.id for need in found["dibao"].papers) == "id_card"


def test_what_starts_by_itself_is_not_offered(catalogue, form):
    offered = standing(catalogue, form, {})
    assert all({"application", "discovery"} & set(look.item.starts) for look in offered.values())


def test_a_sum_given_as_a_whole_is_no_answer_in_the_application(form):
    assert carried(form, {"inc_other": 5, "app_urgent": True, "members": [OLD]}) == {"members": [OLD]}
