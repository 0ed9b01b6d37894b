"""Rules as sentences and as pieces: every rule of the city can be read; what pieces make is what was meant."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.catalogue.documents import read_directory
from portal.catalogue.sentences import sentence, words_of
from portal.db import db
from portal.proposals import queries
from portal.proposals.models import Proposal
from portal.studio.pieces import OPERATORS, Piece, kinds_of, pieces_of, rule_of
from tests.factories import post
from tests.studio.test_proposal_pages import begun, people, token_of  # noqa: F401 - people is a fixture

SOURCE, _ = read_directory()
WORDS = words_of(SOURCE)
KINDS = kinds_of(SOURCE, WORDS)
RULES = [(d["slug"], r["id"], r["when"]) for _, d in SOURCE.of_kind("items") for r in d["rules"]]
CHINESE = re.compile(r"[\u3400-\u9fff]")


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        ({"<": [{"var": "d_income_pc_month"}, {"param": "p_dibao"}]}, "家庭人均月收入低于最低生活保障标准", "is below"),
        ({">": [{"var": "med_self_paid"}, 5000]}, "政策范围内个人自付超过50.00 元", "above 50.00 yuan"),
        ({"var": "auth_signed"}, "核对授权委托书已签:是", ": yes"),
        ({"not": {"var": "member_in_school"}}, "在校:否", ": no"),
        ({"status": "s_dibao"}, "已认定为低保对象", "is recognised as"),
        ({"in": [{"var": "member_school_stage"}, ["1", "2"]]}, "就学阶段属于小学、初中", "is one of primary, junior high"),
        ({"any": ["members", {">=": [{"age": {"var": "member_birth_date"}}, 80]}]}, "至少一名成员:年龄(出生日期)不低于80", "at least one member"),
        ({"/": [{"var": "d_income_year"}, 12]}, "家庭年收入 ÷ 12", "÷ 12"),
        ({"unheard_of": [1]}, "unheard_of(1)", "unheard_of(1)"),
        (17, "17", "17"),
    ],
)  # fmt: skip
def test_a_rule_reads_as_a_sentence(rule, zh, en):
    told = sentence(rule, WORDS)
    assert told.zh == zh
    assert en in told.en


@pytest.mark.parametrize(("slug", "rule_id", "when"), RULES)
def test_every_rule_of_the_city_is_told_in_both_languages(slug, rule_id, when):
    told = sentence(when, WORDS)
    assert told.zh
    assert not CHINESE.search(told.en)
    assert not re.search(r"\b(d|p|s|x|m|hh|inc|exp)_[a-z_]+", told.zh + told.en)


def test_most_rules_are_pieces_and_pieces_say_the_same_rule():
    built = [(when, pieces_of(when, KINDS)) for *_, when in RULES]
    assert sum(found is not None for _, found in built) > len(built) * 0.7
    for when, found in built:
        if found is not None:
            assert rule_of(*found, KINDS) == (when, [])


@given(st.recursive(st.integers() | st.text(max_size=5) | st.none() | st.booleans(), lambda x: st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(["and", "or", "not", "var", "<", "any", "age", "present", "?"]), x, max_size=2), max_leaves=12))  # fmt: skip
def test_anything_can_be_told_and_nothing_is_bent_into_pieces(rule):
    assert isinstance(sentence(rule, WORDS).zh, str)
    found = pieces_of(rule, KINDS)
    assert found is None or rule_of(*found, KINDS)[0] == rule


@pytest.mark.parametrize(
    ("piece", "field"),
    [
        (Piece(subject="nothing", operator="yes"), "subject"),
        (Piece(subject="auth_signed", operator="<", value="3"), "operator"),
        (Piece(subject="inc_other", operator="<"), "value"),
        (Piece(subject="inc_other", operator="<", value="viel"), "value"),
        (Piece(subject="member_school_stage", operator="==", value="幼儿园大班"), "value"),
    ],
)
def test_a_piece_that_says_nothing_is_refused_at_its_field(piece, field):
    _, (fault,) = rule_of("and", [piece], KINDS)
    assert fault.question == f"0.{field}"
    assert fault.message.zh
    assert fault.message.en


def test_only_legal_comparisons_are_offered():
    assert set(KINDS.of.values()) <= set(OPERATORS)


@pytest.fixture
def ann(people):  # noqa: F811
    client = people[0]
    client.place = f"/studio/{begun(client)}/items/heating_aid"
    return client


def item(app, client):
    with app.app_context():
        proposal = db.session.get(Proposal, int(client.place.split("/")[2]))
        return queries.document(db.session(), proposal, "form_schemas/items/heating_aid.json")


def pieces(*rows, joiner="and"):
    found = {"joiner": joiner, "_how": "pieces"}
    for at, row in enumerate(rows):
        found |= {f"piece.{at}.{name}": value for name, value in row.items()}
    return found


NEW = {
    "id": "RH",
    "title.zh": "取暖支出超过五百元",
    "title.en": "Heating above 500 yuan",
    "scope": "application",
    "on_fail": "reject",
}


def test_a_rule_is_built_from_pieces_and_its_questions_are_asked(app, ann):
    place = f"{ann.place}/rules/new"
    row = {"subject": "exp_care", "operator": ">", "value": "500", "quantifier": "", "standard": ""}
    blank = {"subject": "", "operator": "yes", "value": "", "quantifier": "", "standard": ""}
    typed = NEW | pieces(row, blank) | {"_token": token_of(ann, place)}
    assert post(ann, place, typed).status_code == 303
    made = item(app, ann)
    rule = next(one for one in made["rules"] if one["id"] == "RH")
    assert rule["when"] == {">": [{"var": "exp_care"}, 50000]}
    assert (rule["clause"], rule["basis"]) == (None, "to be confirmed")
    assert "exp_care" in made["questions"]
    assert "超过500.00 元" in ann.get(f"{ann.place}/rules").text


def test_a_rule_keeps_its_place_when_it_is_edited_and_can_go(app, ann):
    before = [rule["id"] for rule in item(app, ann)["rules"]]
    place = f"{ann.place}/rules/{before[0]}"
    row = {"subject": "d_in_city", "operator": "yes", "value": "", "quantifier": "", "standard": ""}
    typed = NEW | {"id": before[0]} | pieces(row) | {"_token": token_of(ann, place)}
    assert post(ann, place, typed).status_code == 303
    assert [rule["id"] for rule in item(app, ann)["rules"]] == before
    assert post(ann, f"{place}/remove", {"_token": token_of(ann, place)}).status_code == 303
    assert [rule["id"] for rule in item(app, ann)["rules"]] == before[1:]


def test_what_is_wrong_is_told_and_everything_typed_is_still_there(app, ann):
    place = f"{ann.place}/rules/new"
    row = {"subject": "inc_other", "operator": "<", "value": "viel", "quantifier": "", "standard": ""}
    answer = post(ann, place, NEW | {"id": "R1"} | pieces(row, joiner="or") | {"_token": token_of(ann, place)})
    assert answer.status_code == 422
    for words in ("这个编号已有", "请填数字", 'value="viel"', "取暖支出超过五百元"):
        assert words in answer.text
    bad = NEW | {"_how": "written", "written": "{", "_token": token_of(ann, place)}
    assert post(ann, place, bad).status_code == 422


def test_the_amount_is_a_standard_a_document_or_nothing(app, ann):
    place = f"{ann.place}/rules"
    for typed, amount in (
        ({"how": "standard", "standard": "p_dibao"}, {"param": "p_dibao"}),
        ({"how": "written", "written": '{"*": [{"param": "p_dibao"}, 2]}'}, {"*": [{"param": "p_dibao"}, 2]}),
        ({"how": "none"}, None),
    ):
        assert post(ann, f"{place}/amount", typed | {"_token": token_of(ann, place)}).status_code == 303
        assert item(app, ann)["benefit"].get("amount") == amount
    assert (
        post(ann, f"{place}/amount", {"how": "written", "written": "{", "_token": token_of(ann, place)}).status_code
        == 422
    )
