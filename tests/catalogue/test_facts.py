"""Facts from outside are read strictly: a misspelt name or a wrong kind of value is told, never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.catalogue.facts import FactNames, faults_of

NAMES = FactNames(
    types={"hh_size": "integer", "inc_wage": "money", "member_name": "text", "born": "date", "kind": "choices", "ok": "boolean"},
    groups={"hh_size": "application", "inc_wage": "application", "member_name": "members", "born": "members"},
    statuses=frozenset({"s_dibao"}),
    derived=frozenset({"d_income"}),
    read_by_rules=frozenset({"hh_size", "d_income", "x_requested_amount"}),
)  # fmt: skip


def faults(facts):
    return [(fault.pointer, fault.message.en) for fault in faults_of(facts, NAMES, "f.json")]


def test_facts_as_the_contract_describes_them_have_no_fault():
    assert not faults(
        {
            "hh_size": 2,
            "inc_wage": None,
            "s_dibao": True,
            "x_requested_amount": 100000,
            "x_has_file_diagnosis": False,
            "kind": ["a"],
            "members": [{"row_id": "m1", "member_name": "张三", "born": "2000-02-29", "s_dibao": True}],
            "houses": [],
            "vehicles": None,
        }
    )


@pytest.mark.parametrize(
    ("facts", "pointer", "words"),
    [
        ({"hh_sise": 2}, "/hh_sise", "no fact 'hh_sise'"),
        ({"d_income": 2}, "/d_income", "never given"),
        ({"hh_size": "2"}, "/hh_size", "whole number"),
        ({"hh_size": True}, "/hh_size", "whole number"),
        ({"inc_wage": 12.5}, "/inc_wage", "whole number of 分"),
        ({"ok": 1}, "/ok", "true or false"),
        ({"kind": "a"}, "/kind", "list of codes"),
        ({"s_dibao": "yes"}, "/s_dibao", "true or false"),
        ({"born": "2001-02-29"}, "/born", "a date"),
        ({"members": {"member_name": "x"}}, "/members", "list of objects"),
        ({"members": [1]}, "/members", "list of objects"),
        ({"members": [{}] * 201}, "/members", "not more than 200"),
        ({"members": [{}, {"born": 7}]}, "/members/1/born", "a date"),
        ({"houses": [{"member_name": "x"}]}, "/houses/0/member_name", "rows of 'members'"),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_place(facts, pointer, words):
    ((where, message),) = faults(facts)
    assert where == pointer
    assert words in message


def test_a_misspelt_name_comes_with_what_was_meant():
    (fault,) = faults_of({"hh_sise": 2}, NAMES, "f.json")
    assert "'hh_size'" in fault.suggestion.en
    assert "“hh_size”" in fault.suggestion.zh


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*NAMES.types, "members", "zzz"]), inner)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from([*NAMES.types, "members", "houses", "s_dibao", "zzz"]), JSON))
def test_any_json_gives_findings_and_never_an_exception(facts):
    for fault in faults_of(facts, NAMES, "f.json"):
        assert fault.pointer
        assert fault.message.zh
