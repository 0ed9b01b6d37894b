"""The small bank of the form tests, and a browser's view of the HTML: elements with their attributes and texts."""

import copy
import json
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest

from portal.forms import Bank, compose
from portal.rendering.forms import TEMPLATES
from portal.rules import Environment

BANK = json.loads((Path(__file__).parents[1] / "forms" / "small_bank.json").read_text(encoding="utf-8"))
PAGE = """{% from "portal/forms/form.html" import error_summary, section_nav, form_body %}
{% from "portal/forms/facts.html" import facts_table %}
{% if view %}{{ error_summary(view) }}{{ section_nav(view) }}<form method="post">{{ form_body(view) }}</form>{% endif %}
{% if facts %}{{ facts_table(facts) }}{% endif %}"""
VOID = {"input", "br", "hr", "img", "link", "meta"}


@dataclass
class Element:
    tag: str
    attrs: dict
    parent: "Element | None"
    words: list = field(default_factory=list)

    @property
    def text(self):
        return " ".join("".join(self.words).split())

    def within(self, tag):
        node = self.parent
        while node is not None and node.tag != tag:
            node = node.parent
        return node


class Document(HTMLParser):
    """Every element of a page in order; fails on tags that do not close where they should."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.open = []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute stands twice on {tag}"
        element = Element(tag, dict(attrs), self.open[-1] if self.open else None)
        if not any(one.tag == "template" for one in self.open):  # what a template holds is not on the page yet
            self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        assert self.open[-1].tag == tag, (tag, self.open[-1])
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1].tag != "script" and not any(one.tag == "template" for one in self.open):
            for element in self.open:
                element.words.append(data)

    def find(self, tag=None, **attrs):
        wanted = {name.rstrip("_").replace("_", "-") if name != "class_" else "class": v for name, v in attrs.items()}
        return [
            e for e in self.elements if tag in {None, e.tag} and all(e.attrs.get(k) == v for k, v in wanted.items())
        ]

    def one(self, tag=None, **attrs):
        (element,) = self.find(tag, **attrs)
        return element

    def by_name(self, name):
        return [e for e in self.elements if e.attrs.get("name") == name]

    def pairs(self, button=None):
        """What a browser without scripts would send."""
        sent = []
        for e in self.elements:
            name = e.attrs.get("name")
            if name is None or e.within("form") is None:
                continue
            if e.tag == "input" and e.attrs.get("type") not in {"file", "submit"}:
                if e.attrs["type"] not in {"checkbox", "radio"} or "checked" in e.attrs:
                    sent.append((name, e.attrs.get("value", "")))
            elif e.tag == "textarea":
                sent.append((name, "".join(e.words).removeprefix("\n")))
            elif e.tag == "select":
                options = [o for o in self.elements if o.tag == "option" and o.within("select") is e]
                chosen = [o for o in options if "selected" in o.attrs] or options[:1]
                sent += [(name, o.attrs["value"]) for o in chosen]
        return [*sent, button] if button else sent


@pytest.fixture(scope="session")
def bank():
    return Bank.of(BANK["sections"], BANK["codes"], BANK["application"], BANK["home_visit"])


@pytest.fixture(scope="session")
def form(bank):
    return compose(bank, {slug: tuple(ids) for slug, ids in BANK["needs"]["application"].items()})


@pytest.fixture(scope="session")
def visit(bank):
    return compose(bank, {slug: tuple(ids) for slug, ids in BANK["needs"]["home_visit"].items()}, "home-visit")


@pytest.fixture(scope="session")
def env():
    return Environment(facts={}, on=date(2022, 6, 1), params={}, statuses={}, derived={})


@pytest.fixture(scope="session")
def html():
    """Draw a view the way the application does: strict about names, escaping everything."""
    jinja = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    page = jinja.from_string(PAGE)
    return lambda view=None, facts=None: page.render(view=view, facts=facts)


@pytest.fixture(scope="session")
def draw(html):
    return lambda view=None, facts=None: Document(html(view, facts))


@pytest.fixture
def answers():
    return copy.deepcopy(
        {
            "app_mode": "self",
            "app_items": ["dibao"],
            "app_urgent": False,
            "app_reason_text": "第一行\n第二行",
            "applicant_name": '<b>"甲"&',
            "applicant_id_type": "111",
            "applicant_id_no": "11010519491231002X",
            "hh_hukou_region": "321311106201",
            "members": [
                {"row_id": "m1", "member_name": "测试甲", "member_sex": "2", "member_disabled": True},
                {"row_id": "m2", "member_name": "测试乙", "member_disabled": False},
            ],
            "inc_wage_local": 123_456,
            "houses": [{"row_id": "h1", "house_kind": "rented", "house_area": 24.5}],
            "med_patient": "m2",
            "file_medical": ["f1", "f2"],
            "pay_account_no": "4111111111111111",
        }
    )
