"""What holds for every rule and all facts: it never raises, more knowledge never unsays a thing, compiling changes nothing."""

from __future__ import annotations

import copy
import json
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from portal.rules import Environment, Undetermined, near_miss_in_words, parse, trace
from portal.rules.explaining import near_miss_of
from portal.values import round_fen
from tests.rules.naive import UNKNOWN, naive

NAMES = ("a", "b", "c", "born", "s_one", "p_one")
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
SCALARS = (
    st.none() | st.booleans() | st.integers(-10**6, 10**6) | st.floats(width=32) | st.sampled_from(["1", "2", "x", "", "3213"])
    | DAYS.map(str) | st.lists(st.sampled_from(["1", "2"]), max_size=2)
)  # fmt: skip
ROWS = st.lists(st.dictionaries(st.sampled_from(NAMES), SCALARS, max_size=4), max_size=3)
FACTS = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, SCALARS) | {"members": ROWS, "houses": ROWS})
JSON = st.recursive(
    SCALARS | st.text(max_size=3),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=3), v, max_size=3),
)
ANYTHING = st.dictionaries(st.sampled_from([*NAMES, "members", "houses"]), JSON)
LEAVES = (
    st.sampled_from([{"var": n} for n in NAMES] + [{"param": "p_one"}, {"status": "s_one"}, {"on_or_after": "2020-02-29"}])
    | st.integers(-5, 5) | st.sampled_from(["1", "x", True, False, None, 0.5])
)  # fmt: skip


def _operations(part: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    pair, some = st.tuples(part, part).map(list), st.lists(part, min_size=1, max_size=3)
    groups = st.tuples(st.sampled_from(["members", "houses"]), part).map(list)
    literals = st.lists(st.sampled_from(["1", "2", 3, True, None]), max_size=3)
    choice = st.dictionaries(st.sampled_from(["1", "2"]), part, min_size=1)
    return st.one_of(
        *(pair.map(lambda p, op=op: {op: p}) for op in ("==", "!=", "<", "<=", ">", ">=", "/", "contains", "under")),
        *(some.map(lambda p, op=op: {op: p}) for op in ("+", "-", "*", "min", "max", "and", "or", "count_true")),
        *(part.map(lambda p, op=op: {op: p}) for op in ("not", "present", "age", "months_since")),
        *(groups.map(lambda p, op=op: {op: p}) for op in ("any", "all", "count", "sum")),
        st.tuples(part, part, part).map(lambda p: {"between": list(p)}),
        st.tuples(part, part, part).map(lambda p: {"if": list(p)}),
        st.tuples(part, literals).map(lambda p: {"in": list(p)}),
        st.tuples(part, choice).map(lambda p: {"match": list(p)}),
        st.tuples(part, choice, part).map(lambda p: {"match": list(p)}),
    )


RULES = st.recursive(LEAVES, _operations, max_leaves=8)


def value_of(rule: Any, facts: Any, on: date, row: Any = None) -> Any:
    """Standards and recognitions come from the facts too, as the plain interpreter has it."""
    params = {"p_one": facts["p_one"]} if "p_one" in facts else {}
    return parse(rule).evaluate(Environment(facts, on, params), row)


def same(value: Any, plain: Any) -> bool:
    if isinstance(value, Undetermined) or plain is UNKNOWN:
        return isinstance(value, Undetermined) and plain is UNKNOWN
    numbers = [isinstance(v, int | float | Fraction) and not isinstance(v, bool) for v in (value, plain)]
    if all(numbers):
        return str(value) == str(plain) or Fraction(str(value)) == Fraction(str(plain))
    return type(value) is type(plain) and value == plain


@given(RULES, ANYTHING, DAYS)
def test_no_facts_make_a_rule_raise(rule, facts, on):
    value_of(rule, facts, on)
    trace(rule, Environment(facts, on, {}))


@given(RULES, FACTS, DAYS)
def test_a_compiled_rule_says_what_the_language_says(rule, facts, on):
    assert same(value_of(rule, facts, on), naive(rule, facts, on))


@given(RULES, FACTS, DAYS)
def test_in_a_row_too(rule, facts, on):
    for row in facts.get("members") or ():
        assert same(value_of(rule, facts, on, row), naive(rule, facts, on, row))


@given(RULES, FACTS, DAYS)
def test_a_rule_compiled_once_gives_the_same_every_time_and_leaves_the_facts_alone(rule, facts, on):
    compiled, before = parse(rule), copy.deepcopy(facts)
    first, second = (compiled.evaluate(Environment(facts, on, {})) for _ in range(2))
    assert str(first) == str(second)
    assert repr(facts) == repr(before)
    again = parse(json.loads(json.dumps(rule))).evaluate(Environment(facts, on, {}))
    assert str(again) == str(first)


@given(RULES, FACTS, st.sets(st.sampled_from([*NAMES, "members", "houses"])), DAYS)
def test_what_is_decided_stays_decided_when_more_becomes_known(rule, facts, forgotten, on):
    known = {name: value for name, value in facts.items() if name not in forgotten}
    before = value_of(rule, known, on)
    if not isinstance(before, Undetermined):
        assert same(before, naive(rule, facts, on))


@given(RULES, FACTS, DAYS)
def test_what_is_missing_is_not_among_what_is_known_and_the_rule_reads_it(rule, facts, on):
    value = value_of(rule, {name: known for name, known in facts.items() if known is not None}, on)
    if isinstance(value, Undetermined):
        names = parse(rule).names
        assert value.missing <= names.all | names.groups


@given(RULES, FACTS, DAYS)
def test_a_near_miss_is_a_comparison_that_failed_by_its_gap(rule, facts, on):
    miss = near_miss_of(rule, Environment(facts, on, {}), None)
    if miss is not None:
        holds = {
            "<": miss.left < miss.right,
            "<=": miss.left <= miss.right,
            ">": miss.left > miss.right,
            ">=": miss.left >= miss.right,
        }
        assert not holds[miss.op]
        assert miss.gap == abs(miss.left - miss.right)
        assert near_miss_in_words(miss, {}, money=True).zh


@given(st.lists(st.fractions(0, 10**6), max_size=8))
def test_a_sum_is_rounded_once_at_its_end(parts):
    total = parse({"sum": ["members", {"var": "n"}]}).evaluate(
        Environment({"members": [{"n": part} for part in parts]}, date(2022, 6, 1), {})
    )
    assert abs(round_fen(total) - sum(parts)) <= Fraction(1, 2)


@given(st.fractions(-(10**6), 10**6))
def test_half_a_fen_goes_up(amount):
    rounded = round_fen(amount)
    assert Fraction(-1, 2) < rounded - amount <= Fraction(1, 2)
