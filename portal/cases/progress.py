"""Where a file stands: every step of its front and of each item, in order, done or now or still to come.

A page draws it as the plan of the case. The decisions are the engine's; here its state is only put into words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy.orm import Session

from portal.access.rules import ROLES, SYSTEM
from portal.cases.contexts import case_context, front_context
from portal.cases.flow import File, open_file
from portal.cases.models import Case
from portal.cases.rules import clock, days_left
from portal.values import Text, WorkingCalendar
from portal.workflow import FRONT_SIGNALS, Open, State, Step, Workflow
from portal.workflow.conditions import Context
from portal.workflow.engine import WAITS_FOR_RECOGNITION
from portal.workflow.model import forward
from portal.workflow.running import EVERY_WEEKDAY, signals_wanted

STAGES: dict[str, Text] = {
    "apply": Text("申请", "Application"),
    "review": Text("审核", "Review"),
    "research": Text("认定研判", "Judgement"),
    "confirm": Text("确认", "Confirmation"),
    "pay": Text("发放", "Payment"),
    "after": Text("后续", "Afterwards"),
}
STATUSES: dict[str, Text] = {
    "done": Text("已办", "Done"),
    "now": Text("办理中", "Now"),
    "paused": Text("暂停计时", "Paused"),
    "blocked": Text("等待", "Waiting"),
    "to_come": Text("未到", "To come"),
    "not_needed": Text("不需要", "Not needed"),
}
FILE_PAUSED = Text("等待申请人补正或说明,计时暂停。", "Waits for the family; the clocks stand still.")


@dataclass(frozen=True)
class StepView:
    """One step with its position: who works on it, by when, and why it waits.

    `usual` is False for what happens only when called for, such as a supplement or an objection.
    """

    name: str
    title: Text
    stage: str
    status: str
    who: Text | None = None
    why: Text | None = None
    opened_on: date | None = None
    due_on: date | None = None
    clock: str = "none"
    days_left: int | None = None
    usual: bool = True

    @property
    def status_title(self) -> Text:
        return STATUSES[self.status]

    @property
    def shown(self) -> bool:
        """Steps nobody needs are told in one line, not drawn."""
        return self.status != "not_needed"


@dataclass(frozen=True)
class StageView:
    """Neighbouring steps of one stage."""

    title: Text
    steps: tuple[StepView, ...]

    @property
    def status(self) -> str:
        """Done when all its steps are; else that of the step it stands at."""
        statuses = [step.status for step in self.steps]
        for status in ("now", "paused", "blocked"):
            if status in statuses:
                return status
        if all(status == "done" for status in statuses):
            return "done"
        return "now" if "done" in statuses else "to_come"

    @property
    def status_title(self) -> Text:
        return STATUSES[self.status]


@dataclass(frozen=True)
class Plan:
    """The plan of one flow: the shared front (no case) or one item, step by step."""

    title: Text
    steps: tuple[StepView, ...]
    case_id: int | None = None
    item: str | None = None

    @property
    def stages(self) -> tuple[StageView, ...]:
        drawn = (step for step in self.steps if step.shown)
        return tuple(StageView(STAGES[stage], tuple(steps)) for stage, steps in groupby(drawn, lambda s: s.stage))

    @property
    def left_out(self) -> tuple[StepView, ...]:
        """Steps that would usually come and are not needed here."""
        return tuple(step for step in self.steps if step.usual and not step.shown)


def progress(
    workflow: Workflow,
    state: State,
    context: Context,
    *,
    today: date,
    front: Workflow | None = None,
) -> tuple[StepView, ...]:
    """Every step of a workflow in the order of the work, stage by stage. `front` names what a case waits for."""
    usual, ahead = _way(workflow, workflow.start), _ahead(workflow, state)
    return tuple(
        _view(workflow.steps[name], workflow, state, context, today, front, usual=name in usual, ahead=name in ahead)
        for name in _order(workflow)
    )


def plans(db: Session, application_id: int, now: datetime, *, only: Collection[int] | None = None) -> tuple[Plan, ...]:
    """The front's plan and that of every item; `only` limits the items to the cases the reader may see."""
    file = open_file(db, SYSTEM, application_id, now, lock=False)
    front = file.catalogue.workflows["front"]
    found = []
    if file.application.front_state:
        state = State.from_json(file.application.front_state)
        found.append(Plan(front.title, progress(front, state, front_context(file), today=file.today)))
    return (*found, *(_plan_of_case(file, case) for case in file.cases if only is None or case.id in only))


def _plan_of_case(file: File, case: Case) -> Plan:
    item = file.catalogue.item(case.item)
    workflow, front = file.catalogue.workflows[item.workflow], file.catalogue.workflows["front"]
    steps = progress(workflow, State.from_json(case.state), case_context(file, case), today=file.today, front=front)
    return Plan(item.title, steps, case.id, case.item)


def _view(
    step: Step,
    workflow: Workflow,
    state: State,
    context: Context,
    today: date,
    front: Workflow | None,
    *,
    usual: bool,
    ahead: bool,
) -> StepView:
    entry = state.entry(step.name)
    status, why = (
        _standing(step, entry, workflow, state, context, front)
        if entry is not None
        else (_not_open(step, state, context, ahead=ahead), None)
    )
    days: WorkingCalendar = context.get("calendar", EVERY_WEEKDAY)
    due = entry.due_on if entry is not None else None
    ticking = entry is not None and due is not None
    return StepView(
        name=step.name,
        title=step.title,
        stage=step.stage,
        status=status,
        who=ROLES[step.assign.role].title if step.assign is not None and step.assign.role in ROLES else None,
        why=why,
        opened_on=entry.opened_on if entry is not None else None,
        due_on=due,
        clock=clock(today, due, entry.yellow_on, paused=status == "paused")
        if entry is not None and ticking
        else "none",
        days_left=days_left(days, today, due),
        usual=usual,
    )


def _not_open(step: Step, state: State, context: Context, *, ahead: bool) -> str:
    """Done, to come, or not needed. Steps that are passed in silence count as done for the engine, not for a reader."""
    worked = step.name in dict(state.hands)
    if step.name in state.done and (worked or step.when is None or step.when(context)):
        return "done"
    if state.outcome:
        return "done" if worked else "not_needed"
    if step.name in state.done or not ahead:
        return "not_needed"
    return "to_come" if step.when is None or step.when(context) else "not_needed"


def _standing(
    step: Step, entry: Open, workflow: Workflow, state: State, context: Context, front: Workflow | None
) -> tuple[str, Text | None]:
    """How an open step stands, and why it does not move."""
    if entry.held:
        return "blocked", _waits_for(
            [workflow.steps[o.step].title for o in state.open if step.name in o.origins] or [step.title]
        )
    if state.paused_on is not None and not step.pauses:
        return "paused", FILE_PAUSED
    if step.signal:
        missing = signals_wanted(step, context) - set(state.signals)
        return "blocked", _waits_for([_signal_title(name, front) for name in FRONT_SIGNALS.values() if name in missing])
    if step.needs and not state.rejudged and context.get("recognition", "none") not in {"met", "none"}:
        return "blocked", WAITS_FOR_RECOGNITION
    return "now", None


def _signal_title(signal: str, front: Workflow | None) -> Text:
    name = next(step for step, emitted in FRONT_SIGNALS.items() if emitted == signal)
    return front.steps[name].title if front is not None and name in front.steps else Text(name, name)


def _waits_for(titles: list[Text]) -> Text:
    zh, en = "、".join(title.zh for title in titles), ", ".join(title.en for title in titles)
    return Text(f"等待:{zh}", f"Waits for: {en}")


# --- the order of the steps and the usual way -------------------------------------------------------------------


def _way(workflow: Workflow, starts: Collection[str]) -> frozenset[str]:
    """The steps that follow when everything goes on by each step's first action."""
    seen: set[str] = set()
    todo = [name for name in starts if name in workflow.steps]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            first = workflow.steps[name].first
            todo += [] if first.back else [target for target in first.to if target in workflow.steps]
    return frozenset(seen)


def _ahead(workflow: Workflow, state: State) -> frozenset[str]:
    """What is still to come from where the flow stands."""
    if state.outcome:
        return frozenset()
    standing = [entry.step for entry in state.open] or ([] if state.done else list(workflow.start))
    return _way(workflow, standing) - set(standing)


def _order(workflow: Workflow) -> tuple[str, ...]:
    """The steps so that what comes first stands first; the document's order where both could, returns left out."""
    before: Mapping[str, set[str]] = {name: set(step.join) for name, step in workflow.steps.items()}
    for source, targets in forward(workflow.steps).items():
        for target in targets:
            before[target].add(source)
    placed: dict[str, None] = {}
    while len(placed) < len(workflow.steps):
        left = [name for name in workflow.steps if name not in placed]
        ready = [name for name in left if before[name] <= placed.keys()]
        placed[(ready or left)[0]] = None
    return tuple(placed)
