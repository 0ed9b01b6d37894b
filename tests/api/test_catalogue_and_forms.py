"""The catalogue, the composed forms, judging and planning: what programs read before they send anything."""

from __future__ import annotations

import json
from pathlib import Path

import fastjsonschema
import jsonschema
import pytest
from click.testing import CliRunner

from portal.cli import cli

jsonschema_rs = pytest.importorskip("jsonschema_rs")
FAMILY = json.loads((Path(__file__).parent.parent / "catalogue/data/example_family.json").read_text(encoding="utf-8"))


def test_the_catalogue_lists_every_item_with_its_department(program, shipped_release):
    found = program("clerk").get("/catalogue").json
    assert found["release"] == shipped_release.id
    assert [item["slug"] for item in found["items"]] == list(shipped_release.catalogue.items)
    assert {item["department"] for item in found["items"]} <= {d["code"] for d in found["departments"]}
    assert all(item["title"]["zh"] and item["title"]["en"] for item in found["items"])


def test_the_catalogue_is_sent_once_and_then_only_confirmed(program):
    clerk = program("clerk")
    first = clerk.get("/catalogue")
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = clerk.get("/catalogue", If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert clerk.get("/catalogue", If_None_Match='"another"').status_code == 200


def test_an_item_says_what_it_asks_and_rests_on(program):
    item = program("clerk").get("/catalogue/items/dibao").json
    assert item["rules"]
    assert item["questions"]
    assert item["working_days"]["before"] > item["working_days"]["after"]
    missing = program("clerk").get("/catalogue/items/dibaa")
    assert missing.status_code == 404
    assert "dibao" in missing.json["zh"]


def test_nothing_is_given_to_nobody(program):
    for path in ("/catalogue", "/catalogue/items/dibao", "/tasks", "/applications/x", "/forms/application?items=dibao"):
        answer = program().get(path)
        assert (answer.status_code, answer.json["type"]) == (401, "urn:portal:login-needed")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert program().post("/eligibility", {"facts": {}}).status_code == 401


@pytest.mark.parametrize("which", ["application", "home-visit"])
def test_a_form_is_standard_json_schema_for_other_validators(program, which):
    form = program("clerk").get(f"/forms/{which}?items=dibao,education_aid,housing_aid").json
    schema = form["schema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    fastjsonschema.compile(schema | {"$schema": "http://json-schema.org/draft-07/schema#"})
    jsonschema_rs.Draft202012Validator(schema)
    asked = {
        control["scope"].rpartition("/")[2] for group in form["layout"]["elements"] for control in group["elements"]
    }
    assert form["report"]["asked"] == len(asked)
    assert form["report"]["separate_sum"] > form["report"]["asked"]
    assert form["items"] == ["dibao", "education_aid", "housing_aid"]


def test_the_answers_of_a_family_fit_the_form(program, family):
    schema = program("clerk").get("/forms/application?items=dibao,education_aid,housing_aid").json["schema"]
    assert "unevaluatedProperties" in schema
    wrong = {e.validator for e in jsonschema.Draft202012Validator(schema).iter_errors({**family, "stranger": 1})}
    assert wrong & {"unevaluatedProperties", "additionalProperties"}


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("items=", 400), ("items=nothing", 404), ("items=dibao&items=dibao", 400), ("item=dibao", 400)],
)
def test_a_form_needs_items_that_exist(program, query, status):
    answer = program("clerk").get(f"/forms/application?{query}")
    assert answer.status_code == status
    if query == "item=dibao":
        assert "items" in answer.json["errors"][0]["en"]


def test_judging_gives_what_the_command_line_prints(program, tmp_path):
    file = tmp_path / "facts.json"
    file.write_text(json.dumps(FAMILY["facts"]), encoding="utf-8")
    printed = CliRunner().invoke(cli, ["rules", "evaluate", "--facts", str(file), "--on", FAMILY["on"]])
    assert printed.exit_code == 0, printed.output
    answer = program("clerk").post("/eligibility", {"facts": FAMILY["facts"], "on": FAMILY["on"]})
    assert answer.json == json.loads(printed.stdout)


def test_facts_that_cannot_be_meant_are_named(program):
    facts = {"member_incom": 1, "members": [{"member_birth_date": "yesterday"}], "d_household_size": 3}
    answer = program("clerk").post("/eligibility", {"facts": facts})
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json["errors"]} == {
        "/facts/member_incom",
        "/facts/members/0/member_birth_date",
        "/facts/d_household_size",
    }


def test_a_plan_says_what_waits_what_excludes_and_what_it_saves(program):
    plan = program("clerk").post("/plan", {"items": ["dibao", "education_aid", "housing_aid"]}).json
    waits = {step["item"]: step["waits_for"] for step in plan["steps"]}
    assert waits["education_aid"] == ["dibao"]
    assert {measure["name"] for measure in plan["savings"]} >= {"questions", "papers", "days_mean", "trips"}
    assert all(measure["definition"]["zh"] and measure["definition"]["en"] for measure in plan["savings"])
    alone = program("clerk").post("/plan", {"items": ["education_aid"], "recognised": ["s_dibao"]}).json
    assert alone["steps"][0]["unmet"] == []
