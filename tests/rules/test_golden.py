"""The rule language is what its tables say, and `golden.json` says the same to the interpreter in the browser."""

from __future__ import annotations

import json

import pytest

from portal.rules import parse
from tests.rules.golden import FILE, as_expected, document, environment_of, written
from tests.rules.tables import TABLES, Vector

EVERY = [pytest.param(vector, id=f"{table}: {vector.name}") for table, vectors in TABLES.items() for vector in vectors]


@pytest.mark.parametrize("vector", EVERY)
def test_the_language_is_what_its_tables_say(vector: Vector):
    result = as_expected(parse(vector.rule).evaluate(environment_of(vector), vector.row))
    assert result == vector.expected
    assert isinstance(result, bool) == isinstance(vector.expected, bool)


def test_no_two_vectors_of_a_table_have_one_name():
    for vectors in TABLES.values():
        names = [vector.name for vector in vectors]
        assert len(set(names)) == len(names), sorted(name for name in names if names.count(name) > 1)


def test_the_file_for_both_interpreters_is_fresh():
    """When a rule or an example of the catalogue changed on purpose: `python -m tests.rules.golden` writes it anew."""
    made = json.loads(written(document()))
    kept = json.loads(FILE.read_text("utf-8"))
    for part in made["catalogue"]:
        assert kept["catalogue"][part] == made["catalogue"][part], part
    assert kept["tables"] == made["tables"]
    assert sum(map(len, kept["tables"].values())) >= 300
