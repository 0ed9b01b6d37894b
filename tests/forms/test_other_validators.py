"""The composed schema means the same to other validators as to the engine, except for what only the engine can know."""

import copy
import json
from pathlib import Path

import fastjsonschema
import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.forms import validate
from portal.forms.sentences import BEYOND_SCHEMA

jsonschema_rs = pytest.importorskip("jsonschema_rs")

SPOILS = [
    None,
    True,
    False,
    0,
    1,
    1.0,
    -5,
    1.5,
    10**14,
    "",
    "x",
    "x\n",
    "110105194912310021",
    "E123",
    [],
    ["x"],
    {},
    "2011-02-30",
]
SPOILS += [
    "self",
    "agent",
    ["dibao"],
    ["medical_aid", "medical_aid"],
    "rented",
    "2011-05-01",
    "13800138000",
    "111",
    "414",
    7.0,
]
# Conditions about ages, and those that join a row with the whole form, have no schema.
ENGINE_ONLY = {"member_guardian_name", "house_lease_end"}


@pytest.fixture(scope="module")
def validators(form):
    reference = jsonschema.Draft202012Validator(form.schema)
    fast = fastjsonschema.compile(dict(form.schema) | {"$schema": "http://json-schema.org/draft-07/schema#"})
    rust = jsonschema_rs.Draft202012Validator(dict(form.schema))

    def fast_accepts(answers):
        try:
            fast(copy.deepcopy(answers))
        except fastjsonschema.JsonSchemaValueException:
            return False
        return True

    return {"jsonschema": reference.is_valid, "fastjsonschema": fast_accepts, "jsonschema_rs": rust.is_valid}


def spoil(answers, places, values):
    for (group, question), value in zip(places, values, strict=True):
        target = answers if group is None else answers[group][0] if isinstance(answers.get(group), list) else None
        if isinstance(target, dict):
            if value == "drop":
                target.pop(question, None)
            else:
                target[question] = value
    return answers


def beyond(error):
    return error.code in BEYOND_SCHEMA or error.question in ENGINE_ONLY


DOCUMENTS = json.loads((Path(__file__).parent / "small_bank.json").read_text(encoding="utf-8"))
PLACES = [
    (section["group"] if section["group"] in {"members", "houses"} else None, question["id"])
    for section in DOCUMENTS["sections"]
    if section["form"] == "application"
    for question in section["questions"]
]
PLACES += [(None, "stranger"), ("members", "stranger"), ("members", "row_id"), (None, "houses")]
spoils = st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from([*SPOILS, "drop"])), min_size=1, max_size=3)


@settings(max_examples=400, deadline=None)
@given(spoilt=spoils)
def test_all_validators_agree_with_the_engine(composed, env, sample, validators, spoilt):
    form, answers = composed(), copy.deepcopy(sample)
    chosen, values = [place for place, _ in spoilt], [copy.deepcopy(value) for _, value in spoilt]
    spoil(answers, chosen, values)
    errors = validate(form, answers, env)
    for name, accepts in validators.items():
        if not errors:
            assert accepts(answers), (name, chosen, values)
        elif not all(beyond(error) for error in errors):
            assert not accepts(answers), (name, chosen, values, errors)


def test_a_line_end_after_a_number_passes_nowhere(validators, household):
    for question in ("applicant_id_no", "applicant_phone", "pay_account_no", "hh_hukou_region", "applicant_sign"):
        spoilt = household | {question: f"{household[question]}\n"}
        assert {name: accepts(spoilt) for name, accepts in validators.items()} == dict.fromkeys(validators, False)


def test_conditional_requirements_reach_other_validators(validators, household):
    for change in ({"app_mode": "village"}, {"inc_other": 1}):
        assert not any(accepts(household | change) for accepts in validators.values())
    del household["members"][1]["member_disability_grade"]
    assert not any(accepts(household) for accepts in validators.values())
