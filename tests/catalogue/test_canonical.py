"""Documents are written one way and read strictly: what goes out comes back the same, byte for byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.catalogue.canonical import MAX_DEPTH, KeyOrder, dumps, loads, ordered
from portal.catalogue.kinds import KINDS, key_order, kind_of, meta_schemas

texts = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=30,
)


@given(st.dictionaries(texts, values, max_size=6))
def test_a_document_comes_back_as_it_was_written(document):
    text = dumps(document)
    again, findings = loads(text, "a.json")
    assert findings == ()
    assert again == document
    assert dumps(again) == text


@given(st.dictionaries(texts, values, max_size=6), st.lists(texts, max_size=4, unique=True))
def test_ordering_keeps_everything_and_is_settled_after_one_pass(document, keys):
    once = ordered(document, KeyOrder(tuple(keys)))
    assert once == document
    assert list(ordered(once, KeyOrder(tuple(keys)))) == list(once)


@given(st.dictionaries(texts, values, max_size=6))
def test_any_json_writer_reads_the_same(document):
    assert json.loads(dumps(document)) == document


def test_short_things_stay_on_one_line_and_long_ones_are_indented_by_two():
    document = {"title": {"zh": "低保", "en": "Minimum living"}, "questions": ["q" * 60, "r" * 60]}
    assert dumps(document) == (
        '{\n  "title": {"zh": "低保", "en": "Minimum living"},\n'
        f'  "questions": [\n    "{"q" * 60}",\n    "{"r" * 60}"\n  ]\n}}\n'
    )


def test_keys_stand_in_the_order_of_their_meta_schema_at_every_level():
    item = {"workflow": "w", "benefit": {"title": {"en": "x", "zh": "y"}, "kind": "cash"}, "slug": "dibao"}
    written = ordered(item, key_order("items"))
    assert list(written) == ["slug", "benefit", "workflow"]
    assert list(written["benefit"]) == ["kind", "title"]
    assert list(written["benefit"]["title"]) == ["zh", "en"]


@pytest.mark.parametrize(
    ("text", "pointer", "words"),
    [
        ('{"a": 1, "a": 2}', "/a", "stands twice"),
        ('{"rows": [{"x/y": 1, "x/y": 1}]}', "/rows/0/x~1y", "stands twice"),
        ('{"a": NaN}', "/a", "not a finite number"),
        ('{"a": [1, -Infinity]}', "/a/1", "not a finite number"),
        ('{"a": 1e999}', "/a", "not a finite number"),
        ('{"a": ' + "9" * 5000 + "}", "/a", "not a finite number"),
        ('{"a": "\\ud800"}', "/a", "surrogate"),
        ("{", "", "line 1, column 2"),
        ("", "", "Not valid JSON"),
        ('{"a": 1,}', "", "Not valid JSON"),
    ],
)
def test_what_json_tools_disagree_about_is_refused_with_its_place(text, pointer, words):
    document, findings = loads(text, "items/x.json")
    assert document is None
    assert [(finding.file, finding.pointer) for finding in findings] == [("items/x.json", pointer)]
    assert words in findings[0].message.en
    assert findings[0].message.zh


@pytest.mark.parametrize("depth", [MAX_DEPTH + 5, 100_000])
def test_depth_beyond_reason_is_refused(depth):
    document, findings = loads("[" * depth + "]" * depth, "deep.json")
    assert document is None
    assert "deeper" in findings[0].message.en


def test_bytes_that_are_no_utf8_are_refused():
    _, findings = loads('{"a": "低保"}'.encode("gbk"), "gbk.json")
    assert "UTF-8" in findings[0].message.en


@given(st.binary(max_size=60))
def test_any_bytes_give_a_document_or_findings_and_never_an_exception(raw):
    document, findings = loads(raw, "x.json")
    assert findings or document is not None or raw.strip() == b"null"


def test_every_kind_has_its_meta_schema_and_every_path_its_kind():
    assert {kind.meta for kind in KINDS} <= set(meta_schemas())
    assert kind_of("form_schemas/items/dibao.json").name == "items"
    assert kind_of("workflows/front.json").name == "workflow"
    assert kind_of("workflows/calendars/cn.json").name == "calendar"
    assert kind_of("form_schemas/items/DIBAO.json") is None
