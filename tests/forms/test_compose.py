"""Composing: every question once, only what the chosen items need, and a schema any validator understands."""

import json

import jsonschema
import pytest

from portal.forms import Bank, Question, compose, needed_by, portability_fault, separate_counts


def test_the_same_question_is_asked_once_and_the_saving_is_reported(form):
    assert form.report["asked"] == len(form.questions) == 35
    assert form.report["separate_sum"] == sum(separate_counts(form).values()) == 32 + 28 + 25
    assert form.report["typed"] + form.report["prefilled"] == form.report["asked"]
    assert form.report["shared"]["inc_wage_local"] == ["dibao", "medical_aid"]
    assert "med_patient" not in form.report["shared"]


def test_questions_of_items_nobody_chose_are_not_asked(bank, needs):
    small = compose(bank, {"tekun": needs["tekun"]})
    assert "inc_wage_local" not in small.questions
    assert "income" not in {group.section for group in small.layout.groups}
    assert "code_sex" in small.schema["$defs"]
    assert compose(bank, {}).questions.keys() == set(bank.application.core)


def test_the_layout_keeps_its_order_and_names_only_what_the_schema_has(form):
    assert next(iter(form.questions)) == "app_mode"
    assert list(form.questions)[-1] == "applicant_sign"
    for group in form.layout.to_json()["elements"]:
        for control in group["elements"]:
            node = form.schema
            for step in control["scope"].removeprefix("#/").split("/"):
                node = node[step]
            assert node["title"]


def test_a_question_the_layout_forgot_is_asked_at_the_end_of_its_section(bank, needs):
    documents = bank.application
    bare = type(documents)(documents.id, documents.title, documents.core, documents.layout.only({"member_name"}))
    form = compose(Bank(bank.questions, bank.sections, bank.code_lists, bare, bank.home_visit), needs)
    assert form.questions.keys() == compose(bank, needs).questions.keys()
    member = next(group for group in form.layout.groups if group.section == "member")
    assert member.controls[0].question == "member_name"
    assert len(member.controls) > 1


def test_who_uses_a_question(form):
    assert needed_by(form, "med_patient") == ("medical_aid",)
    assert needed_by(form, "applicant_name") == ("dibao", "medical_aid", "tekun")


def test_the_home_visit_asks_its_own_questions(visit):
    assert "inc_wage_local" not in visit.questions
    assert {"v_adl_eat", "visitor1_name", "member_name"} <= visit.questions.keys()


@pytest.mark.parametrize("which", ["form", "visit"])
def test_the_schema_is_a_valid_2020_12_schema_with_plain_patterns(which, request):
    schema = request.getfixturevalue(which).schema
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    assert json.loads(json.dumps(schema)) == schema
    for name, pattern in patterns_of(schema):
        assert portability_fault(pattern) is None, name


def patterns_of(node, name=""):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "pattern" and isinstance(value, str) and value.startswith("^"):
                yield name, value
            else:
                yield from patterns_of(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from patterns_of(value, name)


@pytest.mark.parametrize("pattern", [r"^\d+$", r"^\w$", "[0-9]+", "^a", r"^a\Z$", "^(?=a)b$", "^(?i)a$", "^[$"])
def test_patterns_that_differ_between_validators_are_named(pattern):
    assert portability_fault(pattern) is not None


@pytest.mark.parametrize("pattern", ["^[0-9]{10,13}$", "^[0-9X]{18}[1-7](?:B[0-9])?$", r"^[a-z]\.[a-z]$"])
def test_portable_patterns_pass(pattern):
    assert portability_fault(pattern) is None


def test_an_unknown_question_or_type_is_refused(bank):
    with pytest.raises(ValueError, match="member_incom"):
        compose(bank, {"dibao": ("member_incom",)})
    title = {"zh": "甲", "en": "a"}
    with pytest.raises(ValueError, match="no type"):
        Question.of({"id": "a", "type": "colour", "title": title, "forms": ["application"]}, "app", "application")


def test_a_question_that_stands_twice_is_refused(bank):
    title = {"zh": "甲", "en": "a"}
    question = {"id": "a", "type": "text", "title": title, "forms": ["application"]}
    section = {"title": title, "form": "application", "group": "application", "questions": [question]}
    empty = {"id": "application", "title": title, "core": [], "layout": {"type": "Form", "elements": []}}
    with pytest.raises(ValueError, match="stands in one as well"):
        Bank.of([section | {"section": "one"}, section | {"section": "two"}], [], empty, empty)
