"""One item edited section by section: what is saved is what stands in the document, and nothing else moves."""

from __future__ import annotations

import html
import re

import pytest

from portal.catalogue.release import diff
from portal.db import db
from portal.proposals import queries
from portal.proposals.models import Proposal
from tests.factories import post
from tests.studio.test_proposal_pages import begun, people, token_of  # noqa: F401 - people is a fixture


@pytest.fixture
def ann(people):  # noqa: F811
    client = people[0]
    client.place = f"/studio/{begun(client)}/items/heating_aid"
    return client


def changes(app, client):
    """What the proposal changes beside adding the item, and the item itself."""
    with app.app_context():
        session = db.session()
        proposal = session.get(Proposal, int(client.place.split("/")[2]))
        base, now = queries.base_of(session, proposal), queries.source_of(session, proposal)
        item = now.documents.get("form_schemas/items/heating_aid.json")
        return item, [c for c in diff(base, now) if c.file != "form_schemas/items/heating_aid.json"]


def form_of(page, section):
    """What a browser would send for one section as it stands."""
    inside = page[page.index(f'<section class="panel" id="{section}"') :]
    inside = inside[: inside.index("</form>")]
    found = {}
    for tag in re.findall(r"<input[^>]*>", inside):
        name = re.search(r' name="([^"]*)"', tag)
        value = re.search(r' value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            found.setdefault(name.group(1), []).append(html.unescape(value.group(1)) if value else "")
    for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', inside, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = [chosen.group(1) if chosen else ""]
    return found


SECTIONS = ["basics", "questions", "benefit", "papers", "flow", "relations", "view"]


@pytest.mark.parametrize("section", SECTIONS)
def test_saving_a_section_unchanged_changes_nothing(app, ann, section):
    before, _ = changes(app, ann)
    assert post(ann, ann.place, form_of(ann.get(ann.place).text, section)).status_code == 303
    after, others = changes(app, ann)
    assert after == before
    assert others == []


def test_what_is_typed_stands_in_the_document(app, ann):
    form = form_of(ann.get(ann.place).text, "basics")
    post(
        ann,
        ann.place,
        form | {"title.zh": "冬季取暖补助", "title.en": "Winter heating aid", "retired_on": "2030-01-01"},
    )
    form = form_of(ann.get(ann.place).text, "flow")
    post(ann, ann.place, form | {"time_limit.after": "7.5", "front": ["accept", "authorise", "visit"]})
    item, others = changes(app, ann)
    assert item["title"] == {"zh": "冬季取暖补助", "en": "Winter heating aid"}
    assert (item["retired_on"], item["time_limit"]["after"]) == ("2030-01-01", 7.5)
    assert item["front"] == ["accept", "authorise", "visit"]
    assert others == []


def test_an_exclusion_stands_on_both_sides_and_leaves_both(app, ann):
    form = form_of(ann.get(ann.place).text, "relations")
    post(ann, ann.place, form | {"excludes": ["dibao"]})
    item, others = changes(app, ann)
    assert item["excludes"] == ["dibao"]
    assert [(c.file, c.after) for c in others] == [("form_schemas/items/dibao.json", "heating_aid")]
    form = form_of(ann.get(ann.place).text, "relations")
    post(ann, ann.place, {**form, "excludes": []})
    item, others = changes(app, ann)
    assert item["excludes"] == []
    assert others == []


@pytest.mark.parametrize(
    ("section", "typed", "words"),
    [
        ("flow", {"time_limit.after": "bald"}, "请填数字"),
        ("flow", {"time_limit.after": "nan"}, "请填数字"),
        ("basics", {"title.zh": ""}, "必填"),
        ("basics", {"retired_on": "2030-02-31"}, "没有这一天"),
        ("benefit", {"review.months": "1.5"}, "请填整数"),
    ],
)
def test_what_cannot_be_read_is_told_beside_the_field_and_nothing_is_lost(app, ann, section, typed, words):
    before, _ = changes(app, ann)
    form = form_of(ann.get(ann.place).text, section)
    answer = post(ann, ann.place, form | typed | {"_section": section})
    assert answer.status_code == 422
    assert words in answer.text
    assert changes(app, ann)[0] == before


def test_hostile_words_stay_words(ann):
    hostile = "<script>alert(1)</script>{{7*7}}\"'"
    form = form_of(ann.get(ann.place).text, "basics")
    post(ann, ann.place, form | {"title.zh": hostile, "title.en": hostile})
    page = ann.get(ann.place).text
    assert "<script>alert(1)" not in page
    assert "{{7*7}}" in page


def test_the_list_shows_what_is_new_and_an_item_can_go_again(app, ann):
    listing = ann.place.rpartition("/")[0]
    assert "新增</span>" in ann.get(listing).text
    post(ann, f"{ann.place}/remove", {"_token": token_of(ann, ann.place)})
    assert changes(app, ann) == (None, [])
    assert ann.get(ann.place).status_code == 404
