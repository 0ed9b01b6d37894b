"""The page of a form: what a person sees and what a browser sends back, without any script."""

import json
import re

import pytest

from portal.errors import FieldError
from portal.forms import Origin, errors_of, from_posted, hidden, validate, warnings
from portal.rendering.forms import STATIC, RegionOption, form_view
from portal.values import Text

REGIONS = [RegionOption("321311106201", "测试村"), RegionOption("321311106", "测试镇")]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("which", ["form", "visit"])
@pytest.mark.parametrize("why", ["section", "question", "none"])
def test_every_input_has_one_label_and_its_notes_exist(request, draw, env, answers, lang, which, why):
    form = request.getfixturevalue(which)
    errors = validate(form, answers if which == "form" else {}, env)
    page = draw(
        form_view(form, answers, lang=lang, errors=errors, warnings=warnings(form, answers), why=why, regions=REGIONS)
    )
    ids = [e.attrs["id"] for e in page.elements if "id" in e.attrs]
    assert len(ids) == len(set(ids))
    labels = [e.attrs["for"] for e in page.find("label")]
    assert len(labels) == len(set(labels))
    for e in page.elements:
        if e.tag in {"input", "select", "textarea"} and e.attrs.get("type") != "hidden":
            assert e.attrs["id"] in labels or "aria-label" in e.attrs, e.attrs
        for reference in ("aria-describedby", "aria-labelledby", "list", "for"):
            for target in e.attrs.get(reference, "").split():
                assert target in ids, (reference, target)
        if e.tag == "a":
            assert e.attrs["href"].removeprefix("#") in ids
        if e.tag == "fieldset":
            assert next(inner for inner in page.elements if inner.parent is e).tag == "legend"


def test_no_script_or_style_stands_in_the_page(html, form, answers, env):
    text = html(form_view(form, answers, errors=validate(form, answers, env)))
    assert not re.search(r"<script(?! type=.application/json)|<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert '<b>"甲"' not in text
    assert "&lt;b&gt;" in text


def test_what_is_shown_comes_back_unchanged(draw, form, answers):
    page = draw(form_view(form, answers, regions=REGIONS))
    posted = from_posted(form, page.pairs())
    assert posted.answers == answers
    assert not posted.errors


def test_nothing_is_chosen_for_anybody(draw, form):
    page = draw(form_view(form, {}))
    assert not [e for e in page.elements if "checked" in e.attrs or "selected" in e.attrs]
    assert all(e.attrs.get("value", "") == "" for e in page.find("input", type="text"))
    assert from_posted(form, page.pairs()).answers == {"members": [{"row_id": "m1"}]}


def test_a_typed_text_that_cannot_be_read_stands_in_its_field_again(draw, form, env):
    posted = from_posted(
        form, [("inc_wage_local", "一千"), ("members-0-row_id", "m1"), ("members-0-member_birth_date", "昨天")]
    )
    page = draw(form_view(form, posted.answers, raw=posted.raw, errors=errors_of(form, posted, env)))
    wage = page.one(id="q-inc_wage_local")
    assert wage.attrs["value"] == "一千"
    assert wage.attrs["aria-invalid"] == "true"
    assert "应是金额" in page.one(id="q-inc_wage_local-error").text
    assert page.one(id="q-members-0-member_birth_date").attrs["value"] == "昨天"


def test_the_summary_counts_names_the_row_and_links_to_the_field(draw, form, answers, env):
    errors = validate(form, answers, env)
    page = draw(form_view(form, answers, errors=errors))
    summary = page.one(role="alert")
    assert f"有 {len(errors)} 处需要更正" in summary.text
    links = {e.attrs["href"]: e.text for e in page.find("a") if e.within("div") is summary}
    assert links["#q-members-1-member_sex"].startswith("家庭成员 2 测试乙: 请选择“性别”")
    assert "#q-members-0-member_lives_together-0" in links
    assert summary.attrs["tabindex"] == "-1"
    assert not draw(form_view(form, answers)).find(role="alert")


def test_a_fault_that_stands_nowhere_on_the_page_is_still_said(draw, form):
    stranger = FieldError("/stranger", "stranger", "unknown", Text("没有这一项。", "No such entry."))
    page = draw(form_view(form, {}, errors=[stranger], sections={"income"}))
    assert "没有这一项" in page.one(role="alert").text
    assert {e.attrs["data-section"] for e in page.find("section")} == {"income"}


def test_rows_are_added_and_removed_with_plain_buttons(draw, form, answers):
    page = draw(form_view(form, answers))
    assert [e.attrs["value"] for e in page.by_name("_add")] == ["members", "houses"]
    assert [e.attrs["value"] for e in page.by_name("_remove")] == ["members-0", "members-1", "houses-0"]
    gone = from_posted(form, page.pairs(("_remove", "members-0"))).answers
    assert [row["row_id"] for row in gone["members"]] == ["m2"]
    assert page.by_name("_refresh")[0] is next(e for e in page.elements if e.tag == "button")


def test_there_being_none_can_be_said_and_is_shown_again(draw, form, answers):
    (box,) = draw(form_view(form, answers)).by_name("houses-none")
    assert "hidden" in box.parent.attrs
    del answers["houses"]
    (box,) = draw(form_view(form, answers)).by_name("houses-none")
    assert "checked" not in box.attrs
    page = draw(form_view(form, answers | {"houses": []}))
    assert "checked" in page.by_name("houses-none")[0].attrs
    assert from_posted(form, page.pairs()).answers["houses"] == []


def test_codes_stand_before_their_titles(draw, form):
    page = draw(form_view(form, {}))
    texts = {e.text for e in page.find("option")}
    assert {"2 女性", "111 居民身份证", "1 本人", "3 村(居)委会代办"} <= texts


def test_a_wrong_code_stays_visible(draw, form):
    page = draw(form_view(form, {"app_mode": "nobody", "app_items": [["x"]], "hh_size": {"a": 1}, "members": 7}))
    assert [e.attrs["value"] for e in page.find("option") if "selected" in e.attrs] == ["nobody"]


def test_money_is_shown_in_yuan_and_none_of_these_is_one_key(draw, form, answers):
    page = draw(form_view(form, answers))
    assert page.one(id="q-inc_wage_local").attrs["value"] == "1234.56"
    none = page.one("button", name="_none")
    assert (none.attrs["value"], none.text) == ("income", "以上都没有")
    assert from_posted(form, page.pairs(("_none", "income"))).answers["inc_wage_odd"] == 0


def test_a_source_is_named_and_the_difference_told(draw, form, answers):
    origins = {"/members/0/member_name": Origin("C01", "测试", "2022-06-01T08:00:00")}
    page = draw(form_view(form, answers, origins=origins, source_titles={"C01": "户籍信息"}))
    assert page.one(id="q-members-0-member_name-origin").text == "来自户籍信息 · 2022-06-01 户籍信息的记录是:测试"
    page = draw(form_view(form, answers, origins={"/pay_account_no": Origin("C01", "6222000011112222")}))
    assert "6222********2222" in page.one(id="q-pay_account_no-origin").text


def test_the_items_that_use_an_answer_are_told(draw, form):
    titles = {"dibao": "最低生活保障", "medical_aid": "医疗救助"}
    page = draw(form_view(form, {}, item_titles=titles, why="question"))
    used = {e.attrs["data-question"]: e.text for e in page.elements if "data-question" in e.attrs}
    assert "用于:最低生活保障、医疗救助" in used["inc_wage_local"]
    assert "所有申请事项都要用" in used["applicant_name"]
    assert any("用于:医疗救助" in e.text for e in draw(form_view(form, {}, item_titles=titles)).find("details"))


def test_hidden_questions_wait_with_their_rule(draw, form, answers, env):
    page = draw(form_view(form, answers, hidden=hidden(form, answers, env)))
    agent = page.one(data_question="app_agent_name")
    assert "hidden" in agent.attrs
    live = json.loads(form_view(form, answers, env=env).live)
    assert live["questions"]["app_agent_name"]["shown"] == {"in": [{"var": "app_mode"}, ["agent", "village"]]}
    assert "hidden" not in page.one(data_pointer="/members/0/member_disability_grade").attrs
    assert "hidden" in page.one(data_pointer="/members/1/member_disability_grade").attrs


def test_computed_answers_cannot_be_typed(draw, form, answers):
    page = draw(form_view(form, answers | {"hh_size": 2}))
    assert "readonly" in page.one(id="q-hh_size").attrs
    assert not [e for e in page.elements if e.attrs.get("aria-required") and "readonly" in e.attrs]


def test_members_can_be_referred_to_by_name(draw, form, answers):
    page = draw(form_view(form, answers))
    options = [e for e in page.find("option") if e.within("select").attrs["name"] == "med_patient"]
    assert [(e.attrs["value"], e.text, "selected" in e.attrs) for e in options[1:]] == [
        ("m1", "1 测试甲", False),
        ("m2", "2 测试乙", True),
    ]


def test_regions_are_suggested_by_code_and_name(draw, form, answers):
    page = draw(form_view(form, answers, regions=REGIONS))
    assert [e.attrs["value"] for e in page.find("option") if e.within("datalist")] == ["321311106201 测试村"]
    assert page.one(id="q-hh_hukou_region").attrs["value"] == "321311106201 测试村"


def test_the_files_beside_the_page_are_small():
    assert (STATIC / "forms.css").stat().st_size < 8_000
