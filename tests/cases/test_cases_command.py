"""`portal cases`: batches by command, with a report for people and one for programs."""

import json
from datetime import date

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from portal.cli import cli
from portal.db import open_session
from portal.entitlements.models import Entitlement
from portal.sealing import Vault
from tests.cases.test_starting import Town, elder
from tests.conftest import SECRET


@pytest.fixture
def run(database_url, monkeypatch, shipped_release):
    for name, value in (("DATABASE_URL", database_url), ("SECRET_KEY", SECRET), ("DEMO", "1"), ("LANG", "en")):
        monkeypatch.setenv(f"PORTAL_{name}", value)
    with open_session(database_url, Vault(SECRET)) as db:
        town = Town(db, shipped_release)
        _, members = town.family()
        town.water(members[0])
        elder(town, "1942-06-25")
    return lambda *arguments: CliRunner().invoke(cli, ["cases", *arguments])


def test_a_batch_by_command_opens_confirms_and_gives_the_right(run, database_url):
    arguments = ["start", "water_cut", "--from", "register:utility_accounts", "--on", "2022-06-01"]
    tried = json.loads(run(*arguments, "--dry-run", "--json").stdout)
    assert (tried["dry_run"], tried["counts"]["opened"]) == (True, 1)
    report = json.loads(run(*arguments, "--json").stdout)
    assert report["counts"] == {"opened": 1, "reminded": 0, "passed_over": 0, "refused": 0}
    assert report["people"][0]["id"].startswith("321311***")
    again = run(*arguments)
    assert again.exit_code == 0
    assert "water_cut ← register:utility_accounts: Started 0, Reminded 0, Passed over 1, Refused 0" in again.stdout
    assert "Passed over 1: Has the item open or in force already." in again.stdout
    with open_session(database_url, Vault(SECRET)) as db:
        assert db.scalars(select(Entitlement.first_day)).all() == [date(2022, 7, 1)]


def test_a_birthday_a_price_index_and_a_night(run):
    birthday = json.loads(run("start", "elder_bonus", "--birthday", "--on", "2022-06-01", "--json").stdout)
    assert birthday["counts"]["reminded"] == 1
    prices = ["start", "price_subsidy", "--price-index", "--month", "2022-05", "--on", "2022-06-01", "--json"]
    assert json.loads(run(*prices).stdout)["counts"]["opened"] == 1
    night = json.loads(run("nightly", "--on", "2022-06-25", "--json").stdout)
    opened = {f"{report['item']}": report["counts"]["opened"] for report in night}
    assert opened["water_cut"] == 1
    assert opened["elder_bonus"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["start", "water_cut"], 2, "exactly one source"),
        (["start", "water_cut", "--birthday", "--from", "recognitions"], 2, "exactly one source"),
        (["start", "water_cut", "--from", "recognitions", "--month", "2022-05"], 2, "exactly one source"),
        (["start", "dibao", "--birthday"], 1, "is not started by a birthday"),
        (["start", "price_subsidy", "--price-index"], 1, "for which month"),
        (["start", "watercut", "--birthday"], 1, "There is no item"),
        (["start", "elder_bonus", "--birthday", "--on", "2022-02-30"], 2, "2022-02-30"),
    ],
)
def test_what_cannot_be_meant_is_refused(run, arguments, code, words):
    result = run(*arguments)
    assert result.exit_code == code
    assert words in result.stderr
