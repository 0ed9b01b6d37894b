"""Workflows as data, and the pure engine that moves a front or a case along them.

Owns the meaning of a workflow document: what is open to whom, what follows, when it is due, what would get stuck.
Does not know cases, departments or people: the caller supplies a context and carries out the effects.
"""

from portal.workflow.clocks import Budget, budget, clock
from portal.workflow.engine import advance, earlier_steps, open_to, signal, start, tick
from portal.workflow.model import FRONT_SIGNALS, Action, Assignment, Limit, Step, Workflow, parse
from portal.workflow.states import (
    Automatic,
    Call,
    CloseTask,
    Delegate,
    Effect,
    Emit,
    End,
    Event,
    HoldTask,
    Offer,
    Open,
    OpenTask,
    Pause,
    Recuse,
    Rejudge,
    Result,
    Resume,
    ResumeTask,
    Roles,
    State,
)

__all__ = [
    "FRONT_SIGNALS",
    "Action",
    "Assignment",
    "Automatic",
    "Budget",
    "Call",
    "CloseTask",
    "Delegate",
    "Effect",
    "Emit",
    "End",
    "Event",
    "HoldTask",
    "Limit",
    "Offer",
    "Open",
    "OpenTask",
    "Pause",
    "Recuse",
    "Rejudge",
    "Result",
    "Resume",
    "ResumeTask",
    "Roles",
    "State",
    "Step",
    "Workflow",
    "advance",
    "budget",
    "clock",
    "earlier_steps",
    "open_to",
    "parse",
    "signal",
    "start",
    "tick",
]
