"""Try everything that can happen: every reachable state of a workflow, alone or with the front and a prerequisite.

A state from which no end can be reached is a trap for a family; a document that has one is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from typing import Any

from portal.errors import Refused
from portal.values import WorkingCalendar
from portal.workflow.engine import advance, open_to, signal, start, tick
from portal.workflow.model import FRONT, FRONT_SIGNALS, Workflow
from portal.workflow.states import Emit, End, Event, Result, Roles, State

DAY = date(2022, 6, 1)
LATER = DAY + timedelta(days=400)
BOUND = 6000
SKIPPED = frozenset({"delegate", "recuse"})


@dataclass(frozen=True)
class Part:
    """One procedure in the world: its context, and whose recognition its confirmation waits for."""

    wf: Workflow
    context: Mapping[str, Any]
    master: int | None = None


@dataclass(frozen=True)
class Exploration:
    """What was found: how many states, which of them never end, which steps nobody comes to."""

    states: int
    stuck: tuple[str, ...]
    unreachable: tuple[str, ...]
    complete: bool

    @property
    def sound(self) -> bool:
        return self.complete and not self.stuck and not self.unreachable


World = tuple[State, ...]


def _bare(state: State) -> State:
    """A state without dates and people: what decides which actions follow, apart from who acts."""
    opened = sorted(
        (replace(o, opened_on=DAY, due_on=o.due_on and DAY, yellow_on=None, paused_days=0) for o in state.open),
        key=lambda o: o.step,
    )
    return replace(
        state,
        open=tuple(opened),
        hands=tuple((s, ()) for s, _ in state.hands if s in state.done),
        paused_on=state.paused_on and DAY,
    )


def _context(parts: Sequence[Part], world: World, index: int) -> Mapping[str, Any]:
    part = parts[index]
    if part.master is None:
        return part.context
    outcome = world[part.master].outcome
    stands = "pending" if not outcome else "met" if outcome == "confirmed" else "failed"
    return {**part.context, "recognition": stands}


def _spread(parts: Sequence[Part], world: World, index: int, result: Result) -> World:
    """Put a part's new state into the world and tell the others what it said."""
    after = list(world)
    after[index] = result.state
    said = [e.signal for e in result.effects if isinstance(e, Emit)] if parts[index].wf.scope == "application" else []
    if (
        any(isinstance(e, End) and e.outcome == "withdrawn" for e in result.effects)
        and parts[index].wf.scope == "application"
    ):
        said.append("front_refused")
    for other, part in enumerate(parts):
        if other == index:
            continue
        heard = list(said)
        if part.master == index and result.state.outcome not in ("", "confirmed"):
            heard.append("recognition_failed")
        for name in heard:
            after[other] = _bare(signal(part.wf, after[other], name, _context(parts, tuple(after), other), DAY).state)
    after[index] = _bare(after[index])
    return tuple(after)


def _alone(part: Part, state: State) -> Iterator[str]:
    """Signals from outside that may come at any time when a case is explored without its front."""
    wanted = {FRONT_SIGNALS[n] for n in part.context.get("front_needs", ())}
    wanted |= {step.signal for step in part.wf.steps.values() if step.signal and step.signal != FRONT}
    yield from sorted(wanted - set(state.signals))


def _moves(parts: Sequence[Part], world: World) -> Iterator[World]:
    for index, part in enumerate(parts):
        state, wf = world[index], part.wf
        if state.outcome:
            continue
        context = _context(parts, world, index)
        roles = frozenset(s.assign.role for s in wf.steps.values() if s.assign) | {"citizen"}
        for n, offer in enumerate(open_to(wf, state, context, Roles("somebody", roles))):
            # Giving up is always a way out; alone it must not hide that the procedure itself has none.
            if offer.blocked or offer.action in SKIPPED or (not offer.step and (len(parts) == 1 or wf.scope == "case")):
                continue
            for target in offer.targets or (None,):
                entry = state.entry(offer.step)
                who = f"p{len(entry.signed) if entry else n}"
                event = Event(offer.step, offer.action, who, roles, "reason", target)
                try:
                    yield _spread(parts, world, index, advance(wf, state, event, context, DAY))
                except Refused as refusal:
                    raise AssertionError(f"{wf.name}: offered but refused: {offer}") from refusal
        yield _spread(parts, world, index, tick(wf, state, context, LATER))
        if len(parts) == 1 and wf.scope == "case":
            for name in _alone(part, state):
                yield _spread(parts, world, index, signal(wf, state, name, context, DAY))


def explore(parts: Sequence[Part]) -> Exploration:
    """Every reachable world. Stuck are those from which not all parts can come to an end."""
    first: World = ()
    for part in parts:
        first = (*first, _bare(start(part.wf, part.context, DAY).state))
    before: dict[World, set[World]] = {first: set()}
    todo = [first]
    visited: set[str] = set()
    while todo and len(before) <= BOUND:
        world = todo.pop()
        visited.update(s for state in world for s in (*state.open_steps, *state.done))
        for after in _moves(parts, world):
            if after not in before:
                before[after] = set()
                todo.append(after)
            if after != world:
                before[after].add(world)
    good = [w for w in before if all(s.outcome for s in w)]
    ends = set(good)
    while good:
        for world in before[good.pop()]:
            if world not in ends:
                ends.add(world)
                good.append(world)
    stuck = (
        ()
        if todo
        else tuple(
            sorted({" | ".join("+".join(s.open_steps) or s.outcome or "-" for s in w) for w in before if w not in ends})
        )
    )
    names = {n for part in parts for n, s in part.wf.steps.items() if not s.auto}
    return Exploration(len(before), stuck, tuple(sorted(names - visited)), not todo)


def contexts(wf: Workflow) -> Iterator[dict[str, Any]]:
    """The contexts that make a difference: every mix of the facts its conditions read, with all and no front steps."""
    flags = sorted(wf.reads - {"front_needs"})
    asks_front = "front_needs" in wf.reads or any(s.signal == FRONT for s in wf.steps.values())
    for values in product((False, True), repeat=len(flags)):
        for needs in (tuple(FRONT_SIGNALS), ("accept",)) if asks_front else ((),):
            yield {
                **dict(zip(flags, values, strict=True)),
                "front_needs": needs,
                "limit_days": 12,
                "calendar": WorkingCalendar(),
            }


def explore_workflow(wf: Workflow) -> Exploration:
    """One workflow under every context; a step counts as reachable when some context comes to it."""
    runs = [explore([Part(wf, context)]) for context in contexts(wf)]
    unreachable = set(runs[0].unreachable).intersection(*(r.unreachable for r in runs))
    stuck = sorted({s for r in runs for s in r.stuck})
    return Exploration(
        sum(r.states for r in runs), tuple(stuck), tuple(sorted(unreachable)), all(r.complete for r in runs)
    )
