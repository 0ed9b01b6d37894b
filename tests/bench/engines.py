"""The pure engines alone: composing forms, validating, judging with reasons, moving cases along; no database."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from portal.catalogue.documents import read_directory
from portal.catalogue.release import Release, build
from portal.catalogue.wording import in_words
from portal.forms import normalise, prune, validate
from portal.workflow import Event, Result, State, Workflow, advance, signal, start, tick
from tests.bench.measuring import Table, on_one_core, short
from tests.families import complete

FAMILY = Path(__file__).parent.parent / "catalogue" / "data" / "example_family.json"
DAY = date(2022, 6, 1)
HOUSEHOLDS, CORES = 290_000, 2
CHOICES = (("dibao",), ("dibao", "education_aid", "housing_aid"), 10, 38)
FRONT = ("accepted", "authorised", "verified", "visited", "opinion_given")
HANDS = frozenset({"department_officer", "department_head", "township_officer", "township_head", "window_clerk"})


def measure(table: Table, rounds: int) -> None:
    table.title("Engines: processor time on one core, no database")
    source, faults = read_directory()
    table.add(
        "read, check and build the catalogue",
        str(on_one_core(max(1, rounds // 10), lambda: build(source, faults))),
        "with examples and exploration",
    )
    release = build(source, faults)
    composing(table, release, rounds)
    validating(table, release, rounds)
    judging(table, release, rounds)
    moving(table, release, rounds)


def composing(table: Table, release: Release, rounds: int) -> None:
    catalogue = release.catalogue
    for choice in CHOICES:
        slugs = list(catalogue.items)[:choice] if isinstance(choice, int) else list(choice)

        def compose(slugs: list[str] = slugs) -> Any:
            catalogue._forms.clear()
            return catalogue.form("application", slugs)

        form = compose()
        asked, separate = len(form.questions), sum(len(catalogue.item(slug).questions) for slug in slugs)
        told = f"{asked} questions; separate forms would ask {separate}"
        table.add(f"compose the form of {len(slugs)} items", str(on_one_core(rounds, compose)), told)


def validating(table: Table, release: Release, rounds: int) -> None:
    items = list(CHOICES[1])  # type: ignore[arg-type]
    example = next(e for e in release.catalogue.examples if e.item == "dibao" and e.expect["outcome"] == "eligible")
    answers = complete(release, items, {k: v for k, v in example.facts.items() if not k.startswith("s_")})
    form = release.catalogue.form("application", items)
    env = release.catalogue.environment({"app_items": items}, DAY)

    def check() -> None:
        validate(form, prune(form, normalise(form, answers), env), env)

    told = f"{len(answers)} answers, {len(answers['members'])} members"
    table.add("normalise, prune and validate three items' answers", str(on_one_core(rounds, check)), told)


def judging(table: Table, release: Release, rounds: int) -> None:
    catalogue = release.catalogue
    facts = json.loads(FAMILY.read_text("utf-8"))["facts"] | {"x_requested_amount": 100_000}
    larger = facts | {"members": facts["members"] * 4}
    for words, family in (("a household of 2", facts), ("a household of 8", larger)):
        times = on_one_core(rounds, lambda family=family: catalogue.judge(family, DAY))  # type: ignore[misc]
        table.add(f"all 38 items judged for {words}, with reasons", str(times), "", "10 ms", times.median <= 0.010)
    judged = catalogue.judge(facts, DAY)

    def tell() -> None:
        for judgement in judged.values():
            for reason in judgement.reasons:
                in_words(catalogue, reason)

    table.add(
        "… every reason put into words",
        str(on_one_core(rounds, tell)),
        f"{sum(len(j.reasons) for j in judged.values())} reasons",
    )
    for words, items, budget in (("one item", ["dibao"], 120), ("all 38 items", None, 900)):
        times = on_one_core(rounds, lambda items=items: catalogue.judge(facts, DAY, items))  # type: ignore[misc]
        whole = times.median * HOUSEHOLDS / CORES
        told = f"the city's {HOUSEHOLDS:,} households on {CORES} cores: {short(whole)}"
        table.add(
            f"{words} judged for one household", str(times), told, f"{budget // 60} min for the city", whole <= budget
        )


def moving(table: Table, release: Release, rounds: int) -> None:
    for name in ("simple_department", "basic_living"):
        flow = release.catalogue.workflows[name]
        steps = completed(flow)
        times = on_one_core(rounds * 10, lambda flow=flow: completed(flow))  # type: ignore[misc]
        rate = steps / times.median
        told = f"{times} a case; the state stored and read at every step"
        table.add(
            f"workflow {name}: from start to confirmed", f"{rate:,.0f} moves/s, {1 / times.median:,.0f} cases/s", told
        )


def completed(flow: Workflow) -> int:
    """One case from its start to its confirmation; how many moves that took."""
    context = {
        "front_needs": ("accept", "authorise", "verify", "visit", "opinion"),
        "limit_days": 12,
        "recognition": "none",
    }
    moves = 0

    def stored(move: Callable[[], Result]) -> State:
        nonlocal moves
        moves += 1
        return State.from_json(json.loads(json.dumps(move().state.to_json())))

    state = stored(lambda: start(flow, context, DAY))
    state = stored(lambda: advance(flow, state, Event("decide", "eligible", "a", HANDS), context, DAY))
    for name in FRONT:
        state = stored(partial(signal, flow, state, name, context, DAY))
    state = stored(lambda: tick(flow, state, context, DAY + timedelta(days=8)))
    state = stored(
        lambda: advance(flow, state, Event("confirm", "confirm", "b", HANDS), context, DAY + timedelta(days=9))
    )
    assert state.outcome == "confirmed", state
    return moves
