"""Joining two changed versions: nothing that only one side changed is lost, contradictions are shown, never guessed."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.catalogue.merging import merge, same


@pytest.mark.parametrize(
    ("before", "ours", "theirs", "joined"),
    [
        ({"a": 1, "b": 2}, {"a": 9, "b": 2}, {"a": 1, "b": 8}, {"a": 9, "b": 8}),
        ({"a": 1}, {"a": 1, "x": 5}, {"a": 1, "y": 6}, {"a": 1, "x": 5, "y": 6}),
        ({"a": 1, "b": 2}, {"a": 1}, {"a": 7, "b": 2}, {"a": 7}),
        (["p", "q"], ["p", "q", "r"], ["q", "s"], ["q", "r", "s"]),
        (
            [{"id": "R1", "t": 1}, {"id": "R2", "t": 2}],
            [{"id": "R1", "t": 9}, {"id": "R2", "t": 2}, {"id": "R3", "t": 3}],
            [{"id": "R2", "t": 8}],
            None,
        ),
        ({"clause": None}, {"clause": None, "a": 1}, {"clause": None}, {"clause": None, "a": 1}),
    ],
)
def test_what_can_be_joined_is_joined(before, ours, theirs, joined):
    merged = merge("f", before, ours, theirs)
    if joined is None:  # they removed R1, which we changed: that is for a person
        assert [place.pointer for place in merged.contradictions] == ["/R1"]
    else:
        assert merged.contradictions == ()
        assert same(merged.document, joined)


def test_a_contradiction_is_chosen_by_its_place():
    before, ours, theirs = {"a": {"b": 1}}, {"a": {"b": 2}}, {"a": {"b": 3}}
    (place,) = merge("f", before, ours, theirs).contradictions
    assert (place.pointer, place.before, place.ours, place.theirs) == ("/a/b", 1, 2, 3)
    assert merge("f", before, ours, theirs, {"/a/b": "theirs"}).document == theirs
    assert merge("f", before, ours, theirs, {"/a/b": "ours"}).document == ours


VALUES = st.recursive(
    st.integers(0, 3) | st.sampled_from(["x", "y"]) | st.booleans(),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=3) | st.lists(inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_a_side_that_changed_nothing_gives_way(before, changed):
    assert same(merge("f", before, changed, before).document, changed)
    assert same(merge("f", before, before, changed).document, changed)
    assert same(merge("f", before, changed, changed).document, changed)


@given(VALUES, VALUES, VALUES)
def test_nothing_given_is_altered(before, ours, theirs):
    kept = copy.deepcopy((before, ours, theirs))
    merge("f", before, ours, theirs)
    assert kept == (before, ours, theirs)
