"""What is left of a rule for the browser decides as the whole rule does, and says nothing of what only the server knows."""

import json
import random
from datetime import date
from fractions import Fraction

import pytest

from portal.forms import ROW_GROUPS
from portal.rules import Environment, Reducer, Undetermined, parse
from tests.rendering.random_facts import Households
from tests.rendering.test_rules_twin import rules_of
from tests.rendering.twin import environment_of, written

DAY = date(2022, 6, 1)


def left(rule, facts, live=("a",), groups=(), params=None):
    env = Environment(facts, DAY, params or {}, {"s_dibao": True})
    return Reducer(env, frozenset(live), frozenset(groups)).reduce(rule)


@pytest.mark.parametrize(
    ("rule", "facts", "reduced"),
    [
        ({"and": [{"var": "a"}, {">": [{"var": "deposit"}, 100]}]}, {"deposit": 500}, {"and": [{"var": "a"}, True]}),
        ({"and": [{"var": "a"}, {"status": "s_dibao"}]}, {}, {"and": [{"var": "a"}, True]}),
        ({"<": [{"var": "a"}, {"/": [{"var": "b"}, 3]}]}, {"b": 1}, {"<": [{"var": "a"}, {"/": [1, 3]}]}),
        ({"or": [{"var": "a"}, {"var": "b"}]}, {}, {"or": [{"var": "a"}, {"var": "b"}]}),
        ({"any": ["members", {"==": [{"var": "a"}, {"var": "name"}]}]}, {"members": [{"name": "x"}]},
         {"or": [{"==": [{"var": "a"}, "x"]}]}),
        ({"any": ["members", {"var": "a"}]}, {"members": []}, False),
        ({"sum": ["members", {"+": [{"var": "a"}, {"var": "n"}]}]}, {"members": [{"n": 2}]},
         {"+": [0, {"+": [{"var": "a"}, 2]}]}),
        ({"match": [{"var": "a"}, {"x": {"var": "b"}}, {"var": "c"}]}, {"b": 1, "c": None},
         {"match": [{"var": "a"}, {"x": 1}, None]}),
        ({"contains": [{"var": "list"}, {"var": "a"}]}, {"list": ["x", "y"]}, {"contains": [["x", "y"], {"var": "a"}]}),
    ],
)  # fmt: skip
def test_what_the_form_cannot_change_is_replaced_by_its_result(rule, facts, reduced):
    assert left(rule, facts) == reduced


def test_large_numbers_travel_exactly():
    env = Environment({"b": 2**60}, DAY, {})
    reducer = Reducer(env, {"a"}, ())
    rule = reducer.reduce({"<": [{"var": "a"}, {"var": "b"}]})
    assert reducer.params[rule["<"][1]["param"]] == str(2**60)


def test_every_rule_of_the_catalogue_decides_the_same_from_what_is_left(shipped_release):
    catalogue = shipped_release.catalogue
    households, dice = Households(catalogue, seed=7), random.Random(7)
    for name, rule in rules_of(catalogue):
        if rule is None:
            continue
        for case in households.cases(rule, 12):
            env = environment_of(case, catalogue.derived)
            facts = case["facts"]
            live = {n for n in facts if n not in ROW_GROUPS and dice.random() < 0.5}
            live |= {n for n in rule.reads if n not in facts and dice.random() < 0.3 and n in catalogue.bank.questions}
            group = case.get("group")
            groups = {g for g in rule.groups if dice.random() < 0.5} | ({group} if group else set())
            home = {n: q.group for n, q in catalogue.bank.questions.items()}
            live |= {n for n, g in home.items() if g in groups}
            live -= {n for n, g in home.items() if g not in groups and g in facts}
            reducer = Reducer(env, live, groups)
            document = json.loads(json.dumps(reducer.reduce(rule.document)))
            derived = {n: catalogue.derived[n].__class__(n, catalogue.derived[n].title, "application", parse(d), None)
                       for n, d in reducer.derived.items()}  # fmt: skip
            there = Environment(
                {n: v for n, v in facts.items() if n in live or n in groups},
                env.on,
                {n: Fraction(v) for n, v in reducer.params.items()},
                {},
                derived,
            )
            row = facts[group][case["row"]] if group else None
            here, result = rule.evaluate(env, row), parse(document).evaluate(there, row)
            if isinstance(here, dict):
                continue  # a position has no literal
            assert isinstance(here, Undetermined) == isinstance(result, Undetermined), (name, case, document)
            if not isinstance(here, Undetermined):
                assert written(result) == written(here), (name, rule.document, case, document)
