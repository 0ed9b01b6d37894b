"""The database's structure comes from migrations alone, forwards and backwards, and agrees with the models."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect

from portal.commands import migrating
from portal.db import open_engine


def tables(url):
    engine = open_engine(url)
    with engine.connect() as connection:
        found = set(inspect(connection).get_table_names()) - {"alembic_version"}
    engine.dispose()
    return found


def test_up_down_up_leaves_no_difference_to_the_models(database_url):
    every = set(migrating.metadata().tables)
    assert tables(database_url) == every
    assert migrating.differences(database_url) == []
    migrating.downgrade(database_url, "base")
    assert tables(database_url) == set()
    migrating.upgrade(database_url)
    assert tables(database_url) == every
    assert migrating.differences(database_url) == []


def test_a_difference_would_be_seen(database_url):
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("alter table offices add column fax varchar(20)")
        connection.exec_driver_sql("drop index ix_cases_name")
    engine.dispose()
    kinds = {difference[0] for difference in migrating.differences(database_url)}
    assert {"remove_column", "add_index"} <= kinds


def test_constraints_that_people_meet_have_names(session):
    """A refusal of the database is told by the constraint's name, so every unique one of ours needs a name or is a key."""
    from portal.db import CONSTRAINT_PROBLEMS

    names = {
        constraint.name
        for table in migrating.metadata().tables.values()
        for constraint in table.constraints
        if constraint.__visit_name__ == "unique_constraint" and constraint.name
    }
    assert set(CONSTRAINT_PROBLEMS) <= names


@pytest.mark.parametrize("word", ["portal", "config"])
def test_migrations_do_not_lean_on_the_program(word):
    from portal.settings import shipped

    for file in shipped("migrations").glob("versions/*.py"):
        assert f"import {word}" not in file.read_text()
        assert f"from {word}" not in file.read_text()
