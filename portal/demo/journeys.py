"""How one family's file goes its way: who takes each task, when, and what he enters.

A journey knows only what a desk sees: the open tasks. What is decided follows what the rules propose, with the share of
doubts, delays, objections and changes of mind that make a town believable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.applications.models import Application
from portal.cases import commands, queries
from portal.cases.closing import EXCLUDED
from portal.cases.models import Case, Task
from portal.catalogue.catalogue import Catalogue
from portal.demo import working_days
from portal.demo.desks import Desks
from portal.demo.filling import complete
from portal.errors import Refused
from portal.organisation.queries import CITY_TIME
from portal.values import WorkingCalendar
from portal.verification import commands as verification_commands
from portal.verification.models import Conflict
from portal.verification.queries import open_conflicts, unanswered

LATE, STUCK = 0.07, 0.015  # of the tasks: done after their day; not touched for two weeks


@dataclass(frozen=True)
class Choice:
    """What somebody does on a task."""

    action: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    to: str | None = None


@dataclass(frozen=True)
class Moment:
    """Who takes a task, and when."""

    actor: Actor
    now: datetime


@dataclass
class Journey:
    """One application under way: when each of its open tasks will be taken, and what has happened once already."""

    application_id: int
    facts: Mapping[str, Any]
    dice: Random
    clerk: Actor
    planned: dict[int, datetime] = field(default_factory=dict)
    happened: set[str] = field(default_factory=set)
    judged_by: dict[int, set[int]] = field(default_factory=dict)

    def once(self, what: str, chance: float) -> bool:
        """Something that happens to some files, and to each at most once."""
        if what in self.happened or self.dice.random() >= chance:
            return False
        self.happened.add(what)
        return True


@dataclass
class Town:
    """What every journey needs: the database, the catalogue, the people at the desks and the calendar."""

    db: Session
    catalogue: Catalogue
    desks: Desks
    calendar: WorkingCalendar
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def step(self, journey: Journey, now: datetime) -> datetime | None:
        """Take the tasks whose time has come; when to look again, or None when nothing is left to do."""
        for task in self._open(journey):
            when = journey.planned.get(task.id)
            if when is not None and when <= now and task.status == "open":
                self._work(journey, task, now)
        waiting = []
        for task in self._open(journey):
            if task.form == "publicity" and task.due_on is not None and task.id not in journey.planned:
                journey.planned[task.id] = self._publicity(journey, task, now)
            when = journey.planned.setdefault(task.id, self._when(journey, task, now))
            if when <= now:
                when = journey.planned[task.id] = working_days.after_days(self.calendar, now, 1, journey.dice)
            waiting.append(when)
        return min(waiting, default=None)

    def _open(self, journey: Journey) -> list[Task]:
        self.db.flush()  # tasks the last action opened
        query = select(Task).where(
            Task.application_id == journey.application_id, Task.status.in_(("open", "paused", "blocked"))
        )
        return list(self.db.scalars(query.order_by(Task.id)))

    def _when(self, journey: Journey, task: Task, now: datetime) -> datetime:
        """Mostly within the task's limit, sometimes late, rarely forgotten for two weeks."""
        dice = journey.dice
        today = now.astimezone(CITY_TIME).date()
        limit = self.calendar.between(today, task.due_on) if task.due_on else dice.randrange(1, 4)
        luck = dice.random()
        if luck < STUCK:
            days = limit + dice.randrange(8, 15)
        elif luck < STUCK + LATE:
            days = limit + dice.randrange(1, 4)
        else:
            days = dice.randint(0, max(0, limit))
        if task.form == "help":
            days = 0
        if task.form == "works":
            days = dice.randrange(8, 20)
        return working_days.after_days(self.calendar, now, days, dice)

    def _publicity(self, journey: Journey, task: Task, now: datetime) -> datetime:
        """Look again when the notice has hung its days, or in between when a neighbour will object."""
        if task.due_on is None:
            return now
        if journey.once("objection", 0.06):
            journey.happened.add(f"object:{task.id}")
            return working_days.after_days(self.calendar, now, 2, journey.dice)
        return working_days.at(task.due_on, 24 + 9.5)

    def _work(self, journey: Journey, task: Task, now: datetime) -> None:
        if task.form in REGRETTED_AT and journey.once(f"withdraw:{task.form}", 0.015):
            commands.withdraw(self.db, journey.clerk, journey.application_id, "家庭情况好转,不再申请(示例)", now=now)
            return
        barred = journey.judged_by.get(task.case_id or 0, set()) if task.form in FOUR_EYES else set()
        actor = self.desks.for_task(task, journey.dice, barred)
        if actor is None or task.form not in CHOICES:
            return
        choice = CHOICES[task.form](self, journey, task, Moment(actor, now))
        if choice is None:
            return
        try:
            with self.db.begin_nested():
                commands.act(
                    self.db, actor, task.id, choice.action, choice.payload, reason=choice.reason, to=choice.to, now=now
                )
        except Refused as refusal:
            journey.happened.add(f"{refusal.problem.code}:{task.id}")
            self.refused[task.step, refusal.problem.code] += 1
            return
        if task.form == "decide" and task.case_id is not None and actor.id is not None:
            journey.judged_by.setdefault(task.case_id, set()).add(actor.id)
        journey.planned.pop(task.id, None)


REGRETTED_AT = frozenset({"visit", "opinion"})  # where a family now and then thinks better of it
FOUR_EYES = frozenset({"confirm", "refuse", "spot_check", "completion"})
Chooser = Callable[[Town, Journey, Task, Moment], Choice | None]


def _accept(_town: Town, journey: Journey, _task: Task, _at: Moment) -> Choice:
    if journey.once("supplement", 0.05):
        return Choice("supplement", reason="缺少家庭成员身份证件(示例)")
    if journey.once("reject", 0.02):
        return Choice("reject", reason="经核实,申请人不在本市居住(示例)")
    return Choice("accept")


def _supplement(_town: Town, _journey: Journey, _task: Task, _at: Moment) -> Choice:
    return Choice("supplied", {"papers": ["id_card"]})


def _authorise(_town: Town, journey: Journey, _task: Task, _at: Moment) -> Choice:
    if journey.once("unsigned", 0.015):
        return Choice("refused_authorisation", reason="家庭成员拒绝签署授权书(示例)")
    return Choice("authorised", {"signed": True})


def _verify(town: Town, _journey: Journey, task: Task, at: Moment) -> Choice:
    """Fetch the answers first: only then is it known whether something contradicts."""
    application = town.db.get_one(Application, task.application_id)
    verification_commands.collect_answers(town.db, at.actor, application, town.catalogue, now=at.now)
    town.db.flush()  # contradictions just raised must be found
    conflicts = open_conflicts(town.db, task.application_id)
    left = unanswered(town.db, task.application_id)
    reason = "个别比对未签署授权,先行办理(示例)" if left else ""
    return Choice("conflict" if conflicts else "done", reason=reason)


def _visit(town: Town, journey: Journey, task: Task, at: Moment) -> Choice:
    if journey.once("lost", 0.01):
        return Choice("lost_contact", reason="两次上门未见人,电话无法接通(示例)")
    application = town.db.get_one(Application, task.application_id)
    return Choice("done", {"answers": survey(town.catalogue, application, journey, at.now)})


def survey(catalogue: Catalogue, application: Application, journey: Journey, now: datetime) -> dict[str, Any]:
    """What two investigators wrote down: what the family said, and now and then something else."""
    day = now.astimezone(CITY_TIME).date()
    facts = journey.facts
    seen: dict[str, Any] = {
        "visitor2_name": "示例网格员",
        "visit_interviewee": application.applicant_name,
        "v_residents": len(facts.get("members", ())),
        "v_house_area": sum(house.get("house_area", 0) for house in facts.get("houses", ())) or 20,
        "members": [dict(row) for row in facts.get("members", ())],
        "houses": [dict(row) for row in facts.get("houses", ())],
        "neighbours": [{"nb_name": "示例邻居甲"}, {"nb_name": "示例邻居乙"}],
        **{name: value for name, value in facts.items() if not isinstance(value, list)},
    }
    frail = [row for row in facts.get("members", ()) if row.get("member_self_care") in {"2", "3"}]
    if frail:
        seen |= {"v_adl_walk": False, "v_adl_bath": False} | ({"v_adl_toilet": False} if len(frail) > 1 else {})
    if journey.once("seen_otherwise", 0.12) and seen["houses"]:
        seen["houses"][0]["house_area"] = round(seen["houses"][0].get("house_area", 40) * 1.35, 1)
    if journey.once("builds", 0.05):
        seen["v_recent_build"] = True
    return complete(catalogue.form("home-visit", application.items), seen, day)


def _settle(town: Town, journey: Journey, task: Task, _at: Moment) -> Choice:
    settlements = [_settlement(conflict, journey.dice) for conflict in open_conflicts(town.db, task.application_id)]
    return Choice("settled", {"settlements": settlements})


def _settlement(conflict: Conflict, dice: Random) -> dict[str, Any]:
    plain = conflict.seen is not None and conflict.rule == "visit"
    basis = "seen" if plain and dice.random() < 0.6 else "declared"
    return {"conflict": conflict.id, "basis": basis, "reason": REASONS[basis]}


REASONS = {"seen": "现场丈量,以入户所见为准(示例)", "declared": "经当面核实并查看凭证,申报属实(示例)"}


def _opinion(town: Town, _journey: Journey, task: Task, _at: Moment) -> Choice:
    cases = queries.of_application(town.db, task.application_id)
    against = {case.item for case in cases if case.proposed_outcome == "not_eligible"}
    slugs = town.db.get_one(Application, task.application_id).items
    note = "经审核不符合条件(示例)"
    return Choice(
        "give",
        {"items": {slug: {"agree": slug not in against, "note": note if slug in against else ""} for slug in slugs}},
    )


def _decide(town: Town, journey: Journey, task: Task, _at: Moment) -> Choice:
    case = town.db.get_one(Case, task.case_id)
    proposed, dice = case.proposed_outcome, journey.dice
    if journey.once(f"ask:{case.id}", 0.04 if proposed != "undetermined" else 0.5):
        return Choice("ask_fact", reason="请核实收入来源(示例)")
    if proposed == "refer" or journey.once("refer", 0.01):
        return Choice("refer", reason="更适合其他救助,转相应部门办理(示例)")
    if proposed in {"not_eligible", "undetermined", "return"} or (proposed == "manual" and dice.random() < 0.4):
        return Choice("not_eligible", reason=WHY_NOT.get(proposed, WHY_NOT["not_eligible"]))
    return Choice("eligible", reason="" if proposed == "eligible" else "经集体研究,认为符合条件(示例)")


WHY_NOT = {
    "not_eligible": "经核对与入户,不符合规定条件(示例)",
    "undetermined": "关键情况无法核实(示例)",
    "return": "必备材料未提供(示例)",
    "manual": "经集体研究,不符合条件(示例)",
}


def _confirm(town: Town, journey: Journey, task: Task, _at: Moment) -> Choice | None:
    case = town.db.get_one(Case, task.case_id)
    if case.recognition == "pending":
        return None  # it waits for a recognition that is still being decided
    if f"{EXCLUDED.code}:{task.id}" in journey.happened:
        return Choice("not_together", reason="与已确认的事项不可同享(示例)")
    if case.prepared_outcome == "not_eligible":
        return Choice("refuse", reason=case.reason or WHY_NOT["not_eligible"])
    if journey.once("returned", 0.03):
        return Choice("return", reason="金额计算请再核对(示例)", to="decide")
    return Choice("confirm", reason="同意")


def _refuse(town: Town, _journey: Journey, task: Task, _at: Moment) -> Choice:
    case = town.db.get_one(Case, task.case_id)
    return Choice("refuse", reason=case.reason or WHY_NOT["not_eligible"])


def _spot_check(_town: Town, journey: Journey, _task: Task, _at: Moment) -> Choice:
    if journey.once("spot_failed", 0.05):
        return Choice("failed", reason="收入核算有误,请重新研判(示例)")
    return Choice("passed")


def _object(_town: Town, journey: Journey, task: Task, _at: Moment) -> Choice | None:
    if f"object:{task.id}" in journey.happened:
        return Choice("objection", reason="邻居反映家中有车辆(示例)")
    return None


def _help(_town: Town, _journey: Journey, _task: Task, _at: Moment) -> Choice:
    return Choice("help", {"amount_fen": 50_000})


CHOICES: Mapping[str, Chooser] = {
    "accept": _accept,
    "supplement": _supplement,
    "authorise": _authorise,
    "verify": _verify,
    "visit": _visit,
    "settle": _settle,
    "opinion": _opinion,
    "decide": _decide,
    "confirm": _confirm,
    "refuse": _refuse,
    "spot_check": _spot_check,
    "publicity": _object,
    "investigate": lambda *_: Choice("upheld", reason="经核实,车辆为邻居所有,反映不实(示例)"),
    "answer_fact": lambda *_: Choice("answered", reason="电话核实,收入来源与申报一致(示例)"),
    "papers": lambda *_: Choice("supplied"),
    "help": _help,
    "works": lambda *_: Choice("finished"),
    "completion": lambda *_: Choice("passed"),
}
