"""Whatever arrives, the answer is a list of clean errors, and soon."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.forms import compute, facts_of, hidden, normalise, prefill, prune, validate, warnings

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = [
    "app_mode",
    "app_items",
    "members",
    "houses",
    "hh_size",
    "member_name",
    "member_id_no",
    "inc_wage_local",
    "row_id",
]
NAMES += ["file_medical", "pay_account_no", "applicant_id_no", "applicant_id_type", "med_patient", "member_birth_date"]


def deep(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (None, "not_answers"),
        ([], "not_answers"),
        ("x", "not_answers"),
        ({1: 2}, "not_answers"),
        ({"k" * 300: 2}, "not_answers"),
        ({"app_mode": deep(100_000)}, "too_deep"),
        ({"members": [{}] * 1_000_000}, "too_large"),
        ({"members": [{}] * 19_000}, "too_many_rows"),
        ({"app_reason_text": "x" * 10_001}, "too_large"),
        ({"members": [{"member_name": ["x"] * 15_000}, {"member_name": ["x"] * 15_000}]}, "too_large"),
        ({"members": {"0": {}}}, "not_rows"),
        ({"members": ["x"]}, "not_a_row"),
        ({"members": [{"row_id": "m1"}, {"row_id": "m1"}]}, "row_id"),
        ({"members": [{"row_id": "<m>"}]}, "row_id"),
        ({"__proto__": 1}, "unknown"),
        ({"a/b~c": 1}, "unknown"),
        ({"\ud800": 1}, "unknown"),
    ],
)
def test_hostile_answers_get_a_clean_error_quickly(form, env, answers, code):
    started = time.perf_counter()
    errors = validate(form, answers, env)
    assert code in {error.code for error in errors}
    assert len(errors) <= 200
    for error in errors:
        error.message.zh.encode()
    assert time.perf_counter() - started < 0.5


def test_a_pointer_is_escaped(form, env):
    assert "/a~1b~0c" in {error.pointer for error in validate(form, {"a/b~c": 1}, env)}


@settings(max_examples=150, deadline=None)
@given(answers=st.dictionaries(st.sampled_from(NAMES), json_values, max_size=8))
def test_no_json_makes_the_engine_fail(composed, env, answers):
    form = composed()
    for clean in (answers, normalise(form, answers)):
        validate(form, clean, env)
        warnings(form, clean)
    if not validate(form, answers, env):
        prune(form, answers, env)


@settings(max_examples=150, deadline=None)
@given(row=st.dictionaries(st.sampled_from(NAMES), json_values, max_size=8), other=json_values)
def test_no_row_makes_the_engine_fail(composed, env, row, other):
    form = composed()
    answers = normalise(form, {"members": [row, other], "app_mode": other})
    validate(form, answers, env)
    pruned = prune(form, answers, env)
    assert prune(form, pruned, env) == pruned
    hidden(form, answers, env)
    facts_of(form, answers, env)
    compute(form, answers, env)
    prefill(form, {"C01": {"members": [row]}}, answers)
