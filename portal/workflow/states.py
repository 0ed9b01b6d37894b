"""Where a case stands: a small frozen value that is stored as JSON, and the effects the commands carry out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.values import Text


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


@dataclass(frozen=True)
class Open:
    """A step that is under way."""

    step: str
    opened_on: date
    due_on: date | None = None
    yellow_on: date | None = None
    paused_days: int = 0
    origins: tuple[str, ...] = ()
    held: bool = False
    signed: tuple[str, ...] = ()
    recused: tuple[str, ...] = ()
    delegate: str = ""

    def to_json(self) -> dict[str, Any]:
        """Only what differs from a fresh step, so that a state stays small."""
        full: dict[str, Any] = {
            "step": self.step,
            "opened_on": self.opened_on.isoformat(),
            "due_on": _iso(self.due_on),
            "yellow_on": _iso(self.yellow_on),
            "paused_days": self.paused_days,
            "origins": list(self.origins),
            "held": self.held,
            "signed": list(self.signed),
            "recused": list(self.recused),
            "delegate": self.delegate,
        }
        return {k: v for k, v in full.items() if v}

    @classmethod
    def from_json(cls, d: Mapping[str, Any]) -> Open:
        return cls(
            d["step"],
            date.fromisoformat(d["opened_on"]),
            _day(d.get("due_on")),
            _day(d.get("yellow_on")),
            d.get("paused_days", 0),
            tuple(d.get("origins", ())),
            d.get("held", False),
            tuple(d.get("signed", ())),
            tuple(d.get("recused", ())),
            d.get("delegate", ""),
        )


@dataclass(frozen=True)
class State:
    """Everything the engine remembers of one front or one case."""

    open: tuple[Open, ...] = ()
    done: tuple[str, ...] = ()
    hands: tuple[tuple[str, tuple[str, ...]], ...] = ()
    signals: tuple[str, ...] = ()
    outcome: str = ""
    paused_on: date | None = None
    held_up: bool = False
    rejudged: bool = False

    @property
    def open_steps(self) -> tuple[str, ...]:
        """The steps on which something can happen now."""
        return tuple(o.step for o in self.open if not o.held)

    @property
    def pending(self) -> bool:
        """Whether a step waits for an answer it asked for."""
        return any(o.held for o in self.open)

    def entry(self, step: str) -> Open | None:
        return next((o for o in self.open if o.step == step), None)

    def to_json(self) -> dict[str, Any]:
        full: dict[str, Any] = {
            "open": [o.to_json() for o in self.open],
            "done": list(self.done),
            "hands": {step: list(ids) for step, ids in self.hands},
            "signals": list(self.signals),
            "outcome": self.outcome,
            "paused_on": _iso(self.paused_on),
            "held_up": self.held_up,
            "rejudged": self.rejudged,
        }
        return {k: v for k, v in full.items() if v}

    @classmethod
    def from_json(cls, d: Mapping[str, Any]) -> State:
        return cls(
            tuple(Open.from_json(o) for o in d.get("open", ())),
            tuple(d.get("done", ())),
            tuple((step, tuple(ids)) for step, ids in sorted(d.get("hands", {}).items())),
            tuple(d.get("signals", ())),
            d.get("outcome", ""),
            _day(d.get("paused_on")),
            d.get("held_up", False),
            d.get("rejudged", False),
        )


@dataclass(frozen=True)
class Roles:
    """Who acts: an id and the roles held for this case (the caller has checked region and department)."""

    actor_id: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Event:
    """What somebody does: an action on a step. `to` is the chosen earlier step or the delegate."""

    step: str
    action: str
    actor_id: str
    roles: frozenset[str]
    reason: str = ""
    to: str | None = None


@dataclass(frozen=True)
class Offer:
    """An action that is open to somebody; `blocked` says why it must still wait."""

    step: str
    action: str
    title: Text
    reason_required: bool = False
    blocked: Text | None = None
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenTask:
    """Put a task on a desk."""

    step: str
    role: str
    org: str
    form: str
    due_on: date | None
    yellow_on: date | None


@dataclass(frozen=True)
class CloseTask:
    """Take a task off its desk: done by an action, or cancelled."""

    step: str
    action: str


@dataclass(frozen=True)
class HoldTask:
    """The step waits for an answer it asked for; its task rests."""

    step: str


@dataclass(frozen=True)
class ResumeTask:
    """The answer is there; the task is open again."""

    step: str
    due_on: date | None
    yellow_on: date | None


@dataclass(frozen=True)
class Pause:
    """All clocks stop. From a front the caller sends `front_paused` to its cases."""


@dataclass(frozen=True)
class Resume:
    """Clocks run again; due dates moved by the paused working days. The caller sends `front_resumed` to the cases."""

    paused_days: int
    due: tuple[tuple[str, date | None, date | None], ...]


@dataclass(frozen=True)
class Emit:
    """Tell the cases of the application."""

    signal: str


@dataclass(frozen=True)
class Call:
    """Do something outside the procedure."""

    name: str


@dataclass(frozen=True)
class Delegate:
    """The task goes to another person."""

    step: str
    actor_id: str


@dataclass(frozen=True)
class Recuse:
    """This person must not have the task."""

    step: str
    actor_id: str


@dataclass(frozen=True)
class End:
    """The front or the case is over."""

    outcome: str


@dataclass(frozen=True)
class Automatic:
    """A person's step was done by the system, because its rule held: the caller records what that person would have."""

    step: str
    form: str
    action: str


@dataclass(frozen=True)
class Rejudge:
    """The recognition failed: judge the item again on its own rules."""


Effect = (
    OpenTask
    | CloseTask
    | HoldTask
    | ResumeTask
    | Pause
    | Resume
    | Emit
    | Call
    | Delegate
    | Recuse
    | End
    | Automatic
    | Rejudge
)


@dataclass(frozen=True)
class Result:
    """The new state and what has to be done because of it."""

    state: State
    effects: tuple[Effect, ...]
