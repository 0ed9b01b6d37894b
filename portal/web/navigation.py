"""The side menu: one line per place, shown to those who may go there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import current_app, request

from portal.access import Actor
from portal.reader import DOCS, item_places
from portal.values import Text


@dataclass(frozen=True)
class Place:
    """One line of the menu; any of the functions opens it, none means everybody who is signed in."""

    id: str
    title: Text
    href: str
    group: str
    functions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """A place as this reader sees it now."""

    title: Text
    href: str
    here: bool
    below: bool = False


FEW = 8  # so many items of one's own stand in the menu themselves; more are a page away
GROUPS: dict[str, Text] = {
    "work": Text("办理", "Work"),
    "records": Text("查询", "Look up"),
    "watch": Text("监督", "Oversight"),
    "system": Text("管理", "Administration"),
}

PLACES: tuple[Place, ...] = (
    Place("home", Text("首页", "Home"), "/", "work"),
    Place("apply", Text("新申请", "New application"), "/apply", "work", ("application.create",)),
    Place("drafts", Text("草稿", "Drafts"), "/drafts", "work", ("application.create",)),
    Place(
        "inbox",
        Text("待办", "Inbox"),
        "/inbox",
        "work",
        ("front.act", "verification.act", "visit.record", "case.decide", "case.confirm", "application.create"),
    ),
    Place("applications", Text("申请查询", "Applications"), "/applications", "records", ("application.read",)),
    Place("items", Text("部门事项", "Items"), "/items", "records", ("case.read",)),
    Place("entitlements", Text("待遇", "Entitlements"), "/entitlements", "records", ("entitlement.read",)),
    Place("registers", Text("部门台账", "Registers"), "/registers", "records", ("register.write",)),
    Place("board", Text("监督看板", "Board of clocks"), "/board", "watch", ("board.read",)),
    Place("audit", Text("留痕审计", "Audit trail"), "/audit", "watch", ("audit.read",)),
    Place(
        "catalogue", Text("事项目录", "Catalogue"), "/catalogue", "records", ("catalogue.read", "application.create")
    ),
    Place("studio", Text("配置工作室", "Studio"), "/studio", "system", ("catalogue.publish",)),
    Place("api", Text("接口文档", "API reference"), DOCS, "system", ("catalogue.read",)),
    Place("reference", Text("基础数据", "Reference data"), "/reference", "system", ("reference.write",)),
    Place("users", Text("用户", "Users"), "/users", "system", ("user.manage",)),
)

# Where people start their day: the first place on this list they may open. A window's first work is the next family in
# front of the desk, so whoever only takes applications starts there and finds his inbox in the menu.
WORKED_FROM_INBOX = ("front.act", "verification.act", "case.decide", "case.confirm")
STARTS: tuple[str, ...] = ("inbox", "apply", "items", "board", "audit", "entitlements", "studio", "catalogue", "users")


def may_open(actor: Actor, place: Place) -> bool:
    return actor.id is not None and (not place.functions or any(actor.may(function) for function in place.functions))


def place(name: str) -> Place:
    return next(place for place in PLACES if place.id == name)


def exists(href: str) -> bool:
    """Whether a page answers at this address: the menu never offers a dead end."""
    known: set[str] = current_app.extensions.setdefault("portal_addresses", set())
    if not known:
        known.update(
            rule.rule.rstrip("/") or "/" for rule in current_app.url_map.iter_rules() if "GET" in (rule.methods or ())
        )
    return href in known


def menu_for(actor: Actor) -> list[tuple[Text, list[Line]]]:
    """The reader's menu by group; empty groups are left out."""
    open_places = [place for place in PLACES if may_open(actor, place) and exists(place.href)]
    own = _own_items() if actor.may("case.read") else []
    here = _here(request.path, [place.href for place in open_places] + [line.href for line in own])
    menu = []
    for group, title in GROUPS.items():
        lines: list[Line] = []
        for place in open_places:
            if place.group == group:
                lines.append(Line(place.title, place.href, place.href == here))
                lines += [replace(line, here=line.href == here) for line in own if place.id == "items"]
        if lines:
            menu.append((title, lines))
    return menu


def _own_items() -> list[Line]:
    """The reader's items, when they are few; made from the release, never written here."""
    places = [place for place in item_places() if not place.ending]
    return [Line(p.title, p.href, here=False, below=True) for p in places] if len(places) <= FEW else []


def start_of(actor: Actor) -> str | None:
    """The page a person's work begins on, or None when the home page is all there is."""
    by_id = {place.id: place for place in PLACES}
    for start in STARTS:
        place = by_id[start]
        if start == "inbox" and not any(actor.may(function) for function in WORKED_FROM_INBOX):
            continue
        if may_open(actor, place) and exists(place.href):
            return place.href
    return None


def _here(path: str, places: list[str]) -> str | None:
    """The place a page belongs to: the longest address it lies under; a list's screens belong to the list."""
    clean = path.rstrip("/") or "/"
    roots = {href: href.removesuffix("/list/") for href in places}
    fits = [href for href, root in roots.items() if clean == root or (root != "/" and clean.startswith(root + "/"))]
    return max(fits, key=len, default=None)
