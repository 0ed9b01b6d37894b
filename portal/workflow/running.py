"""One move of the procedure while it is being worked out: a scratch copy of the state that becomes a state again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from portal.values import WorkingCalendar
from portal.workflow.conditions import Context
from portal.workflow.model import EARLIER, FRONT, FRONT_SIGNALS, ORIGIN, Action, Step, Workflow
from portal.workflow.states import (
    Automatic,
    Call,
    CloseTask,
    Effect,
    Emit,
    End,
    HoldTask,
    Open,
    OpenTask,
    Pause,
    Result,
    Resume,
    ResumeTask,
    State,
)

CITY_TIME = timezone(timedelta(hours=8))
EVERY_WEEKDAY = WorkingCalendar()


def day_of(now: datetime | date) -> date:
    """The local day of a moment."""
    return now.astimezone(CITY_TIME).date() if isinstance(now, datetime) else now


def signals_wanted(step: Step, context: Context) -> frozenset[str]:
    """What a gate waits for; `$front` means the front steps this item needs."""
    if step.signal == FRONT:
        return frozenset(FRONT_SIGNALS[need] for need in context.get("front_needs", ()))
    return frozenset((step.signal,))


class Run:
    """The state in motion."""

    def __init__(self, wf: Workflow, state: State, context: Context, today: date) -> None:
        self.wf, self.context, self.today = wf, context, today
        self.before = state
        self.open = {o.step: o for o in state.open}
        self.done = set(state.done)
        self.hands = dict(state.hands)
        self.signals = set(state.signals)
        self.outcome, self.paused_on = state.outcome, state.paused_on
        self.held_up, self.rejudged = state.held_up, state.rejudged
        self.effects: list[Effect] = []
        self.calendar: WorkingCalendar = context.get("calendar", EVERY_WEEKDAY)

    def result(self) -> Result:
        self._settle_clocks()
        state = State(
            tuple(self.open.values()),
            tuple(sorted(self.done)),
            tuple(sorted(self.hands.items())),
            tuple(sorted(self.signals)),
            self.outcome,
            self.paused_on,
            self.held_up,
            self.rejudged,
        )
        return Result(state, tuple(self.effects))

    def change(self, entry: Open, **values: Any) -> None:
        self.open[entry.step] = replace(entry, **values)

    def note(self, step: str, people: tuple[str, ...]) -> None:
        """Remember whose hands a step went through, also in an earlier round."""
        self.hands[step] = tuple(sorted({*self.hands.get(step, ()), *people}))

    def enter(self, name: str, origin: str | None = None) -> None:
        """Come to a step: open it, or pass it when it is not needed, automatic or already satisfied."""
        step = self.wf.steps[name]
        if name in self.open:
            if origin:
                self.change(self.open[name], origins=(*self.open[name].origins, origin))
            return
        if self.outcome or any(other not in self.done for other in step.join):
            return
        if step.when is not None and not step.when(self.context):
            self._pass(step, step.first, silent=True)
        elif step.auto:
            self.effects.append(Call(step.auto))
            self._pass(step, step.first)
        elif step.signal and signals_wanted(step, self.context) <= self.signals:
            self._pass(step, step.first)
        elif (action := self._by_itself(step)) is not None:
            self.effects.append(Automatic(step.name, step.form, action.name))
            self._pass(step, action)
        else:
            self._open(step, origin)

    def _by_itself(self, step: Step) -> Action | None:
        """The action the system takes because the step's rule holds; never past a recognition still awaited."""
        if step.automatic is None or self.rejudged or not step.automatic[0](self.context):
            return None
        action = step.actions[step.automatic[1]]
        waits = step.needs and action.needs and self.context.get("recognition", "none") not in ("met", "none")
        return None if waits else action

    def _pass(self, step: Step, action: Action, *, silent: bool = False) -> None:
        self.done.add(step.name)
        if not silent:
            self.effects.extend(Emit(name) for name in action.emit)
        if action.end:
            self.end(action.end)
        for target in action.to:
            self.enter(target)

    def _open(self, step: Step, origin: str | None) -> None:
        due = yellow = None
        if step.wait_days is not None:
            due = self.today + timedelta(days=step.wait_days)
        elif step.limit is not None:
            days = step.limit.of(self.context.get("limit_days", 0))
            due = self.calendar.add(self.today, days)
            yellow = self.calendar.add(self.today, max(0, min(int(step.yellow * days), days - 1)))
        self.open[step.name] = Open(step.name, self.today, due, yellow, origins=(origin,) if origin else ())
        if step.assign:
            self.effects.append(OpenTask(step.name, step.assign.role, step.assign.org, step.form, due, yellow))

    def leave(self, step: Step, action: Action, chosen: str | None) -> None:
        """Go out of a step by an action."""
        if any(t in self.wf.detours for t in action.to):
            self.change(self.open[step.name], held=True)
            self.effects.append(HoldTask(step.name))
            for target in action.to:
                self.enter(target, step.name)
            return
        entry = self.open.pop(step.name)
        if step.assign:
            self.effects.append(CloseTask(step.name, action.name))
        self.effects.extend(Emit(name) for name in action.emit)
        if action.end:
            self.end(action.end)
        elif action.to == (ORIGIN,):
            self._back_to(entry.origins)
        elif action.back:
            for target in (chosen,) if action.to == (EARLIER,) and chosen else action.to:
                self.rewind(target)
                self.enter(target)
        else:
            self.done.add(step.name)
            for target in action.to:
                self.enter(target)

    def _back_to(self, origins: tuple[str, ...]) -> None:
        self._settle_clocks()
        for name in origins:
            if name in self.open:
                self.change(self.open[name], held=False)
                entry = self.open[name]
                self.effects.append(ResumeTask(name, entry.due_on, entry.yellow_on))

    def rewind(self, target: str) -> None:
        """Undo what comes after a step, so that coming again never finds a branch open twice."""
        undone = self.wf.downstream[target] | {target}
        for name in [n for n in self.open if n in undone]:
            self._cancel(name)
        for name, entry in list(self.open.items()):
            if entry.origins:
                left = tuple(o for o in entry.origins if o not in undone)
                if left:
                    self.change(entry, origins=left)
                else:
                    self._cancel(name)
        self.done -= undone

    def _cancel(self, name: str) -> None:
        del self.open[name]
        if self.wf.steps[name].assign:
            self.effects.append(CloseTask(name, "cancelled"))

    def end(self, outcome: str) -> None:
        """Close everything."""
        for name in list(self.open):
            self._cancel(name)
        self.outcome = outcome
        self.held_up = False
        self.effects.append(End(outcome))

    def pass_gates(self) -> None:
        """Open gates whose signals have all come."""
        for name in list(self.open):
            step = self.wf.steps[name]
            if step.signal and name in self.open and signals_wanted(step, self.context) <= self.signals:
                del self.open[name]
                self._pass(step, step.first)

    def _settle_clocks(self) -> None:
        """Stop the clocks while somebody outside is waited for; afterwards move due dates by the paused days."""
        pausing = self.held_up or any(self.wf.steps[n].pauses for n in self.open)
        if pausing and self.paused_on is None:
            self.paused_on = self.today
            self.effects.append(Pause())
        elif not pausing and self.paused_on is not None:
            since, self.paused_on = self.paused_on, None
            for entry in list(self.open.values()):
                self._extend(entry, self.calendar.between(max(since, entry.opened_on), self.today))
            days = self.calendar.between(since, self.today)
            self.effects.append(Resume(days, tuple((o.step, o.due_on, o.yellow_on) for o in self.open.values())))

    def _extend(self, entry: Open, days: int) -> None:
        if days and entry.due_on is not None and self.wf.steps[entry.step].wait_days is None:
            yellow = entry.yellow_on and self.calendar.add(entry.yellow_on, days)
            due = self.calendar.add(entry.due_on, days)
            self.change(entry, due_on=due, yellow_on=yellow, paused_days=entry.paused_days + days)
