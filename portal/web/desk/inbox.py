"""The inbox: what waits for the reader, the nearest deadline first, and clean files done many at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.access import Actor
from portal.cases import commands, queries
from portal.cases.models import Task
from portal.catalogue import queries as catalogue_queries
from portal.db import db, transaction
from portal.errors import Refused
from portal.organisation.queries import region_titles
from portal.values import Text
from portal.web.desk.bulk import Candidate, candidates
from portal.web.desk.foundation import LONGEST_REASON
from portal.web.desk.steps import BULK, address_of
from portal.web.desk.tasks import FUNCTIONS
from portal.web.navigation import may_open, place
from portal.web.shell import current_actor, needs, now, page, say, today

inbox = Blueprint("inbox", __name__)

CARDS: dict[str, Text] = {
    "red": Text("红牌", "Red card"),
    "yellow": Text("黄牌", "Yellow card"),
    "green": Text("正常", "In time"),
    "paused": Text("暂停", "Paused"),
}
NOTHING_TICKED = Text("请先勾选要办理的待办。", "Tick the tasks first.")
MANY_DONE = Text("已办理 {done} 件,未办理 {left} 件。", "{done} done, {left} not done.")
MENU_CAP = 99
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Row:
    """One task as the list shows it."""

    task: Task
    step: Text
    item: Text | None
    place: Text
    clock: str
    days_left: int | None
    address: str
    bulk: bool


@dataclass(frozen=True)
class Chip:
    """One filter: its words, how many it would show, whether it is on, and where pressing it leads."""

    title: Text
    count: int | None
    on: bool
    href: str


@inbox.get("/inbox")
@needs(*FUNCTIONS)
def listing() -> tuple[str, int]:
    """One page of the list."""
    actor, session = current_actor(), db.session()
    wanted = {name: request.args.get(name, "").strip()[:60] for name in ("q", "step", "item", "card")}
    after = request.args.get("after") or None
    q, step, item, card = wanted.values()
    found = queries.inbox(session, actor, today=today(), q=q, step=step, item=item, card=card, after=after)
    places = region_titles(session, {row.task.application.region_code for row in found.rows})
    rows = [_row(row, places) for row in found.rows]
    following = found.next_cursor and _address(wanted, after=found.next_cursor)
    return page(
        "portal/desk/inbox.html",
        rows=rows,
        found=found,
        wanted=wanted,
        chips=_chips(actor, wanted),
        following=following,
        any_bulk=any(row.bulk for row in rows),
        filtered=any(wanted.values()),
        first_page=after is None,
        cap=queries.COUNT_CAP,
    )


def _row(row: queries.InboxRow, places: Mapping[str, Text]) -> Row:
    task = row.task
    catalogue = queries.catalogue_of(db.session(), task)
    return Row(
        task,
        catalogue.step(task.item, task.step).title,
        catalogue.item(task.item).title if task.item else None,
        places[task.application.region_code],
        row.clock,
        row.days_left,
        address_of(task),
        task.form in BULK and task.status == "open",
    )


def _address(wanted: Mapping[str, str], **changes: str) -> str:
    values = {name: value for name, value in {**wanted, **changes}.items() if value}
    return f"/inbox?{urlencode(values)}" if values else "/inbox"


def _chips(actor: Actor, wanted: Mapping[str, str]) -> list[tuple[Text, list[Chip]]]:
    """The filters worth offering: steps and items something waits at, and the cards."""
    session = db.session()
    counts = queries.waiting_groups(session, actor)
    steps, items = Counter[str](), Counter[str]()
    for (step, item), count in counts.items():
        steps[step] += count
        if item:
            items[item] += count
    titles = catalogue_queries.current(session).catalogue if counts else None

    def chip(kind: str, value: str, title: Text, count: int | None) -> Chip:
        on = wanted[kind] == value
        return Chip(title, count, on, _address(wanted, **{kind: "" if on else value}))

    groups = [(Text("状态", "Clock"), [chip("card", card, title, None) for card, title in CARDS.items()])]
    if titles is not None:
        groups.insert(
            0, (Text("环节", "Step"), [chip("step", s, titles.step_title(s), n) for s, n in steps.most_common()])
        )
    if titles is not None and len(items) > 1:
        named = [
            (slug, titles.items[slug].title if slug in titles.items else Text(slug, slug), n)
            for slug, n in items.most_common(12)
        ]
        groups.append((Text("事项", "Item"), [chip("item", slug, title, n) for slug, title, n in named]))
    return groups


# --- many at a time ----------------------------------------------------------------------------------------------


@inbox.post("/inbox/preview")
@needs(*FUNCTIONS)
def preview() -> tuple[str, int] | Response:
    """What would happen to each ticked task, and which ones deserve a look of their own."""
    found = _ticked()
    if not found:
        say(NOTHING_TICKED, "warning")
        return redirect("/inbox", code=303)
    return page("portal/desk/bulk.html", rows=found, reason="", error=None, ticked={c.id for c in found if c.clean})


@inbox.post("/inbox/many")
@needs(*FUNCTIONS)
def many() -> tuple[str, int] | Response:
    """Do it: every task by itself, so that one that is refused does not undo the others."""
    reason, chosen, found = request.form.get("reason", "").strip(), set(_ids()), _ticked("shown")
    if len(reason) > LONGEST_REASON or not chosen:
        error = (
            Text(f"理由最多 {LONGEST_REASON} 个字。", f"At most {LONGEST_REASON} characters.")
            if chosen
            else NOTHING_TICKED
        )
        return page("portal/desk/bulk.html", status=422, rows=found, reason=reason, error=error, ticked=chosen)
    actor, moment = current_actor(), now()
    actions = {one.id: one.action for one in found if one.id in chosen and one.action is not None}
    outcomes: dict[int, Task | Refused] = {}
    with transaction(db.session()) as session:
        for action in dict.fromkeys(actions.values()):
            ids = [task_id for task_id, mine in actions.items() if mine == action]
            outcomes.update(commands.act_on_many(session, actor, ids, action, reason=reason, now=moment))
    results = [(one, outcomes.get(one.id, one.refusal)) for one in found if one.id in chosen]
    done = sum(isinstance(outcome, Task) for _, outcome in results)
    say(
        Text(
            MANY_DONE.zh.format(done=done, left=len(results) - done),
            MANY_DONE.en.format(done=done, left=len(results) - done),
        )
    )
    return page("portal/desk/bulk_done.html", results=[(one, _why(outcome)) for one, outcome in results])


def _why(outcome: Task | Refused | None) -> Text | None:
    """Why a task was not done; nothing when it was."""
    if isinstance(outcome, Task):
        return None
    return outcome.text if outcome is not None else queries.TASK_GONE.message


def _ids(name: str = "rowid") -> list[int]:
    """The ticked tasks; what is no id at all is nobody's task."""
    texts = request.form.getlist(name)[:MOST_AT_ONCE]
    return list(dict.fromkeys(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10))


def _ticked(name: str = "rowid") -> list[Candidate]:
    return candidates(db.session(), current_actor(), _ids(name), now())


# --- the menu ----------------------------------------------------------------------------------------------------


class MenuCounts(Mapping[str, str]):
    """How many tasks wait, counted when a menu asks for it and not on pages without one."""

    def __init__(self) -> None:
        self._counted: dict[str, str] | None = None

    def _counts(self) -> dict[str, str]:
        if self._counted is None:
            actor = current_actor()
            waiting = queries.waiting(db.session(), actor, MENU_CAP) if may_open(actor, place("inbox")) else 0
            shown = f"{MENU_CAP}+" if waiting > MENU_CAP else str(waiting)
            self._counted = {"/inbox": shown} if waiting else {}
        return self._counted

    def __getitem__(self, href: str) -> str:
        return self._counts()[href]

    def __iter__(self) -> Iterator[str]:
        return iter(self._counts())

    def __len__(self) -> int:
        return len(self._counts())


@inbox.app_context_processor
def menu_counts() -> dict[str, Any]:
    return {"menu_counts": MenuCounts()}
