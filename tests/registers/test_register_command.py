"""`portal register`: what there is, and a file taken in by whoever runs the machine."""

import json

import pytest
from click.testing import CliRunner

from portal.catalogue.commands import publish
from portal.catalogue.documents import read_directory
from portal.cli import cli
from portal.db import open_session, transaction
from portal.sealing import Vault
from tests.conftest import SECRET
from tests.registers.conftest import NOON, account
from tests.registers.test_importing import WRONG, text_of


@pytest.fixture
def run(database_url, monkeypatch):
    for name, value in (("DATABASE_URL", database_url), ("SECRET_KEY", SECRET), ("DEMO", "1"), ("LANG", "en")):
        monkeypatch.setenv(f"PORTAL_{name}", value)
    source, faults = read_directory(None)
    with open_session(database_url, Vault(SECRET)) as db, transaction(db):
        publish(db, actor_id=None, actor_name="tests", source=source, note="", now=NOON, reading_faults=faults)
    return lambda *arguments: CliRunner().invoke(cli, ["register", *arguments])


def test_a_file_is_taken_in_and_listed(run, tmp_path):
    good = tmp_path / "water.csv"
    good.write_text(text_of(account(1), account(2)), "utf-8")
    first = run("import", "utility_accounts", str(good))
    assert first.exit_code == 0, first.output
    assert "2 rows read: 2 new" in first.output
    again = json.loads(run("import", "utility_accounts", str(good), "--json").stdout)
    assert (again["kept"], again["unchanged"]) == (True, 2)
    listed = {line["slug"]: line["rows"] for line in json.loads(run("list", "--json").stdout)}
    assert listed["utility_accounts"] == 2
    assert "utility_accounts     SW          2  Water accounts" in run("list").stdout


def test_every_faulty_row_is_printed_and_nothing_kept(run, tmp_path):
    bad = tmp_path / "water.csv"
    bad.write_text(WRONG, "utf-8")
    result = run("import", "utility_accounts", str(bad))
    assert result.exit_code == 1
    assert "line 3 · Identity number · 3213************19" in result.stderr
    assert "Nothing was imported." in result.stderr
    assert '"rows": 0' in run("list", "--json").stdout
    kept = run("import", "utility_accounts", str(bad), "--keep-good", "--json")
    assert kept.exit_code == 1
    assert json.loads(kept.stdout)["added"] == 1
    assert len(json.loads(kept.stdout)["faults"]) == 5


def test_looking_keeps_nothing(run, tmp_path):
    good = tmp_path / "water.csv"
    good.write_text(text_of(account(1)), "utf-8")
    assert "Nothing was imported." in run("import", "utility_accounts", str(good), "--check").output
    assert json.loads(run("import", "utility_accounts", str(good), "--json").stdout)["added"] == 1


def test_a_misspelt_register_and_a_picture_are_refused_in_both_languages(run, tmp_path):
    picture = tmp_path / "water.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    unknown = run("import", "utility_acounts", str(picture))
    assert (unknown.exit_code, "utility_accounts" in unknown.stderr) == (1, True)
    refused = run("import", "utility_accounts", str(picture))
    assert refused.exit_code == 1
    assert "不是 CSV 或 XLSX" in refused.stderr
    assert "neither a CSV nor an XLSX" in refused.stderr
