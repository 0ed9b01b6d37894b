"""What a configurator sees before publishing: the form as others will see it, families judged, who gains, what is touched."""

from __future__ import annotations

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from portal.db import db
from portal.proposals import queries
from portal.proposals.models import Proposal
from tests.factories import PASSWORD, post
from tests.studio.test_proposal_pages import begun, people, token_of  # noqa: F401 - people is a fixture


@pytest.fixture
def ann(people):  # noqa: F811
    client = people[0]
    client.home = f"/studio/{begun(client)}"
    return client


def document(app, client, path):
    with app.app_context():
        proposal = db.session.get(Proposal, int(client.home.split("/")[2]))
        return queries.document(db.session(), proposal, path)


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize(
    ("reader", "asked"), [("clerk", "就学阶段"), ("citizen", "就学阶段"), ("visit", "是否正常就学")]
)
def test_the_form_is_shown_as_each_reader_will_see_it(ann, reader, asked):
    page = ann.get(f"{ann.home}/preview?items=heating_aid&as={reader}").text
    assert asked in page
    english = words(ann.get(f"{ann.home}/preview?items=heating_aid&as={reader}&lang=en").text)
    assert "School" in english or "school" in english


def test_what_is_typed_in_a_preview_is_kept_nowhere(app, ann):
    before = document(app, ann, "form_schemas/items/heating_aid.json")
    answer = post(ann, f"{ann.home}/preview", {"items": "heating_aid", "applicant_name": "试一试", "_add": "members"})
    assert answer.status_code == 200
    assert "试一试" in answer.text
    assert document(app, ann, "form_schemas/items/heating_aid.json") == before


def test_rules_are_tried_on_a_family_and_on_facts_typed_in(ann):
    page = words(ann.get(f"{ann.home}/try?item=dibao").text)
    assert "符合" in page
    facts = json.dumps({"members": [], "auth_signed": False})
    page = words(post(ann, f"{ann.home}/try", {"item": "dibao", "facts": facts, "on": "2022-06-01"}).text)
    assert "未知" in page
    assert "尚缺" in page
    typo = json.dumps({"auth_signd": True})
    assert "auth_signed" in post(ann, f"{ann.home}/try", {"item": "dibao", "facts": typo, "on": "2022-06-01"}).text
    for nonsense in ("{", "[]", '{"auth_signed": "yes"}'):
        assert post(ann, f"{ann.home}/try", {"item": "dibao", "facts": nonsense, "on": "2022-06-01"}).status_code == 200


def test_a_tried_family_is_kept_with_what_came_out(app, ann):
    facts = json.dumps(
        {"members": [{"member_in_school": False}], "auth_signed": True, "hh_hukou_region": "321311106201"}
    )
    post(
        ann,
        f"{ann.home}/try/keep",
        {
            "item": "heating_aid", "facts": facts, "on": "2022-06-01", "title_zh": "不在校", "title_en": "Not at school",
            "_token": token_of(ann, ann.home),
        },
    )  # fmt: skip
    kept = document(app, ann, "form_schemas/examples/heating_aid.json")
    assert [(one["title"]["zh"], one["expect"]["outcome"]) for one in kept["examples"]] == [("不在校", "not_eligible")]


def test_a_standard_gets_a_value_from_a_day_and_what_was_in_force_stays(app, ann):
    place = f"{ann.home}/standards"
    typed = {"from": "2030-07-01", "value": "700", "_token": token_of(ann, ann.home)}
    assert post(ann, f"{place}/p_dibao", typed).status_code == 303
    path = "form_schemas/parameters.json"
    values = next(one for one in document(app, ann, path)["parameters"] if one["id"] == "p_dibao")["values"]
    assert (values[-1]["from"], values[-1]["value"]) == ("2030-07-01", 70000)
    assert len(values) == 6
    assert "700.00" in ann.get(place).text
    for bad in (
        {"from": "2021-07-01", "value": "1"},
        {"from": "2030-02-31", "value": "1"},
        {"from": "2031-01-01", "value": "x"},
    ):
        assert post(ann, f"{place}/p_dibao", bad | {"_token": token_of(ann, ann.home)}).status_code == 422
    new = {
        "id": "p_heating",
        "title.zh": "取暖标准",
        "title.en": "Heating",
        "unit": "fen",
        "from": "2030-01-01",
        "value": "500",
    }
    assert post(ann, place, new | {"_token": token_of(ann, ann.home)}).status_code == 303
    assert post(ann, place, new | {"_token": token_of(ann, ann.home)}).status_code == 422


def test_the_evidence_says_what_changes_and_for_whom(ann):
    page = words(ann.get(f"{ann.home}/evidence").text)
    for expected in ("新增:事项", "还没有人证明规则", "市教育局得到", "草稿和在办", "探查"):
        assert expected in page
    typed = {"from": "2022-05-01", "value": "900", "_token": token_of(ann, ann.home)}
    post(ann, f"{ann.home}/standards/p_dibao", typed)
    page = words(ann.get(f"{ann.home}/evidence").text)
    assert "最低生活保障" in page
    assert "与预期不同" in page  # the sample families were judged by the standard of their day


def test_faults_lead_to_where_they_can_be_mended(app, ann):
    path = "form_schemas/items/heating_aid.json"
    broken = document(app, ann, path) | {"workflow": "simple_departmen"}
    typed = {"path": path, "document": json.dumps(broken), "_token": token_of(ann, ann.home)}
    post(ann, f"{ann.home}/document", typed)
    page = ann.get(f"{ann.home}/evidence").text
    assert "simple_department" in page
    assert f'href="{ann.home}/items/heating_aid"' in page
    for place in ("preview?items=heating_aid", "try?item=heating_aid", "items/heating_aid", "standards"):
        assert ann.get(f"{ann.home}/{place}").status_code == 200


def test_the_studio_in_a_real_browser(app, ann, live, chromium):
    """Every page of the studio at both widths: no finding of axe, nothing to scroll sideways, no fault of a script."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN", bypass_csp=True)
    context.set_default_timeout(30_000)
    window = context.new_page()
    faults, seen = [], []
    window.on("pageerror", lambda fault: faults.append(str(fault)))
    window.goto(f"{live}/login/")
    window.fill("#username", "ann")
    window.fill("#password", PASSWORD)
    window.press("#password", "Enter")
    window.wait_for_load_state()
    item = f"{ann.home}/items/heating_aid"
    for address in (
        "/studio", ann.home, f"{ann.home}/items", item, f"{item}/rules", f"{item}/rules/R1", f"{item}/rules/new",
        f"{ann.home}/preview?items=heating_aid", f"{ann.home}/preview?items=heating_aid&as=visit",
        f"{ann.home}/try?item=dibao", f"{ann.home}/standards", f"{ann.home}/evidence", "/studio/publications",
        f"{ann.home}/questions", f"{ann.home}/questions/new", f"{ann.home}/questions/member_school_stage",
        f"{ann.home}/workflows", f"{ann.home}/workflows/basic_living",
    ):  # fmt: skip
        assert window.goto(live + address).status == 200, address
        for width in (1366, 390):
            window.set_viewport_size({"width": width, "height": 800})
            window.add_style_tag(content="* { content-visibility: visible !important; }")
            found = Axe().run(window).response["violations"]
            seen += [(address, width, v["id"], v["nodes"][0]["html"]) for v in found]
            if window.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                seen.append((address, width, "sideways", ""))
    context.close()
    assert not seen
    assert not faults
