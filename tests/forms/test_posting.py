"""Posted pages: everything typed comes back, amounts are exact, rows keep their marks."""

import pytest

from portal.forms import errors_of, from_posted, merge, none_of_these, normalise
from portal.rendering.display import input_text


def pairs_of(form, answers):
    """What a browser would send for these answers."""
    pairs = []
    for question in form.scalars:
        pairs += texts(question, question.id, answers.get(question.id))
    for group, questions in form.rows.items():
        rows = answers.get(group)
        if rows == []:
            pairs.append((f"{group}-none", "1"))
        for at, row in enumerate(rows or []):
            pairs.append((f"{group}-{at}-row_id", row["row_id"]))
            for question in questions:
                pairs += texts(question, f"{group}-{at}-{question.id}", row.get(question.id))
    return pairs


def texts(question, name, value):
    if isinstance(value, list):
        return [(name, one) for one in value]
    return [(name, input_text(question, value))]


def test_a_whole_household_makes_the_round_trip(form, household):
    posted = from_posted(form, pairs_of(form, household))
    assert posted.answers == household
    assert not posted.errors
    household["houses"] = []
    assert from_posted(form, pairs_of(form, household)).answers == household


def test_the_home_visit_makes_the_round_trip(visit):
    answers = {
        "visitor1_name": "测试丙",
        "visitor2_name": "测试丁",
        "visit_start": "2022-06-01T09:30:00+08:00",
        "visit_geo": {"lat": 33.963, "lng": 118.275},
        "photo_house_out": ["p1", "p2"],
        "members": [{"row_id": "m1", "member_name": "测试甲", "member_lives_together": True, "v_adl_eat": False}],
    }
    assert normalise(visit, from_posted(visit, pairs_of(visit, answers)).answers) == answers


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("1200.50", 120_050), ("1,200", 120_000), ("１２００．５", 120_050), ("0", 0), ("¥19.99 元", 1_999), ("-3", -300)],
)
def test_amounts_are_typed_in_yuan_and_exact(form, typed, fen):
    assert from_posted(form, [("inc_wage_local", typed)]).answers == {"inc_wage_local": fen}


@pytest.mark.parametrize(
    ("question", "typed", "code"),
    [
        ("inc_wage_local", "一千", "not_an_amount"),
        ("inc_wage_local", "1.234", "not_an_amount"),
        ("inc_wage_local", "1e3", "not_an_amount"),
        ("inc_wage_local", "9" * 25, "not_an_amount"),
        ("hh_size", "2.5", "not_whole"),
        ("hh_size", "NaN", "not_whole"),
        ("app_urgent", "maybe", "yes_no"),
    ],
)
def test_what_cannot_be_read_is_kept_and_named(form, env, question, typed, code):
    posted = from_posted(form, [(question, typed)])
    assert posted.raw == {question: typed}
    assert question not in posted.answers
    mine = [error for error in errors_of(form, posted, env) if error.question == question]
    assert [error.code for error in mine] == [code]


def test_a_wrong_number_in_a_row_is_kept_under_its_new_name(form):
    pairs = [("houses-3-row_id", "h7"), ("houses-3-house_area", "大"), ("houses-1-house_kind", "rented")]
    posted = from_posted(form, pairs)
    assert posted.answers["houses"] == [{"row_id": "h1", "house_kind": "rented"}, {"row_id": "h7"}]
    assert posted.raw == {"houses-1-house_area": "大"}
    assert posted.errors[0].pointer == "/houses/1/house_area"


def test_rows_are_added_and_removed_by_buttons_and_keep_their_marks(form, household):
    pairs = pairs_of(form, household)
    added = from_posted(form, [*pairs, ("_add", "members")])
    assert [row["row_id"] for row in added.answers["members"]] == ["m1", "m2", "m3"]
    removed = from_posted(form, [*pairs, ("_remove", "members-0")])
    assert [row["row_id"] for row in removed.answers["members"]] == ["m2"]
    assert removed.pressed == (("_remove", "members-0"),)
    again = from_posted(form, [*pairs_of(form, removed.answers), ("_add", "members")])
    assert [row["row_id"] for row in again.answers["members"]] == ["m2", "m1"]


def test_none_of_these_writes_zeros_into_blanks_only(form):
    posted = from_posted(
        form, [("inc_wage_local", "100"), ("inc_wage_odd", "零"), ("inc_other", ""), ("_none", "income")]
    )
    assert posted.answers == {"inc_wage_local": 10_000, "inc_other": 0}
    assert posted.raw == {"inc_wage_odd": "零"}
    assert none_of_these(form, {}, "income") == {"inc_wage_local": 0, "inc_wage_odd": 0, "inc_other": 0}
    assert none_of_these(form, {}, "nowhere") == {}


def test_blank_is_not_zero_and_nothing_is_chosen_for_anybody(form):
    blank = [(question.id, "") for question in form.scalars]
    assert from_posted(form, blank).answers == {}


def test_strange_names_are_no_answers(form):
    pairs = [("stranger", "1"), ("members-x-member_name", "1"), ("members-99999-member_name", "1"), ("_save", "1")]
    posted = from_posted(form, [*pairs, ("nobody-0-x", "1"), ("members--1-member_name", "x")])
    assert posted.answers == {}
    many = [(f"members-{n}-member_name", "x") for n in range(9_999)]
    assert len(from_posted(form, many).answers["members"]) <= 61


def test_faults_stand_in_the_order_of_the_page(form, env):
    pairs = [("members-0-member_name", "甲"), ("members-1-member_name", "乙"), ("inc_wage_local", "x")]
    pointers = [error.pointer for error in errors_of(form, from_posted(form, pairs), env)]
    first = [
        next(at for at, pointer in enumerate(pointers) if pointer.startswith(start))
        for start in ("/app_mode", "/members/0", "/members/1", "/inc_wage_local", "/houses", "/pay")
    ]
    assert first == sorted(first)


def test_a_page_of_one_section_leaves_the_others_alone(form, household):
    pairs = [("inc_wage_local", "1"), ("inc_wage_odd", "")]
    merged = merge(form, household, from_posted(form, pairs), {"income"})
    assert merged.answers == {k: v for k, v in household.items() if k != "inc_wage_odd"} | {"inc_wage_local": 100}


def test_a_page_with_part_of_the_rows_neither_adds_nor_removes_people(form, household):
    pairs = [("members-1-member_disabled", "false"), ("members-1-row_id", "m2"), ("members-5-row_id", "m9")]
    merged = merge(form, household, from_posted(form, pairs), {"m_health"})
    names = [row["member_name"] for row in merged.answers["members"]]
    assert names == [row["member_name"] for row in household["members"]]
    assert merged.answers["members"][1]["member_disabled"] is False
    owner = merge(
        form, household, from_posted(form, [("members-0-row_id", "m2"), ("members-0-member_name", "丙")]), {"member"}
    )
    (row,) = owner.answers["members"]
    assert row["member_name"] == "丙"
    assert row["member_disability_grade"] == "2"
