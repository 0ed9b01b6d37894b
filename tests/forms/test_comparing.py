"""Two people's versions of one form: where they differ, and one made of both."""

import pytest

from portal.forms import choose, differences, from_posted


@pytest.fixture
def answers():
    return {
        "applicant_name": "示例甲",
        "app_urgent": False,
        "members": [{"row_id": "m1", "member_name": "示例甲"}, {"row_id": "m2", "member_name": "示例乙"}],
    }


def places(form, mine, theirs):
    return [difference.place for difference in differences(form, mine, theirs)]


def test_the_same_answers_do_not_differ_wherever_their_rows_stand(form, answers):
    turned = {**answers, "members": list(reversed(answers["members"]))}
    assert places(form, answers, turned) == []


def test_yes_is_not_one_and_blank_is_not_no(form, answers):
    assert places(form, answers, {**answers, "app_urgent": 0}) == ["app_urgent"]
    blank = {name: value for name, value in answers.items() if name != "app_urgent"}
    (difference,) = differences(form, answers, blank)
    assert (difference.mine, difference.theirs) == (False, None)


def test_a_row_only_one_side_has_is_one_difference(form, answers):
    theirs = {**answers, "members": [*answers["members"], {"row_id": "m3", "member_name": "示例丙", "member_sex": "1"}]}
    assert places(form, answers, theirs) == ["members/m3"]
    assert places(form, theirs, answers) == ["members/m3"]


def test_none_is_told_from_unanswered(form, answers):
    assert places(form, answers, {**answers, "houses": []}) == ["houses"]
    assert choose(form, answers, {**answers, "houses": []}, {"houses"})["houses"] == []


def test_each_place_takes_the_side_a_person_chose(form, answers):
    theirs = {
        "applicant_name": "示例丁",
        "app_urgent": True,
        "members": [{"row_id": "m1", "member_name": "示例甲", "member_sex": "2"}, {"row_id": "m4"}],
    }
    chosen = choose(form, answers, theirs, {"applicant_name", "members/m1/member_sex", "members/m2", "members/m4"})
    assert chosen == {
        "applicant_name": "示例丁",
        "app_urgent": False,
        "members": [{"row_id": "m1", "member_name": "示例甲", "member_sex": "2"}, {"row_id": "m4"}],
    }
    assert choose(form, answers, theirs, set()) == answers


def test_choosing_everything_of_theirs_leaves_no_difference(form, answers):
    theirs = {"applicant_name": "示例丁", "houses": [], "members": [{"row_id": "m9", "member_name": "示例戊"}]}
    everywhere = {difference.place for difference in differences(form, answers, theirs)}
    assert differences(form, choose(form, answers, theirs, everywhere), theirs) == ()


def test_a_text_that_could_not_be_read_is_kept_where_it_was_typed(form):
    posted = from_posted(
        form, [("inc_wage_local", "一千"), ("members-0-row_id", "m1"), ("houses-0-house_area", "三十")]
    )
    kept = posted.as_typed
    assert kept["inc_wage_local"] == "一千"
    assert kept["members"] == [{"row_id": "m1"}]
    assert kept["houses"] == [{"row_id": "h1", "house_area": "三十"}]
    assert posted.answers["houses"] == [{"row_id": "h1"}]
