"""The columns lists read, as they follow from a case's stored state: written in one place, recomputed by the check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.cases.rules import ENDED
from portal.workflow import State, Workflow


@dataclass(frozen=True)
class Promoted:
    """Where a case stands: its step, the nearest deadline, its status."""

    step: str
    status: str
    due_on: date | None
    yellow_on: date | None


def promoted(flow: Workflow, state: State, *, recognition: str, prepared: bool, promised_on: date | None) -> Promoted:
    """What the state says. An ended case has neither a step nor a clock."""
    if state.outcome:
        return Promoted("", state.outcome if state.outcome in ENDED else "refused", None, None)
    current = [entry for entry in state.open if not entry.held] or list(state.open)
    # A confirmation that waits for another item's recognition is nobody's delay: its case keeps to the promised day.
    timed = [e for e in current if not (recognition == "pending" and flow.steps[e.step].needs)]
    due = [entry.due_on for entry in timed if entry.due_on and flow.steps[entry.step].assign]
    yellow = [entry.yellow_on for entry in timed if entry.yellow_on]
    return Promoted(
        current[0].step if current else "",
        "open" if not prepared else "waiting" if recognition == "pending" else "prepared",
        min(due, default=promised_on),
        min(yellow, default=None),
    )
