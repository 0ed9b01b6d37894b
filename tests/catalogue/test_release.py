"""A release is named by its content, comes back from its stored text, and says what changed since another."""

from __future__ import annotations

import copy

import pytest

from portal.catalogue.documents import Source, read_directory, write_directory
from portal.catalogue.release import FaultyCatalogue, build, diff, load

DIBAO = "form_schemas/items/dibao.json"
STANDARDS = "form_schemas/parameters.json"


def test_a_release_comes_back_from_its_stored_text(small):
    release = build(small)
    again = load(release.bundle)
    assert again.id == release.id == small.digest
    assert again.bundle == release.bundle
    assert list(again.catalogue.items) == ["dibao", "education_aid", "near_dibao"]


def test_export_and_import_are_byte_stable(small, tmp_path):
    assert len(write_directory(small, tmp_path)) == len(small.documents)
    again, findings = read_directory(tmp_path)
    assert findings == ()
    assert again.digest == small.digest
    assert write_directory(again, tmp_path) == ()


def test_the_name_of_a_release_does_not_depend_on_the_order_of_known_keys(documents):
    turned = copy.deepcopy(documents)
    turned[DIBAO] = dict(reversed(turned[DIBAO].items()))
    assert Source(turned).digest == Source(documents).digest


def test_the_name_of_a_release_depends_on_every_value(documents):
    changed = copy.deepcopy(documents)
    changed[STANDARDS]["parameters"][0]["values"][1]["value"] = 62001
    assert Source(changed).digest != Source(documents).digest


def test_a_faulty_catalogue_is_refused_with_every_fault(documents):
    documents[DIBAO]["questions"] = ["inc_wages"]
    documents[DIBAO]["department"] = "MX"
    with pytest.raises(FaultyCatalogue) as refusal:
        build(Source(documents))
    assert {finding.pointer for finding in refusal.value.findings} >= {"/questions/0", "/department"}
    assert refusal.value.problem.code == "catalogue-faulty"


def changes(before, after):
    return {(c.file, c.pointer, c.kind) for c in diff(Source(before), Source(after))}


def test_a_catalogue_does_not_differ_from_itself(documents):
    assert changes(documents, copy.deepcopy(documents)) == set()


def test_differences_are_named_by_file_and_by_the_entries_own_names(documents):
    after = copy.deepcopy(documents)
    after[STANDARDS]["parameters"][0]["values"].append({"from": "2022-07-01", "value": 65000})
    after[DIBAO]["questions"].append("inc_rent")
    after[DIBAO]["rules"][0]["on_fail"] = "manual"
    del after["form_schemas/items/near_dibao.json"]
    assert changes(documents, after) == {
        (STANDARDS, "/parameters/p_dibao/values/2022-07-01", "added"),
        (DIBAO, "/questions", "added"),
        (DIBAO, "/rules/R1/on_fail", "changed"),
        ("form_schemas/items/near_dibao.json", "", "removed"),
    }


def test_true_is_not_one_and_a_new_order_is_a_change(documents):
    after = copy.deepcopy(documents)
    after[DIBAO]["rules"][0]["when"] = {"==": [True, 1]}
    before = copy.deepcopy(documents)
    before[DIBAO]["rules"][0]["when"] = {"==": [1, True]}
    assert changes(before, after)


def test_a_change_is_told_in_both_languages(documents):
    after = copy.deepcopy(documents)
    after[STANDARDS]["parameters"][0]["values"][1]["value"] = 65000
    sentence = diff(Source(documents), Source(after))[0].sentence
    assert "62000 → 65000" in sentence.zh
    assert "changed: 62000 → 65000" in sentence.en


def test_a_directory_with_a_stray_file_says_so(small, tmp_path):
    write_directory(small, tmp_path)
    (tmp_path / "form_schemas" / "parameter.json").write_text("{}")
    (tmp_path / "form_schemas" / "README.md").write_text("not a document")
    _, findings = read_directory(tmp_path)
    assert [(f.file, f.suggestion.en) for f in findings] == [
        ("form_schemas/parameter.json", "Did you mean form_schemas/parameters.json?")
    ]


def test_form_schemas_itself_may_be_named_as_the_directory(small, tmp_path):
    write_directory(small, tmp_path)
    again, findings = read_directory(tmp_path / "form_schemas")
    assert findings == ()
    assert again.digest == small.digest


def test_a_directory_that_is_not_there_is_a_finding(tmp_path):
    _, findings = read_directory(tmp_path / "nowhere")
    assert "no directory" in findings[0].message.en
