"""Which papers a family must bring: three always, the others only when a condition that is written down holds."""

from datetime import date

import pytest

from portal.catalogue.papers import THREE, papers_for

DAY = date(2022, 6, 1)


@pytest.fixture
def needs(shipped_release):
    catalogue = shipped_release.catalogue

    def of(items, **facts):
        return {need.paper.id: need for need in papers_for(catalogue, items, catalogue.environment(facts, DAY))}

    return of


def test_a_usual_family_must_bring_three(needs):
    certain = [name for name, need in needs(["dibao", "education_aid"]).items() if need.certain]
    assert certain == list(THREE)


def test_what_is_asked_for_twice_is_brought_once(needs):
    assert needs(["dibao", "education_aid"])["id_card"].items == ("dibao", "education_aid")


@pytest.mark.parametrize(
    ("facts", "there", "certain"),
    [
        ({}, True, False),
        ({"housing_need": "rent_subsidy"}, True, True),
        ({"housing_need": "public_rental"}, False, False),
    ],
)
def test_a_condition_decides_when_it_can(needs, facts, there, certain):
    found = needs(["housing_aid"], **facts).get("lease")
    assert (found is not None) is there
    assert found is None or found.certain is certain


def test_a_paper_without_a_written_condition_is_never_a_must(needs, shipped_release):
    everything = needs(list(shipped_release.catalogue.items))
    for name, need in everything.items():
        assert not need.certain or name in THREE


def test_what_the_platform_fetches_is_not_asked_of_anybody(needs, shipped_release):
    assert all(need.paper.who == "citizen" for need in needs(list(shipped_release.catalogue.items)).values())
