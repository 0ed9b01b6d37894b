"""What a choice of items means: order, exclusions, promised days, and the saving with its definition."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from portal.catalogue.planning import exclusions_between, plan
from portal.catalogue.reading import read
from portal.catalogue.savings import DEFINITIONS, savings
from portal.errors import Refused


@pytest.fixture
def catalogue(small):
    return read(small)


def test_an_item_waits_for_the_chosen_item_that_grants_what_it_needs(catalogue):
    steps = {step.item: step for step in plan(catalogue, ["education_aid", "dibao"]).steps}
    assert steps["education_aid"].waits_for == ("dibao",)
    assert steps["education_aid"].unmet == ()
    assert steps["dibao"].waits_for == ()


def test_a_need_that_nobody_fulfils_is_named(catalogue):
    (step,) = plan(catalogue, ["education_aid"]).steps
    assert step.waits_for == ()
    assert step.unmet == ("s_dibao",)


def test_a_recognition_in_force_fulfils_the_need(catalogue):
    (step,) = plan(catalogue, ["education_aid"], recognised={"s_dibao"}).steps
    assert step.unmet == ()


def test_items_are_prepared_in_parallel_so_the_last_limit_is_the_promise(catalogue):
    assert plan(catalogue, ["education_aid", "dibao"]).promised_days == 15


def test_a_plan_offers_what_may_be_asked_together(catalogue):
    assert plan(catalogue, ["dibao"]).could_add == ("education_aid",)
    assert plan(catalogue, ["dibao", "education_aid"]).could_add == ()


def test_two_items_that_exclude_each_other_close_the_later_one_with_a_reason(catalogue):
    (exclusion,) = exclusions_between(catalogue, ["near_dibao", "dibao", "education_aid"])
    assert (exclusion.kept, exclusion.closed) == ("dibao", "near_dibao")
    assert "cannot be received together" in exclusion.sentence.en


def test_an_unknown_item_is_refused_with_what_was_meant(catalogue):
    with pytest.raises(Refused) as refusal:
        catalogue.item("dibau")
    assert "'dibao'" in refusal.value.text.en
    assert "“dibao”" in refusal.value.text.zh


def test_the_saving_counts_both_ways_and_says_what_it_counts(catalogue):
    measures = {measure.name: measure for measure in savings(catalogue, ["dibao", "education_aid"])}
    assert set(measures) == set(DEFINITIONS)
    assert (measures["papers"].separate, measures["papers"].together) == (4, 1)
    assert (measures["paper_kinds"].separate, measures["paper_kinds"].together) == (2, 1)
    assert (measures["trips"].separate, measures["trips"].together) == (2, 1)
    assert (measures["days_mean"].separate, measures["days_mean"].together) == (22.5, 13.5)
    # Education aid could only be asked for after 25 days of minimum living: 25 + 20.
    assert (measures["days_last"].separate, measures["days_last"].together) == (45, 15)
    # hh_size, inc_wage and the two member questions; hh_size, inc_wage, inc_rent and member_name: 8, together 5.
    assert (measures["questions"].separate, measures["questions"].together) == (8, 5)
    assert measures["questions"].saved == 3
    assert measures["questions"].percent == 37.5
    assert all(measure.definition.zh and measure.definition.en for measure in measures.values())


def test_a_standard_has_the_value_of_the_day(catalogue):
    assert catalogue.parameters_on(date(2021, 6, 30))["p_dibao"] == Fraction(61000)
    assert catalogue.parameters_on(date(2021, 7, 1))["p_dibao"] == Fraction(62000)
    assert catalogue.parameters_on(date(2019, 1, 1)) == {}


def test_recognitions_are_read_from_the_facts_or_given(catalogue):
    day = date(2022, 6, 1)
    assert catalogue.judge({"s_dibao": True}, day, ["education_aid"])["education_aid"].outcome == "eligible"
    given = catalogue.judge({}, day, ["education_aid"], statuses={"s_dibao": False})
    assert given["education_aid"].outcome == "not_eligible"
    assert catalogue.judge({}, day, ["education_aid"])["education_aid"].outcome == "undetermined"


def test_a_form_is_composed_once_per_choice(catalogue):
    assert catalogue.form("application", ["dibao", "near_dibao"]) is catalogue.form(
        "application", ["near_dibao", "dibao", "dibao"]
    )
    assert catalogue.form("home-visit", ["dibao"]) is catalogue.form("home_visit", ["dibao"])


def test_a_question_knows_who_needs_it(catalogue):
    assert catalogue.needed_by("inc_rent") == ("education_aid",)
    assert catalogue.needed_by("v_food_store") == ("dibao", "education_aid", "near_dibao")


def test_the_working_calendar_comes_from_the_catalogue(catalogue):
    assert not catalogue.calendar.is_working(date(2022, 1, 3))
    assert catalogue.calendar.is_working(date(2022, 1, 29))
