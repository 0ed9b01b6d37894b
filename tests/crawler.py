"""A reader who follows every link and keeps every form: what somebody can reach, and what can be sent from there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from werkzeug.exceptions import HTTPException

FIELDS = frozenset({"input", "select", "textarea", "button"})
SKIPPED = ("/logout/", "/static/")


@dataclass(frozen=True)
class Form:
    """A form of a page: where it goes, how, and the fields with what stands in them."""

    page: str
    action: str
    method: str
    fields: tuple[tuple[str, str], ...]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, str, list[tuple[str, str]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in known:
            self.links.append(known["href"])
        elif tag == "form":
            self.forms.append((known.get("action", ""), known.get("method", "get").lower(), []))
        elif tag in FIELDS and self.forms and "name" in known and known.get("type") != "file":
            self.forms[-1][2].append((known["name"], known.get("value", "")))


@dataclass
class Crawled:
    """Addresses by endpoint, and one form of each make: a step of a task asks other things than the next."""

    addresses: dict[str, list[str]] = field(default_factory=dict)
    forms: dict[tuple[str, str, frozenset[str]], Form] = field(default_factory=dict)


def crawl(client: Any, *starts: str, each: int = 2, more: Mapping[str, int] | None = None) -> Crawled:
    """Follow links from some pages, `each` addresses of an endpoint (`more` of some), and collect what can be sent."""
    found, seen, waiting, known = Crawled(), Counter[str](), ["/", *starts], {"/", *starts}
    while waiting:
        address = waiting.pop(0)
        endpoint = endpoint_of(client, address, "GET")
        if endpoint is None or seen[endpoint] >= (more or {}).get(endpoint, each):
            continue
        seen[endpoint] += 1
        answer = client.get(address)
        assert answer.status_code < 500, (address, answer.text)
        links = [answer.headers["Location"]] if answer.status_code in {301, 302, 303} else []
        if answer.status_code == 200:
            found.addresses.setdefault(endpoint, []).append(address)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            page = _Page()
            page.feed(answer.text)
            links += page.links
            _keep_forms(client, address, page, found)
        for link in links:
            place = urljoin(address, link).partition("#")[0]
            if place.startswith("/") and place not in known and not place.startswith(SKIPPED):
                known.add(place)
                waiting.append(place)
    return found


def _keep_forms(client: Any, address: str, page: _Page, found: Crawled) -> None:
    for action, method, fields in page.forms:
        form = Form(address, urljoin(address, action or address), method, tuple(fields))
        target = endpoint_of(client, form.action, method.upper())
        if target and not form.action.startswith(SKIPPED):
            found.forms.setdefault((method, target, frozenset(name for name, _ in fields)), form)


def endpoint_of(client: Any, address: str, method: str) -> str | None:
    """The endpoint an address leads to."""
    adapter = client.application.url_map.bind("localhost")
    try:
        endpoint, _ = adapter.match(urlsplit(address).path, method=method)
    except HTTPException:
        return None
    return str(endpoint)


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))
