"""Clocks of steps: the card of a deadline, and whether the shares of an item's limit add up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from portal.errors import Finding
from portal.values import Text
from portal.workflow.model import FRONT, FRONT_SIGNALS, Step, Workflow, forward
from portal.workflow.states import Open, State

WORKING_SHARE = Fraction(5, 7)


def clock(state: State, entry: Open, today: date) -> str:
    """none, green, yellow (80 % or one day left), red (passed) or paused."""
    if entry.due_on is None:
        return "none"
    if state.paused_on is not None or entry.held:
        return "paused"
    if today > entry.due_on:
        return "red"
    return "yellow" if entry.yellow_on is not None and today >= entry.yellow_on else "green"


@dataclass(frozen=True)
class Budget:
    """Working days per step, the longest way through, and what is wrong with it."""

    steps: tuple[tuple[str, int], ...]
    total: int
    finding: Finding | None


def _days(step: Step, limit_days: Fraction | int, publicity_inside: bool) -> int:
    if step.wait_days is not None:
        return int(step.wait_days * WORKING_SHARE) if publicity_inside else 0
    return step.limit.of(limit_days) if step.limit else 0


def _finish(wf: Workflow, days: dict[str, int], floor: dict[str, int]) -> dict[str, int]:
    """When each step is over at the latest; a step starts when everything before it is over."""
    edges = forward(wf.steps)
    before: dict[str, set[str]] = {n: set(wf.steps[n].join) for n in wf.steps}
    for source, targets in edges.items():
        for target in targets:
            before[target].add(source)
    over: dict[str, int] = {}

    def finish(name: str) -> int:
        if name not in over:
            start = max(
                (finish(p) for p in before[name] if p in wf.downstream and name not in wf.downstream[name]), default=0
            )
            over[name] = max(start, floor.get(name, 0)) + days[name]
        return over[name]

    for name in wf.steps:
        finish(name)
    return over


def budget(
    wf: Workflow,
    limit_days: Fraction | int,
    *,
    front: Workflow | None = None,
    front_needs: Collection[str] = (),
    publicity_inside: bool = True,
) -> Budget:
    """Days per step and along the longest way to confirmation, the shared front included; a finding if too long."""
    own = {n: _days(s, limit_days, publicity_inside) if s.stage != "after" else 0 for n, s in wf.steps.items()}
    floor: dict[str, int] = {}
    if front is not None:
        # A front step no item needs is passed at once, so it costs this item nothing.
        wanted = {FRONT_SIGNALS[n] for n in front_needs} | {"accepted"}
        emits = {n: {e for a in s.actions.values() for e in a.emit} for n, s in front.steps.items()}
        used = {n for n in front.steps if not emits[n] or emits[n] & wanted}
        over = _finish(
            front, {n: _days(s, limit_days, publicity_inside) if n in used else 0 for n, s in front.steps.items()}, {}
        )
        accepted = max((over[n] for n in over if "accepted" in emits[n]), default=0)
        ready = max((over[n] for n in over if emits[n] & wanted), default=accepted)
        floor = {n: ready if s.signal == FRONT else accepted for n, s in wf.steps.items()}
    over = _finish(wf, own, floor)
    # Detours and pauses stand outside the way through: they stop the clock or happen within a step's own time.
    total = max((over[n] for n, s in wf.steps.items() if not s.pauses and n not in wf.detours), default=0)
    finding = None
    if total > limit_days:
        finding = Finding(
            f"workflows/{wf.name}.json",
            "/steps",
            Text(
                f"最长路径需 {total} 个工作日,超过时限 {limit_days} 个工作日。",
                f"The longest way takes {total} working days, over the limit of {limit_days}.",
            ),
            Text("减小各步骤的 share 或 min_days。", "Lower the steps' share or min_days."),
        )
    return Budget(tuple(own.items()), total, finding)
