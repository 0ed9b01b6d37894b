"""Python and the browser decide alike: on the vectors both must pass, and on random households for every rule.

`PORTAL_RULE_CASES=10000 python -m pytest tests/rendering/test_rules_twin.py` runs ten thousand households per rule.
"""

import json
import os
from pathlib import Path

import pytest

from tests.rendering.random_facts import Households
from tests.rendering.twin import Browser, case_of, environment_of, expected, python_value

CASES = int(os.environ.get("PORTAL_RULE_CASES", "60"))
GOLDEN = json.loads((Path(__file__).parents[1] / "rules" / "golden.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def browser():
    return Browser()


@pytest.mark.parametrize("table", sorted(GOLDEN["tables"]))
def test_the_browser_passes_the_tables(browser, table):
    vectors = GOLDEN["tables"][table]
    found = browser.run([case_of(vector) for vector in vectors])
    assert [(v["name"], f) for v, f in zip(vectors, found, strict=True)] == [(v["name"], expected(v)) for v in vectors]


def test_the_browser_passes_the_catalogue_on_the_families(browser):
    known = GOLDEN["catalogue"]
    derived = {name: given["rule"] for name, given in known["derived"].items()}
    settings = {name: {**one, "params": known["params"][one["on"]]} for name, one in known["settings"].items()}
    for name, setting in settings.items():
        results = [result for result in known["results"] if result["setting"] == name]
        cases = [{"rule": known["rules"][r["rule"]], **{k: r[k] for k in ("group", "row") if k in r}} for r in results]
        found = browser.run(cases, shared={"derived": derived, **setting})
        assert [(r["rule"], f) for r, f in zip(results, found, strict=True)] == [
            (r["rule"], expected(r)) for r in results
        ]


def rules_of(catalogue):
    """Every rule of the catalogue with a name to find it by."""
    for item in catalogue.items.values():
        yield from ((f"{item.slug}/{one.id}", one.rule) for one in item.policy.requirements)
        yield f"{item.slug}/amount", item.policy.benefit.amount
    yield from ((name, derived.rule) for name, derived in catalogue.derived.items())
    for question in catalogue.bank.questions.values():
        conditions = {"required": question.required_when, "compute": question.compute}
        yield from ((f"{question.id}/{what}", one and one.rule) for what, one in conditions.items())
    for document in (catalogue.bank.application, catalogue.bank.home_visit):
        shown = ((control.question, control.shown_when) for control in document.layout.controls())
        yield from ((f"{document.id}/{question}", one and one.rule) for question, one in shown)
    yield from ((f"paper/{paper.id}", paper.when) for paper in catalogue.papers.values())
    for comparison in catalogue.comparisons.values():
        yield from ((f"{comparison.code}/{conflict.id}", conflict.when) for conflict in comparison.conflicts)


def test_every_rule_decides_alike_on_random_households(browser, shipped_release):
    catalogue = shipped_release.catalogue
    households = Households(catalogue, seed=20220601)
    shared = {"derived": {name: one.rule.document for name, one in catalogue.derived.items()}}
    seen = 0
    rules = [(name, rule) for name, rule in rules_of(catalogue) if rule is not None]
    for name, rule in rules:
        for start in range(0, CASES, 500):
            cases = list(households.cases(rule, min(500, CASES - start)))
            there = browser.run(cases, shared={"rule": rule.document, **shared})
            for case, other in zip(cases, there, strict=True):
                here = python_value(rule, environment_of(case, catalogue.derived), case)
                assert here == other, (name, rule.document, case)
            seen += len(cases)
    assert seen == len(rules) * CASES > 400 * CASES
