"""The catalogue that comes with the software is in order, says what the pack says, and no damage to it goes unseen."""

from __future__ import annotations

import copy

import pytest

from portal.catalogue.checks import check, check_meaning
from portal.catalogue.documents import read_directory
from portal.catalogue.planning import plan
from portal.catalogue.reading import read
from portal.catalogue.release import build
from portal.catalogue.savings import savings

ITEMS = "form_schemas/items"


@pytest.fixture(scope="module")
def source():
    found, findings = read_directory()
    assert findings == ()
    return found


@pytest.fixture(scope="module")
def catalogue(source):
    return read(source)


def spoiled(source, file, change):
    document = copy.deepcopy(source.documents[file])
    change(document)
    return source.replace({file: document})


def places(findings):
    return {(finding.file, finding.pointer) for finding in findings}


def test_it_has_no_fault(source):
    assert check(source) == ()


def test_it_holds_what_the_reform_promised_to_hold(catalogue):
    assert len(catalogue.items) == 38
    assert len(catalogue.departments) == 21
    assert len(catalogue.comparisons) == 25
    assert {item.department for item in catalogue.items.values()} <= set(catalogue.departments)


def test_the_promise_comes_out_as_the_reform_published_it(catalogue):
    measures = {measure.name: measure for measure in savings(catalogue)}
    assert (measures["days_mean"].separate, measures["days_mean"].together) == (16.0, 8.0)
    assert (measures["paper_kinds"].separate, measures["paper_kinds"].together) == (105, 66)
    assert (measures["paper_kinds"].saved, measures["paper_kinds"].percent) == (39, 37.1)
    assert measures["questions"].together < measures["questions"].separate / 5


def test_every_item_can_be_composed_judged_and_planned(catalogue):
    for slug, item in catalogue.items.items():
        form = catalogue.form("application", [slug])
        assert set(item.questions) <= set(form.questions)
        assert plan(catalogue, [slug]).promised_days == float(item.time_limit.after)
        assert item.workflow in catalogue.workflows


def test_a_deleted_question_is_missed_by_every_item_that_asks_it(source, catalogue):
    def drop(document):
        document["questions"] = [q for q in document["questions"] if q["id"] != "hh_size"]

    home = next(path for path, s in source.of_kind("questions") if any(q["id"] == "hh_size" for q in s["questions"]))
    findings = check_meaning(spoiled(source, home, drop))
    losers = {file.removeprefix(f"{ITEMS}/").removesuffix(".json") for file, _ in places(findings) if "/items/" in file}
    assert losers >= set(catalogue.needed_by("hh_size"))
    assert "form_schemas/application.json" in {file for file, _ in places(findings)}


def test_a_misspelt_parameter_is_missed_by_every_rule_that_reads_it(source):
    def misspell(document):
        next(p for p in document["parameters"] if p["id"] == "p_dibao")["id"] = "p_dibau"

    findings = check_meaning(spoiled(source, "form_schemas/parameters.json", misspell))
    assert any(f.file == f"{ITEMS}/dibao.json" and f.pointer.startswith("/benefit/amount") for f in findings)
    assert all("'p_dibau'" in f.suggestion.en for f in findings if "parameter 'p_dibao'" in f.message.en)


def test_an_item_without_examples_is_advised_to_have_some_and_can_be_published(source):
    without = source.replace({"form_schemas/examples/dibao.json": None})
    (finding,) = check(without)
    assert (finding.file, finding.pointer, finding.advice) == ("form_schemas/examples/dibao.json", "/examples", True)
    assert "dibao" in build(without).catalogue.items


def test_an_item_that_needs_an_unknown_workflow_hears_the_right_name(source):
    def rename(document):
        document["workflow"] = "basic_livin"

    (finding,) = check_meaning(spoiled(source, f"{ITEMS}/dibao.json", rename))
    assert (finding.pointer, finding.suggestion.en) == ("/workflow", "Did you mean 'basic_living'?")


def test_a_standard_that_changes_makes_the_examples_speak(source):
    def raise_standard(document):
        dibao = next(p for p in document["parameters"] if p["id"] == "p_dibao")
        dibao["values"] = [{**value, "value": value["value"] + 100} for value in dibao["values"]]

    findings = check(spoiled(source, "form_schemas/parameters.json", raise_standard))
    assert any(finding.file == "form_schemas/examples/dibao.json" for finding in findings)


def test_a_new_item_with_a_new_question_is_a_matter_of_files(source):
    item = copy.deepcopy(source.documents[f"{ITEMS}/tv_cut.json"])
    item |= {"slug": "broadband_cut", "code": "SQ39", "questions": [*item["questions"], "has_broadband"]}
    families = {**copy.deepcopy(source.documents["form_schemas/examples/tv_cut.json"]), "item": "broadband_cut"}
    section = {
        "section": "broadband",
        "title": {"zh": "宽带", "en": "Broadband"},
        "form": "application",
        "group": "application",
        "questions": [
            {
                "id": "has_broadband",
                "type": "boolean",
                "title": {"zh": "家中有宽带", "en": "There is broadband at home"},
                "forms": ["application"],
                "required": False,
                "sensitivity": "none",
            }
        ],
    }
    wider = source.replace(
        {
            f"{ITEMS}/broadband_cut.json": item,
            "form_schemas/examples/broadband_cut.json": families,
            "form_schemas/questions/broadband.json": section,
        }
    )
    assert check(wider) == ()
    catalogue = read(wider)
    form = catalogue.form("application", ["broadband_cut"])
    assert "has_broadband" in {control.question for control in form.layout.controls()}
    assert "broadband_cut" in catalogue.bank.code_lists["items"].values
