"""A workflow document as values: steps, their actions, who does them, what they wait for, how long they may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from portal.values import Text
from portal.workflow.conditions import Condition, compile_condition, names_in

ORIGIN = "$origin"
EARLIER = "$step"
FRONT = "$front"
FRONT_SIGNALS = {
    "accept": "accepted",
    "authorise": "authorised",
    "verify": "verified",
    "visit": "visited",
    "opinion": "opinion_given",
}


@dataclass(frozen=True)
class Assignment:
    """Whose work a step is: the role and the organisation, and who may not do it."""

    role: str
    org: str
    different_from: tuple[str, ...] = ()
    delegable: bool = False


@dataclass(frozen=True)
class Limit:
    """How many working days a step may take: a share of the item's limit, or a fixed number."""

    share: Fraction | None = None
    min_days: int = 0
    days: int | None = None

    def of(self, limit_days: Any) -> int:
        if self.days is not None:
            return self.days
        return max(self.min_days, int((self.share or 0) * Fraction(str(limit_days))))


@dataclass(frozen=True)
class Action:
    """One way out of a step."""

    name: str
    title: Text
    to: tuple[str, ...] = ()
    end: str = ""
    reason_required: bool = False
    needs: bool = False
    back: bool = False
    emit: tuple[str, ...] = ()
    when: Condition | None = None


@dataclass(frozen=True)
class Step:
    """One piece of the procedure: a person's work, a wait, a gate on signals, or an automatic call."""

    name: str
    stage: str
    title: Text
    actions: Mapping[str, Action]
    assign: Assignment | None = None
    wait_days: int | None = None
    signal: str = ""
    auto: str = ""
    form: str = ""
    limit: Limit | None = None
    yellow: Fraction = Fraction(4, 5)
    when: Condition | None = None
    join: tuple[str, ...] = ()
    signers: int = 1
    needs: bool = False
    pauses: bool = False
    automatic: tuple[Condition, str] | None = None

    @property
    def first(self) -> Action:
        """The way onward; a step that is not needed is passed by this action."""
        return next(iter(self.actions.values()))


@dataclass(frozen=True)
class Workflow:
    """One checked workflow document."""

    name: str
    title: Text
    scope: str
    start: tuple[str, ...]
    steps: Mapping[str, Step]
    withdraw_until: tuple[str, ...]
    on: Mapping[str, tuple[str, Condition | None]]
    rejudge: str
    downstream: Mapping[str, frozenset[str]]
    detours: frozenset[str]
    reads: frozenset[str] = field(default=frozenset())


def _condition(rule: Any) -> Condition | None:
    return None if rule is None else compile_condition(rule)


def _action(name: str, d: Mapping[str, Any]) -> Action:
    to = tuple(d.get("to", ()))
    return Action(
        name,
        Text.of(d["title"]),
        to,
        d.get("end", ""),
        d.get("reason") == "required",
        d.get("needs", False),
        d.get("back", False) or to == (EARLIER,),
        tuple(d.get("emit", ())),
        _condition(d.get("when")),
    )


def _signers(d: Mapping[str, Any]) -> int:
    cosign = d.get("cosign")
    if not cosign or cosign["need"] == "any":
        return 1
    count = cosign["n"] if cosign["need"] == "n" else d["assign"].get("count", 2)
    return int(count)


def _limit(d: Mapping[str, Any] | None) -> Limit | None:
    if d is None:
        return None
    share = Fraction(str(d["share"])) if "share" in d else None
    return Limit(share, d.get("min_days", 0), d.get("days"))


def _step(name: str, d: Mapping[str, Any]) -> Step:
    who = d.get("assign")
    automatic = d.get("automatic")
    return Step(
        name,
        d["stage"],
        Text.of(d["title"]),
        {key: _action(key, a) for key, a in d["actions"].items()},
        who and Assignment(who["role"], who["org"], tuple(who.get("different_from", ())), who.get("delegable", False)),
        d["wait"]["calendar_days"] if "wait" in d else None,
        d.get("signal", ""),
        d.get("auto", ""),
        d.get("form", ""),
        _limit(d.get("limit")),
        Fraction(str(d.get("yellow", "0.8"))),
        _condition(d.get("when")),
        tuple(d.get("join", ())),
        _signers(d),
        "needs" in d,
        d.get("pauses", False),
        automatic and (compile_condition(automatic["when"]), automatic["action"]),
    )


def forward(steps: Mapping[str, Step]) -> dict[str, set[str]]:
    """Where the procedure goes on from each step; returns and detours do not count."""
    detours = {n for n, s in steps.items() if any(ORIGIN in a.to for a in s.actions.values())}
    return {
        n: {t for a in s.actions.values() if not a.back for t in a.to if t in steps and t not in detours}
        for n, s in steps.items()
    }


def reach(edges: Mapping[str, set[str]], source: str) -> frozenset[str]:
    """Everything that comes after a step."""
    seen: set[str] = set()
    todo = list(edges[source])
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(edges[name])
    return frozenset(seen)


def parse(document: Mapping[str, Any]) -> Workflow:
    """Read a document that `lint` and the meta-schema have accepted."""
    steps = {name: _step(name, d) for name, d in document["steps"].items()}
    edges = forward(steps)
    rules = [part.get(k) for d in document["steps"].values() for part in (d, *d["actions"].values()) for k in ("when",)]
    rules += [d["automatic"]["when"] for d in document["steps"].values() if "automatic" in d]
    rules += [d.get("when") for d in document.get("on", {}).values()]
    return Workflow(
        document["workflow"],
        Text.of(document["title"]),
        document["scope"],
        tuple(document["start"]),
        steps,
        tuple(document.get("withdraw", {}).get("until", ())),
        {n: (d["end"], _condition(d.get("when"))) for n, d in document.get("on", {}).items()},
        document.get("rejudge", ""),
        {name: reach(edges, name) for name in steps},
        frozenset(n for n, s in steps.items() if any(ORIGIN in a.to for a in s.actions.values())),
        frozenset().union(*(names_in(r) for r in rules)),
    )
