"""What happened to a file, in order and in words: read from the audit trail, never from the tables that changed since.

Tells who did which step with what reason. Names of officers stand here, nothing personal about the family; an event
without a sentence below is left out, so that a new kind of event cannot show more than somebody thought of.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.rules import SYSTEM
from portal.audit import Event
from portal.audit.queries import trail
from portal.cases.models import Case
from portal.cases.rules import STATUSES
from portal.catalogue.catalogue import Catalogue
from portal.values import Text, yuan
from portal.workflow import Workflow
from portal.workflow.engine import DELEGATE, RECUSE, WITHDRAW

THE_SYSTEM = Text("系统", "The system")
SUBMITTED = Text("提交申请", "Application submitted")
RECOGNITIONS: dict[str, Text] = {
    "met": Text("前置认定已作出", "The recognition it rests on has been given"),
    "failed": Text("前置认定未通过", "The recognition it rests on has failed"),
}
# One line per kind of event that a reader should see; {placeholders} are the event's own data.
SENTENCES: dict[str, Text] = {
    "application.submitted": SUBMITTED,
    "application.accepted": Text("已受理,承诺 {promised} 前办结", "Accepted; promised by {promised}"),
    "application.refused": Text("申请办结:不予受理或终止", "The application ended without being accepted"),
    "application.withdrawn": Text("申请已撤回", "The application was withdrawn"),
    "application.reminded": Text("到龄提醒,{day} 自动办理", "Reminded; it starts by itself on {day}"),
    "application.supplied": Text(
        "申请人在网上补交材料 {files} 个文件,请窗口核对",
        "The applicant sent {files} files online, for the window to look at",
    ),
    "authorisation.recorded": Text("登记授权书已签署", "The signed letter was recorded"),
    "verification.requested": Text(
        "发起信息比对 {sent} 项,未授权 {not_signed} 项", "Asked {sent} comparisons; {not_signed} without a letter"
    ),
    "verification.collected": Text(
        "收到比对结果 {answers} 项,不一致 {conflicts} 处", "{answers} answers came in, {conflicts} conflicts"
    ),
    "verification.answered": Text("人工登记比对 {code} 的结果", "The answer of comparison {code} was typed in"),
    "conflict.settled": Text("核实一处不一致", "A conflict was settled"),
    "visit.saved": Text("保存入户调查草稿", "The visit's survey was saved, not complete yet"),
    "visit.recorded": Text("入户调查完成", "The home visit was recorded"),
    "application.unmasked": Text("查看完整证件号码,用途:{purpose}", "Numbers were shown in full, for: {purpose}"),
    "number.unmasked": Text("查看完整证件号码", "An id number was shown in full"),
    "task.delegated": Text("转交 {to} 办理", "Handed to {to}"),
    "task.recused": Text("申请回避", "Stepped back from the file"),
    "case.helped_first": Text("先行救助 {amount_fen} 元", "Helped first with {amount_fen} yuan"),
    "case.recognition_changed": Text("{after}", "{after}"),
    "case.rejudged": Text("按自身规则重新研判", "To be judged again on its own rules"),
    "case.wait_elapsed": Text("公示期满,无异议", "Publicity is over without objection"),
    "called.aid.release": Text("通知发放急难救助金", "Release of the emergency money was ordered"),
    "called.front.completed": Text("乡镇环节办结,推送部门", "The township's steps are done; passed to the departments"),
    "entitlement.opened": Text("待遇已建立,自 {first_day} 起", "The entitlement stands, from {first_day}"),
    "entitlement.ceased": Text("待遇终止", "The entitlement ended"),
    **{f"case.{status}": Text(f"办结:{title.zh}", f"Ended: {title.en}") for status, title in STATUSES.items()},
}
HANDED_ON: dict[str, Text] = {"delegate": DELEGATE, "recuse": RECUSE, "withdraw": WITHDRAW}


@dataclass(frozen=True)
class HistoryLine:
    """One thing that happened: when, who did it, at which step of which item, what it was and why."""

    at: datetime
    who: Text
    what: Text
    step: Text | None = None
    item: Text | None = None
    reason: str = ""
    action: str = ""
    choice: str = ""


def history(
    db: Session, application_id: int, catalogue: Catalogue, *, only: Collection[int] | None = None
) -> tuple[HistoryLine, ...]:
    """Everything that happened to an application, oldest first. `only` limits the items to the cases a reader may see."""
    items = dict(db.execute(select(Case.id, Case.item).where(Case.application_id == application_id)).all())
    lines = (_line(event, catalogue, items, only) for event in trail(db, f"application:{application_id}"))
    return tuple(line for line in lines if line is not None)


def _line(
    event: Event, catalogue: Catalogue, items: Mapping[int, str], only: Collection[int] | None
) -> HistoryLine | None:
    kind, _, number = event.subject.partition(":")
    case_id = int(number) if kind == "case" and number.isdigit() else None
    if case_id is not None and only is not None and case_id not in only:
        return None
    slug = items.get(case_id) if case_id is not None else None
    flow = catalogue.workflows[catalogue.item(slug).workflow if slug is not None else "front"]
    what = _action(event, flow) if event.action == "task.done" else _sentence(event)
    if what is None:
        return None
    step = flow.steps.get(str(event.data.get("step")))
    return HistoryLine(
        at=event.at,
        who=THE_SYSTEM if event.actor_id is None and event.actor_name == SYSTEM.name else _same(event.actor_name),
        what=what,
        step=step.title if step is not None else None,
        item=catalogue.item(slug).title if slug is not None else None,
        reason=str(event.data.get("reason") or ""),
        action=event.action,
        choice=str(event.data.get("choice") or ""),
    )


def _action(event: Event, flow: Workflow) -> Text | None:
    """The title of the button somebody pressed."""
    choice = str(event.data.get("choice"))
    step = flow.steps.get(str(event.data.get("step")))
    action = step.actions.get(choice) if step is not None else None
    return action.title if action is not None else HANDED_ON.get(choice)


def _sentence(event: Event) -> Text | None:
    sentence = SENTENCES.get(event.action)
    if sentence is None:
        return None
    values = {name: _reading(name, value) for name, value in event.data.items()}
    zh = {name: value.zh if isinstance(value, Text) else value for name, value in values.items()}
    en = {name: value.en if isinstance(value, Text) else value for name, value in values.items()}
    return Text(sentence.zh.format_map(_Known(zh)), sentence.en.format_map(_Known(en)))


def _reading(name: str, value: Any) -> Text | str:
    """A value of an event as a person reads it."""
    if name == "amount_fen" and isinstance(value, int):
        return yuan(value)
    if name == "after":
        return RECOGNITIONS.get(str(value), _same(str(value)))
    return "" if value is None else str(value)


def _same(text: str) -> Text:
    return Text(text, text)


class _Known(dict[str, Any]):
    """An event written before a value was recorded still has its sentence."""

    def __missing__(self, key: str) -> str:
        return "—"
