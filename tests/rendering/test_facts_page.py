"""Facts for whoever decides: declared, returned, seen and decided side by side, numbers masked."""

import pytest

from portal.rendering.display import display_text
from portal.rendering.facts import columns_of, facts_view


@pytest.fixture
def columns(answers):
    seen = {
        "members": [{"row_id": "m2", "member_name": "测试乙", "member_disabled": True}],
        "app_items": ["dibao"],
        "inc_wage_local": 200_000,
    }
    return columns_of("zh", declared=answers, seen=seen)


def rows_of(view):
    return {row.pointer: row for group in view.groups for row in group.rows}


def test_differences_are_said_in_words_and_counted(draw, form, columns):
    view = facts_view(form, columns)
    rows = rows_of(view)
    assert rows["/inc_wage_local"].texts == ("1,234.56 元/年", "2,000.00 元/年")
    assert rows["/inc_wage_local"].differs
    assert not rows["/app_items"].differs
    assert rows["/members/1/member_disabled"].texts == ("否", "是")
    assert view.differences == 2
    page = draw(facts=view)
    assert len([e for e in page.find("tr", class_="facts-differ") if "不一致" in e.text]) == 2
    assert page.find("th", scope="col")[2].text == "入户"
    assert all(e.attrs.get("scope") in {"row", "col"} for e in page.find("th"))


def test_numbers_are_masked_unless_somebody_may_see_them(form, columns):
    assert rows_of(facts_view(form, columns))["/applicant_id_no"].texts[0] == "1101**********002X"
    assert rows_of(facts_view(form, columns, unmask=True))["/applicant_id_no"].texts[0] == "11010519491231002X"
    certificate = form.questions["member_disability_cert_no"]
    assert display_text(form, certificate, "11010519491231002X42", "zh") == "1101************2X42"


def test_an_officer_sees_only_what_the_item_needs(form, columns):
    view = facts_view(form, columns, only={"inc_wage_local", "inc_other"})
    assert set(rows_of(view)) == {"/inc_wage_local"}
    assert set(rows_of(facts_view(form, columns, only={"inc_other"}, blanks=True))) == {"/inc_other"}


def test_every_kind_of_answer_can_be_read(form, answers):
    texts = {
        pointer: row.texts[0]
        for pointer, row in rows_of(
            facts_view(form, columns_of("en", declared=answers), lang="en", regions={"321311106201": "Test Village"})
        ).items()
    }
    assert texts["/app_urgent"] == "No"
    assert texts["/app_items"] == "Minimum living"
    assert texts["/file_medical"] == "2 files"
    assert texts["/med_patient"] == "测试乙"
    assert texts["/houses/0/house_area"] == "24.5 m²"
    assert texts["/hh_hukou_region"] == "Test Village"
    assert texts["/members/0/member_sex"] == "female"
