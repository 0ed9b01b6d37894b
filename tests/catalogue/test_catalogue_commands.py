"""The commands that work from files alone: what they print, where, and with which exit code."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from portal.catalogue.documents import Source, write_directory
from portal.cli import cli


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setenv("PORTAL_LANG", "en")
    monkeypatch.delenv("PORTAL_CATALOGUE", raising=False)
    runner = CliRunner()
    return lambda *args, **more: runner.invoke(cli, [str(arg) for arg in args], **more)


@pytest.fixture
def folder(small, tmp_path):
    write_directory(small, tmp_path)
    return tmp_path


def facts_file(tmp_path, document):
    path = tmp_path / "facts.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    return path


def test_a_sound_catalogue_passes_with_its_release(run, folder, small):
    result = run("catalogue", "check", folder)
    assert result.exit_code == 0
    assert small.digest[:12] in result.stdout


def test_faults_are_listed_with_file_and_pointer_and_exit_one(run, documents, tmp_path):
    documents["form_schemas/items/dibao.json"]["questions"][1] = "inc_wages"
    write_directory(Source(documents), tmp_path)
    result = run("catalogue", "check", tmp_path)
    assert result.exit_code == 1
    assert "form_schemas/items/dibao.json#/questions/1" in result.stdout
    assert "There is no question 'inc_wages'. Did you mean 'inc_wage'?" in result.stdout
    document = json.loads(run("catalogue", "check", tmp_path, "--json").stdout)
    assert document["release"] is None
    assert {"zh", "en"} == set(document["findings"][0]["message"])


def test_the_terminal_language_is_respected(run, documents, tmp_path, monkeypatch):
    documents["form_schemas/items/dibao.json"]["department"] = "MX"
    write_directory(Source(documents), tmp_path)
    monkeypatch.setenv("PORTAL_LANG", "zh")
    assert "没有部门“MX”" in run("catalogue", "check", tmp_path).stdout


def test_format_writes_the_canonical_form_once(run, folder):
    file = folder / "form_schemas" / "items" / "dibao.json"
    canonical = file.read_bytes()
    document = json.loads(canonical)
    file.write_text(json.dumps(dict(reversed(document.items()))), "utf-8")
    assert run("catalogue", "format", folder, "--check").exit_code == 1
    assert "items/dibao.json" in run("catalogue", "format", folder).stdout
    assert file.read_bytes() == canonical
    assert run("catalogue", "format", folder, "--check").exit_code == 0


def test_export_and_diff(run, folder, tmp_path):
    target = tmp_path / "out"
    assert run("catalogue", "export", target, "--catalogue", folder).exit_code == 0
    assert run("catalogue", "diff", folder, target).stdout == ""
    standards = target / "form_schemas" / "parameters.json"
    standards.write_text(standards.read_text("utf-8").replace("62000", "65000"), "utf-8")
    result = run("catalogue", "diff", folder, target)
    assert "/parameters/p_dibao/values/2021-07-01/value changed: 62000 → 65000" in result.stdout


def test_a_catalogue_that_is_not_there_cannot_be_compared(run, folder):
    result = run("catalogue", "diff", folder, "nowhere")
    assert result.exit_code == 2
    assert "no directory or release 'nowhere'" in result.stderr


def test_compose_prints_schema_layout_and_report(run, folder):
    result = run("form", "compose", "application", "--items", "dibao,education_aid", "--catalogue", folder)
    document = json.loads(result.stdout)
    assert set(document) == {"schema", "layout", "report"}
    assert document["schema"]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert document["report"]["asked"] < document["report"]["separate_sum"]


def test_an_unknown_item_is_refused_in_both_languages(run, folder):
    result = run("form", "compose", "application", "--items", "dibau", "--catalogue", folder)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "没有事项“dibau”" in result.stderr
    assert "Did you mean 'dibao'?" in result.stderr


CONTRACT = {"outcome", "amount_fen", "persons", "reasons"}


@pytest.mark.parametrize("wrapped", [True, False])
def test_evaluate_prints_the_contract_for_flat_and_wrapped_facts(run, folder, tmp_path, wrapped):
    facts = {"hh_size": 2, "inc_wage": 0, "s_dibao": True}
    document = {"on": "2022-06-01", "facts": facts} if wrapped else facts
    file = facts_file(tmp_path, document)
    result = run("rules", "evaluate", "--facts", file, "--on", "2022-06-01", "--catalogue", folder)
    judged = json.loads(result.stdout)
    assert set(judged) == {"dibao", "education_aid", "near_dibao"}
    assert all(set(judgement) == CONTRACT for judgement in judged.values())
    assert (judged["dibao"]["outcome"], judged["dibao"]["amount_fen"]) == ("eligible", 124000)
    assert set(judged["dibao"]["reasons"][0]) == {"rule", "holds", "clause", "zh", "en", "missing"}


def test_evaluate_only_what_is_asked_for_at_the_date_of_the_document(run, folder, tmp_path):
    file = facts_file(tmp_path, {"on": "2021-06-30", "facts": {"hh_size": 1, "inc_wage": 0}})
    judged = json.loads(run("rules", "evaluate", "--facts", file, "--items", "dibao", "--catalogue", folder).stdout)
    assert list(judged) == ["dibao"]
    assert judged["dibao"]["amount_fen"] == 61000


def test_a_missing_fact_is_named_and_never_eligible(run, folder, tmp_path):
    file = facts_file(tmp_path, {"hh_size": 1})
    judged = json.loads(run("rules", "evaluate", "--facts", file, "--items", "dibao", "--catalogue", folder).stdout)
    assert judged["dibao"]["outcome"] == "undetermined"
    assert judged["dibao"]["reasons"][0]["missing"] == ["inc_wage"]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"hh_sise": 1}, "Did you mean 'hh_size'?"),
        ({"hh_size": "1"}, "whole number"),
        ('{"hh_size": 1, "hh_size": 2}', "stands twice"),
        ('{"hh_size": NaN}', "finite"),
        ("[" * 100_000, "deeper"),
        ("[]", "one JSON object"),
        ({"on": "2022-02-30", "facts": {}}, "not a date"),
    ],
)
def test_facts_that_cannot_be_meant_are_refused_on_stderr(run, folder, tmp_path, document, words):
    result = run("rules", "evaluate", "--facts", facts_file(tmp_path, document), "--catalogue", folder)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert words in result.stderr


def test_help_explains_every_command(run):
    for args in (["catalogue"], ["form"], ["rules"], ["rules", "evaluate"], ["catalogue", "check"]):
        result = run(*args, "--help")
        assert result.exit_code == 0
        assert any("\u4e00" <= character <= "\u9fff" for character in result.stdout)
    assert "Judge a household" in run("--help").stdout


def test_checking_files_needs_neither_flask_nor_a_database():
    program = (
        "import sys; from click.testing import CliRunner; from portal.cli import cli; "
        "CliRunner().invoke(cli, ['rules', 'evaluate', '--help']); CliRunner().invoke(cli, ['catalogue', '--help']); "
        "print(sorted({'flask', 'sqlalchemy', 'wtforms'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
