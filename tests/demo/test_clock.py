"""Moving the demo's clock: waits end, cards turn, and it never runs back."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.cases.models import Task
from portal.cli import cli
from portal.db import open_engine
from portal.organisation.queries import CITY_TIME, moment
from tests.town import runner


def waiting(url):
    engine = open_engine(url)
    with Session(engine) as db:
        found = db.scalar(select(func.count()).where(Task.form == "publicity", Task.status == "open"))
        today = moment(db).astimezone(CITY_TIME).date()
    engine.dispose()
    return found, today


def test_after_eight_days_no_notice_hangs_any_more(town_copy):
    hanging, today = waiting(town_copy)
    assert hanging > 0
    told = json.loads(runner(town_copy)("demo", "advance", 9, "--json").stdout)
    assert waiting(town_copy) == (0, today + timedelta(days=9))
    assert len(told["waits_ended"]) >= hanging
    assert told["red"]
    assert {"number", "item", "step", "due_on"} == set(told["red"][0])


def test_a_day_may_be_named(town_copy):
    _, today = waiting(town_copy)
    wanted = today + timedelta(days=2)
    result = runner(town_copy)("demo", "advance", "--to", wanted.isoformat())
    assert result.exit_code == 0, result.output
    assert f"to {wanted}" in result.output
    assert waiting(town_copy)[1] == wanted


@pytest.mark.parametrize("arguments", [("--", "-1"), ("0",), ("--to", "2001-01-01"), (), ("3", "--to", "2030-01-01")])
def test_the_clock_is_moved_forward_and_by_one_measure(town_copy, arguments):
    before = waiting(town_copy)
    assert runner(town_copy)("demo", "advance", *arguments).exit_code in {1, 2}
    assert waiting(town_copy) == before


def test_outside_demo_mode_time_stands(town_copy):

    strict = {"PORTAL_DEMO": "0", "PORTAL_DATABASE_URL": town_copy, "PORTAL_SECRET_KEY": "x" * 40}
    before = waiting(town_copy)
    assert CliRunner().invoke(cli, ["demo", "advance", "3"], env=strict).exit_code == 2
    assert waiting(town_copy) == before


def test_the_logins_say_what_to_try(town_url):
    run = runner(town_url)
    listed = run("demo", "logins").stdout
    assert re.search(r"/me: number 1[3-9]\d{9}, .* ends [0-9]{3}[0-9X]", listed)
    assert "officer_jy officer2_jy head_jy" in listed
    assert "Help at once" in listed or "help at once" in listed
    assert len(run("demo", "logins", "--all").stdout.splitlines()) > 300
