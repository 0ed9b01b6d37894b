"""The catalogue's pages: every item and question readable in both languages, promises with definitions, releases with changes."""

from __future__ import annotations

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from portal.catalogue.commands import publish
from portal.catalogue.documents import Source
from portal.catalogue.savings import DEFINITIONS
from portal.db import db, transaction
from portal.organisation.queries import moment
from portal.rendering.formulas import Reader
from portal.web.catalogue_words import LAYERS, LEVELS, ON_FAIL, SCOPES, STARTS, UNITS, standard
from tests.factories import post
from tests.servers import serving
from tests.town import enter, signed_in

# A name of the rule language that nobody translated would look like this.
RAW = re.compile(r"\b(?:[dxspr]_[a-z_]+|(?:member|hh|inc|exp|app|house|veh|sup|fin|util|v)_[a-z_]+)\b")


def shown(page):
    """What a person sees of a page: ids in code and addresses do not count."""
    return re.sub(r"<[^>]+>", " ", re.sub(r"<code.*?</code>|<head.*?</head>", " ", page, flags=re.DOTALL))


def test_every_rule_and_amount_can_be_read_in_both_languages(shipped_release):
    catalogue = shipped_release.catalogue
    for lang in ("zh", "en"):
        reader = Reader(catalogue, lang)
        for item in catalogue.items.values():
            rules = [requirement.rule for requirement in item.policy.requirements]
            rules += [item.policy.benefit.amount] if item.policy.benefit.amount is not None else []
            for rule in rules:
                said = reader.formula(rule.document)
                assert said
                assert not RAW.search(said), said
                assert "{" not in said, said


def test_a_formula_reads_as_a_sentence(shipped_release):
    dibao = shipped_release.catalogue.items["dibao"]
    rule = next(r for r in dibao.policy.requirements if "金融资产" in r.title.zh)
    assert (
        Reader(shipped_release.catalogue, "zh").formula(rule.rule.document)
        == "人均金融资产 ≤ (人均金融资产上限 × 最低生活保障标准)"
    )


def test_every_code_of_the_items_has_words(shipped_release):
    for item in shipped_release.catalogue.items.values():
        assert item.layer in LAYERS
        assert item.decision_level in LEVELS
        assert set(item.starts) <= set(STARTS)
        assert {r.on_fail for r in item.policy.requirements} <= set(ON_FAIL)
        assert {r.scope for r in item.policy.requirements} <= set(SCOPES)
    assert {p.unit for p in shipped_release.catalogue.parameters.values()} <= set(UNITS)


def test_standards_are_shown_with_their_units():
    from fractions import Fraction

    assert standard(Fraction(62000), "fen", "zh") == "620.00 元"
    assert standard(Fraction("52.83"), "fen", "en") == "0.5283 yuan"
    assert standard(Fraction(15), "kwh", "zh") == "15 千瓦时"
    assert standard(None, "fen", "zh") == "—"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_item_has_its_page(town_app, shipped_release, language):
    client = signed_in(town_app, "configurator")
    post(client, "/lang", {"lang": language})
    for slug, item in shipped_release.catalogue.items.items():
        answer = client.get(f"/catalogue/items/{slug}")
        assert answer.status_code == 200, slug
        page = answer.get_data(as_text=True)
        assert item.title.to(language).replace("&", "&amp;") in page.replace("&#34;", '"'), slug
        assert not RAW.search(shown(page)), (slug, RAW.search(shown(page)))


def test_a_question_says_who_asks_it_and_who_reads_it(town_app):
    client = signed_in(town_app, "clerk")
    page = client.get("/catalogue/questions/inc_wage_local").get_data(as_text=True)
    assert "/catalogue/items/dibao" in page
    assert "哪些条件用到" in page
    assert "个人所得税" in page
    assert client.get("/catalogue/questions/nothing").status_code == 404


def test_questions_are_found_by_words_and_by_id(town_app):
    client = signed_in(town_app, "configurator")
    assert "inc_wage_local" in client.get("/catalogue/questions?q=本地务工").get_data(as_text=True)
    assert "inc_wage_local" in client.get("/catalogue/questions?q=INC_WAGE").get_data(as_text=True)
    assert "没有这样的问题" in client.get("/catalogue/questions?q=zzzz").get_data(as_text=True)


def test_the_promise_is_counted_for_any_choice_with_its_definitions(town_app):
    client = signed_in(town_app, "clerk")
    page = client.get("/catalogue/promise?items=dibao&items=education_aid&items=nothing").get_data(as_text=True)
    for _, definition in DEFINITIONS.values():
        assert definition.zh in page
    assert "所选 2 个事项" in page
    assert "等待" in page
    whole = client.get("/catalogue").get_data(as_text=True)
    assert "39" in whole


@pytest.mark.parametrize(
    ("username", "address", "status"),
    [
        ("configurator", "/catalogue", 200),
        ("admin", "/catalogue", 200),
        ("clerk", "/catalogue", 200),
        ("clerk", "/catalogue/releases", 403),
        ("officer_jy", "/catalogue", 403),
        ("configurator", "/catalogue/items/nothing", 404),
        ("configurator", "/catalogue/releases/99999", 404),
    ],
)
def test_who_may_read_what(town_app, username, address, status):
    assert signed_in(town_app, username).get(address).status_code == status


def test_a_release_shows_what_it_changed(town_app, shipped_release):
    documents = json.loads(json.dumps(dict(shipped_release.source.documents)))
    documents["form_schemas/items/dibao.json"]["time_limit"]["after"] = 11
    with town_app.app_context(), transaction(db.session()) as session:
        publish(
            session, actor_id=None, actor_name="tests", source=Source(documents), note="少一天", now=moment(session)
        )
    client = signed_in(town_app, "configurator")
    listed = client.get("/catalogue/releases").get_data(as_text=True)
    assert "少一天" in listed
    newest = re.search(r"/catalogue/releases/(\d+)", listed).group(1)
    page = client.get(f"/catalogue/releases/{newest}").get_data(as_text=True)
    assert "time_limit/after" in page
    assert "12 → 11" in page


@pytest.mark.parametrize("width", [1366, 390])
def test_the_pages_are_accessible(town_app, browser_page, width):
    with serving(town_app) as address:
        enter(browser_page, address, "configurator")
        browser_page.set_viewport_size({"width": width, "height": 800})
        places = (
            "",
            "/items/dibao",
            "/questions",
            "/questions/member_disabled",
            "/promise?items=dibao&items=education_aid",
            "/releases",
            "/releases/1",
            "?q=nothing",
        )
        for place in places:
            browser_page.goto(f"{address}/catalogue{place}")
            assert not Axe().run(browser_page).response["violations"], place
            assert browser_page.evaluate("document.documentElement.scrollWidth") <= width, place
