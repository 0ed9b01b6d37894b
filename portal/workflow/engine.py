"""The procedure moves on: (definition, state, event, context, now) -> (state, effects). No clock, no database.

What is offered and what is accepted come from one function, so a button never leads to a refusal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from portal.errors import Problem, Refused
from portal.values import Text
from portal.workflow.conditions import Context
from portal.workflow.model import EARLIER, Action, Step, Workflow
from portal.workflow.running import Run, day_of
from portal.workflow.states import Delegate as DelegateTask
from portal.workflow.states import Event, Offer, Open, Recuse, Rejudge, Result, Roles, State

NOT_OPEN = Problem("action-not-open", 409, Text("现在不能办理这项操作。", "This action is not open now."))
BLOCKED = Problem("action-blocked", 409, Text("{why}", "{why}"))
REASON_MISSING = Problem("reason-missing", 422, Text("请写明理由。", "Give a reason."))
BAD_TARGET = Problem(
    "target-not-possible", 422, Text("不能转到所选的步骤或人员。", "The chosen step or person is not possible.")
)

WAITS_FOR_RECOGNITION = Text(
    "前置认定尚未作出,可先研判,暂不能确认。", "The recognition it rests on is still open: prepare now, confirm later."
)
DELEGATE = Text("委托办理", "Delegate")
RECUSE = Text("回避", "Recuse")
WITHDRAW = Text("撤回申请", "Withdraw")
SYSTEM = "system"
APPLICANTS = frozenset({"citizen", "window_clerk"})


def start(wf: Workflow, context: Context, now: datetime | date) -> Result:
    """Open the first steps."""
    run = Run(wf, State(), context, day_of(now))
    for name in wf.start:
        run.enter(name)
    return run.result()


def _may(step: Step, entry: Open, state: State, actor: Roles) -> bool:
    who = step.assign
    if who is None or actor.actor_id in entry.recused or actor.actor_id in entry.signed:
        return False
    if entry.delegate:
        if entry.delegate != actor.actor_id:
            return False
    elif who.role not in actor.roles:
        return False
    return not any(actor.actor_id in ids for other, ids in state.hands if other in who.different_from)


def earlier_steps(wf: Workflow, state: State, name: str) -> tuple[str, ...]:
    """The steps people have done on the way to this one: where it can be sent back to."""
    worked = {step for step, _ in state.hands if step in state.done}
    return tuple(s for s in wf.steps if s in worked and s != name and name in wf.downstream[s])


def _blocked(step: Step, action: Action, state: State, context: Context) -> Text | None:
    if step.needs and action.needs and not state.rejudged and context.get("recognition", "none") not in ("met", "none"):
        return WAITS_FOR_RECOGNITION
    return None


def _offer(wf: Workflow, state: State, context: Context, step: Step, action: Action) -> Offer | None:
    if action.name == "elapsed" or (action.when is not None and not action.when(context)):
        return None
    targets = earlier_steps(wf, state, step.name) if action.to == (EARLIER,) else ()
    if action.to == (EARLIER,) and not targets:
        return None
    return Offer(
        step.name, action.name, action.title, action.reason_required, _blocked(step, action, state, context), targets
    )


def _withdrawal(wf: Workflow, state: State, actor: Roles) -> Offer | None:
    reached = {o.step for o in state.open} | set(state.done)
    if not wf.withdraw_until or reached & set(wf.withdraw_until) or not actor.roles & APPLICANTS:
        return None
    return Offer("", "withdraw", WITHDRAW)


def _offers(wf: Workflow, state: State, context: Context, actor: Roles, only: str | None) -> Iterator[Offer]:
    if state.outcome:
        return
    for entry in state.open:
        step = wf.steps[entry.step]
        if entry.held or (only is not None and only != entry.step) or not _may(step, entry, state, actor):
            continue
        for action in step.actions.values():
            if offer := _offer(wf, state, context, step, action):
                yield offer
        if step.assign and step.assign.delegable:
            yield Offer(entry.step, "delegate", DELEGATE)
        if step.assign and step.assign.role != "citizen":
            yield Offer(entry.step, "recuse", RECUSE, reason_required=True)
    if not only and (offer := _withdrawal(wf, state, actor)):
        yield offer


def open_to(wf: Workflow, state: State, context: Context, actor: Roles) -> tuple[Offer, ...]:
    """Everything this person can do now; the buttons of a screen."""
    return tuple(_offers(wf, state, context, actor, None))


def advance(wf: Workflow, state: State, event: Event, context: Context, now: datetime | date) -> Result:
    """Carry out an action that is open to its actor; Refused otherwise, and nothing has changed."""
    actor = Roles(event.actor_id, event.roles)
    offer = next((o for o in _offers(wf, state, context, actor, event.step) if o.action == event.action), None)
    if offer is None:
        raise Refused(NOT_OPEN)
    if offer.blocked:
        raise Refused(BLOCKED, why=offer.blocked)
    if offer.reason_required and not event.reason.strip():
        raise Refused(REASON_MISSING)
    run = Run(wf, state, context, day_of(now))
    if event.step == "":
        run.end("withdrawn")
        return run.result()
    entry = run.open[event.step]
    step = wf.steps[event.step]
    own = step.actions.get(event.action)
    if own is None:
        _hand_over(run, entry, event)
        return run.result()
    if offer.targets and event.to not in offer.targets:
        raise Refused(BAD_TARGET)
    signed = (*entry.signed, event.actor_id)
    if own is step.first and len(signed) < step.signers:
        run.change(entry, signed=signed)
        return run.result()
    run.note(event.step, signed)
    run.leave(step, own, event.to)
    return run.result()


def _hand_over(run: Run, entry: Open, event: Event) -> None:
    if event.action == "recuse":
        run.change(entry, recused=(*entry.recused, event.actor_id), delegate="")
        run.effects.append(Recuse(entry.step, event.actor_id))
        return
    step = run.wf.steps[entry.step]
    barred = {i for other, ids in run.hands.items() if step.assign and other in step.assign.different_from for i in ids}
    if not event.to or event.to in entry.recused or event.to == event.actor_id or event.to in barred:
        raise Refused(BAD_TARGET)
    run.change(entry, delegate=event.to)
    run.effects.append(DelegateTask(entry.step, event.to))


def tick(wf: Workflow, state: State, context: Context, now: datetime | date) -> Result:
    """Let waits elapse whose time has come."""
    run = Run(wf, state, context, day_of(now))
    for entry in state.open:
        step = wf.steps[entry.step]
        over = step.wait_days is not None and entry.due_on is not None and run.today > entry.due_on
        if over and entry.step in run.open and not run.open[entry.step].held and not run.outcome:
            run.leave(step, step.first, None)
    return run.result()


def signal(wf: Workflow, state: State, name: str, context: Context, now: datetime | date) -> Result:
    """Something happened elsewhere: a front step is done, the front was refused or paused, a recognition failed."""
    run = Run(wf, state, context, day_of(now))
    if state.outcome:
        return run.result()
    if name in ("front_paused", "front_resumed"):
        run.held_up = name == "front_paused"
    elif name == "not_together":
        run.end("not_together")
    elif name == "recognition_failed":
        _rejudge(run)
    elif name in wf.on:
        outcome, when = wf.on[name]
        if when is None or when(context):
            run.end(outcome)
    else:
        run.signals.add(name)
        run.pass_gates()
    return run.result()


def _rejudge(run: Run) -> None:
    if run.rejudged:
        return
    run.rejudged = True
    run.effects.append(Rejudge())
    if run.wf.rejudge and run.wf.rejudge in run.done:
        run.rewind(run.wf.rejudge)
        run.enter(run.wf.rejudge)
