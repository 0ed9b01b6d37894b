"""One page per task: what is known, where the file stands, the step's own inputs, and the buttons the engine offers."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, request
from werkzeug.datastructures import MultiDict
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.access.rules import ROLES
from portal.applications.commands import unmask
from portal.cases import commands, queries
from portal.cases.history import history
from portal.cases.models import Case, Task
from portal.cases.progress import plans
from portal.cases.rules import clock, days_left
from portal.catalogue.catalogue import Catalogue
from portal.db import db, transaction
from portal.errors import INVALID, FieldError, Problem, Refused
from portal.organisation.queries import calendar
from portal.values import Text
from portal.web.desk.foundation import Desk, Entry, opened, too_long
from portal.web.desk.known import known
from portal.web.desk.steps import address_of, page_of
from portal.web.shell import current_actor, lang, needs, now, page, say, today
from portal.workflow import Offer

tasks = Blueprint("tasks", __name__)

FUNCTIONS = ("front.act", "verification.act", "visit.record", "application.create", "case.decide", "case.confirm")
HANDING = ("delegate", "recuse")
NOTHING_CHOSEN = Problem("no-action", 422, Text("请选择要办理的操作。", "Choose what to do."))
HANDED_TO = Text("已转交给{name}。", "Handed to {name}.")
STEPPED_BACK = Text("已登记回避,本件由同岗位其他人办理。", "You have stepped back; a colleague takes the file.")
DONE = Text("{name} · {step}:{action}。", "{name} · {step}: {action}.")
NEXT = Text("接下来:{next}。", " Next: {next}.")
OVER = Text("本环节已全部办结。", " Nothing is left to do here.")
Page = tuple[str, int]


@tasks.get("/tasks/<int(max=2147483647):task_id>")
@needs(*FUNCTIONS)
def show(task_id: int) -> Page | Response:
    """The task's page; a department's step opens on its item's own screen."""
    try:
        desk = _desk(task_id)
    except Refused as refusal:
        return _gone(task_id, refusal)
    address = address_of(desk.task)
    return _page(desk) if address == request.path else redirect(address)


@tasks.post("/tasks/<int(max=2147483647):task_id>")
@needs(*FUNCTIONS)
def work(task_id: int) -> Page | Response:
    """Do what was pressed: a button of the step, an action that ends it, or only draw the page with what was typed."""
    try:
        desk = _desk(task_id, request.form)
        try:
            desk = _received(desk)
        except Refused as refusal:
            return _again(desk, task_id, refusal)
        pressed = next((name for name in page_of(desk.task).buttons if name in request.form), None)
        action = request.form.get("_action", "")
        if "_unmask" in request.form:
            return _unmasked(desk)
        if pressed is not None:
            return _press(desk, pressed)
        return _act(desk, action) if action else _page(desk)
    except Refused as refusal:
        return _gone(task_id, refusal)


def _desk(task_id: int, typed: MultiDict[str, str] | None = None) -> Desk:
    return opened(db.session(), current_actor(), task_id, now=now(), lang=lang(), typed=typed)


def _received(desk: Desk) -> Desk:
    """What came with the page and must not be lost to a refusal is kept first, by itself."""
    keep = page_of(desk.task).receive
    if keep is None or not request.files:
        return desk
    with transaction(db.session()):
        return keep(desk)


def _press(desk: Desk, name: str) -> Page | Response:
    """Something the step offers besides its actions, such as saving; the task stays open."""
    task_id = desk.task.id
    try:
        with transaction(db.session()):
            message = page_of(desk.task).buttons[name](desk, request.form.get(name, ""))
    except Refused as refusal:
        return _again(desk, task_id, refusal)
    say(message)
    return redirect(f"/tasks/{task_id}", code=303)


def _act(desk: Desk, action: str) -> Page | Response:
    """One action of the engine: refused with every value kept, or done and told in words."""
    task_id, to = desk.task.id, request.form.get("_colleague" if action in HANDING else "_to") or None
    try:
        with transaction(db.session()) as session:
            entry = _entered(desk, action)
            task = commands.act(
                session, desk.actor, task_id, action, entry.payload, reason=entry.reason, to=to, now=desk.now
            )
            session.flush()  # what comes next is open now
            message = _told(desk, task, action, to)
    except Refused as refusal:
        return _again(desk, task_id, refusal)
    say(message)
    return redirect("/inbox", code=303)


def _entered(desk: Desk, action: str) -> Entry:
    """What the inputs mean. Refused with everything that could not be read."""
    if action in HANDING:
        reason = request.form.get("_hand_reason", "").strip()
        entry = Entry({}, reason, too_long("/hand_reason", reason))
    else:
        entry = page_of(desk.task).read(desk)
    if entry.faults:
        raise Refused(INVALID, entry.faults, count=len(entry.faults))
    return entry


def _again(sent: Desk, task_id: int, refusal: Refused) -> Page:
    """The page as it was typed, with what is wrong; a task that somebody else did meanwhile is gone."""
    if refusal.problem.status == 404:
        raise refusal
    desk = _desk(task_id, sent.typed)
    faults = refusal.fields or (FieldError("", "", refusal.problem.code, refusal.text),)
    return _page(replace(desk, faults=faults), status=refusal.problem.status, problem=refusal.text)


def _unmasked(desk: Desk) -> Page:
    """The same page with the numbers in full: an act with a purpose, kept in the trail."""
    task_id, purpose = desk.task.id, request.form.get("_purpose", "")
    try:
        with transaction(db.session()) as session:
            unmask(session, desk.actor, desk.application.id, purpose, now=desk.now)
    except Refused as refusal:
        return _again(desk, task_id, refusal)
    return _page(_desk(task_id, request.form), unmasked=True)


def _gone(task_id: int, refusal: Refused) -> Page:
    """A task that is done, withdrawn or not the reader's: who was first when that may be told, and a way back."""
    db.session().rollback()
    if refusal.problem.status != 404:
        raise refusal
    done = queries.closed_task(db.session(), current_actor(), task_id)
    step = action = None
    if done is not None:
        catalogue = queries.catalogue_of(db.session(), done)
        found = catalogue.step(done.item, done.step)
        step, action = found.title, found.actions[done.action].title if done.action in found.actions else None
    status = 409 if done is not None and request.method == "POST" else 404
    return page("portal/desk/gone.html", status=status, task=done, step=step, action=action, message=refusal.text)


# --- the page ----------------------------------------------------------------------------------------------------


def _page(desk: Desk, *, status: int = 200, problem: Text | None = None, unmasked: bool = False) -> Page:
    task, own = desk.task, page_of(desk.task)
    offers = commands.offers(desk.db, desk.actor, task, desk.now)
    mine_to_see = _cases_seen(desk)
    flows = plans(desk.db, task.application_id, desk.now, only=mine_to_see)
    mine = [plan for plan in flows if plan.case_id == task.case_id]
    card = clock(desk.today, task.due_on, task.yellow_on, paused=task.status == "paused")
    lines = history(desk.db, task.application_id, desk.catalogue, only=mine_to_see)
    return page(
        "portal/desk/task.html",
        status=status,
        desk=desk,
        task=task,
        step=desk.step,
        card=card,
        days=days_left(calendar(desk.db), desk.today, task.due_on),
        own=own,
        partial=f"portal/desk/steps/{own.template}.html",
        view=own.show(desk),
        buttons=[offer for offer in offers if offer.action not in HANDING],
        handing=[offer for offer in offers if offer.action in HANDING],
        colleagues=queries.colleagues(desk.db, desk.actor, task, desk.today),
        needs_reason=[offer.title for offer in offers if offer.reason_required and offer.action not in HANDING],
        targets=_targets(desk, offers),
        first=desk.step.first.name,
        plans=mine,
        other_plans=[plan for plan in flows if plan.case_id != task.case_id],
        lines=tuple(reversed(lines)),
        known=known(desk, unmask=unmasked),
        unmasked=unmasked,
        problem=problem,
        item=desk.catalogue.item(task.item) if task.item else None,
    )


def _cases_seen(desk: Desk) -> frozenset[int]:
    """The items of this application the actor may read, and the one he works on."""
    query = queries.visible_to(desk.actor).where(Case.application_id == desk.application.id)
    own = [desk.task.case_id] if desk.task.case_id is not None else []
    return frozenset([*(case.id for case in desk.db.scalars(query)), *own])


def _targets(desk: Desk, offers: tuple[Offer, ...]) -> list[tuple[str, Text]]:
    """The earlier steps the engine allows, for the select of "send back"."""
    names = dict.fromkeys(name for offer in offers for name in offer.targets)
    return [(name, desk.catalogue.step(desk.task.item, name).title) for name in names]


# --- words -------------------------------------------------------------------------------------------------------


def _told(desk: Desk, task: Task, action: str, to: str | None) -> Text:
    """What happened, and what comes next at whose desk."""
    if action == "recuse":
        return STEPPED_BACK
    if action == "delegate":
        name = next((c.name for c in queries.colleagues(desk.db, desk.actor, task, today()) if str(c.id) == to), "")
        return Text(HANDED_TO.zh.format(name=name), HANDED_TO.en.format(name=name))
    done = desk.catalogue.step(task.item, task.step)
    title = done.actions[action].title if action in done.actions else Text(action, action)
    words = {"name": task.applicant_name}
    head = Text(
        DONE.zh.format(**words, step=done.title.zh, action=title.zh),
        DONE.en.format(**words, step=done.title.en, action=title.en),
    )
    left = [t for t in queries.tasks_of(desk.db, task.application_id) if t.status in queries.OPEN]
    coming = _coming(desk.catalogue, left)
    if not coming:
        return Text(head.zh + OVER.zh, head.en + OVER.en)
    zh, en = "、".join(c.zh for c in coming), ", ".join(c.en for c in coming)
    return Text(head.zh + NEXT.zh.format(next=zh), head.en + NEXT.en.format(next=en))


def _coming(catalogue: Catalogue, left: list[Task]) -> list[Text]:
    """Open steps with the desk they lie on, each once, at most four."""
    named: dict[str, Text] = {}
    for task in left:
        step, post = catalogue.step(task.item, task.step).title, ROLES[task.role].title
        named.setdefault(f"{task.step}/{task.role}", Text(f"{step.zh}({post.zh})", f"{step.en} ({post.en})"))
    return list(named.values())[:4]
