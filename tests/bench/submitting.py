"""Submitting through the real command on PostgreSQL with its durability on: one after the other, then on every core."""

from __future__ import annotations

import multiprocessing
import os
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from portal.access.rules import Actor, Grant
from portal.applications.models import Application
from portal.audit.queries import broken_links
from portal.cases import commands
from portal.catalogue.queries import current
from portal.catalogue.release import Release
from portal.db import open_engine, transaction
from portal.sealing import Vault
from tests.bench.measuring import Table, Times, short
from tests.bench.towns import SECRET, Place
from tests.families import complete, id_number

ITEMS = ["dibao", "education_aid", "housing_aid"]
VILLAGE, WINDOW = "321311106201", "321302"
CLERK = Actor(None, "window_clerk", (Grant("window_clerk", WINDOW),))
P95, PER_SECOND = 0.300, 100
WARM_UP = 3


def measure(place: Place, table: Table, seconds: float) -> None:
    cores = os.cpu_count() or 1
    table.title(f"Submitting three items at once on {place.kind} (fsync on), {cores} cores")
    before = count(place)
    one = several(place, 1, seconds)
    told = f"p95 {short(one.at(0.95))}"
    table.add(
        "submit: validate, prune, register people, route, open tasks, audit",
        str(one),
        told,
        "p95 300 ms",
        one.at(0.95) <= P95,
    )
    many = several(place, cores * 2, seconds)
    rate = len(many.rounds) / seconds
    told = f"p95 {short(many.at(0.95))}; the database on the same cores"
    table.add(
        f"submitted a second by {cores * 2} processes", f"{rate:.0f}/s", told, f"{PER_SECOND}/s", rate >= PER_SECOND
    )
    made = count(place) - before
    expected = len(one.rounds) + len(many.rounds) + WARM_UP * (1 + cores * 2)
    with place.session() as session:
        broken = sum(1 for _ in broken_links(session))
    table.add(
        "… lost or doubled, broken links in the trail",
        f"{expected - made}, {broken}",
        f"{made:,} applications",
        "0, 0",
        (made, broken) == (expected, 0),
    )


def several(place: Place, processes: int, seconds: float) -> Times:
    """So many processes submit different families for so long; how long each submission took."""
    context = multiprocessing.get_context("spawn")
    results: Any = context.Queue()
    ready: Any = context.Barrier(processes)
    base = int(time.time()) % 100_000
    workers = [
        context.Process(target=work, args=(place.url, base * 10 + n, seconds, ready, results)) for n in range(processes)
    ]
    for worker in workers:
        worker.start()
    spent: list[float] = []
    for _ in workers:
        spent += results.get(timeout=seconds + 300)
    for worker in workers:
        worker.join(30)
    return Times(tuple(spent))


def work(url: str, number: int, seconds: float, ready: Any, results: Any) -> None:
    """One window: families that are all different, one transaction each."""
    engine: Engine = open_engine(url)
    with Session(engine, info={"vault": Vault(SECRET)}) as session:
        release = current(session)
        answers = model_of(release)
        families = (family(answers, number, n) for n in range(1_000_000))
        for _ in range(WARM_UP):
            one(session, release, next(families))  # whatever is slow only once
        try:
            ready.wait(120)
        except Exception:  # noqa: BLE001 - a worker that does not come must not hold the others
            results.put([])
            return
        spent, end = [], time.perf_counter() + seconds
        while time.perf_counter() < end:
            begun = next(families)
            start = time.perf_counter()
            one(session, release, begun)
            spent.append(time.perf_counter() - start)
    engine.dispose()
    results.put(spent)


def one(session: Session, release: Release, answers: dict[str, Any]) -> None:
    with transaction(session):
        commands.submit(
            session, CLERK, release, items=ITEMS, answers=answers, window_region=WINDOW, now=datetime.now(UTC)
        )


def model_of(release: Release) -> dict[str, Any]:
    example = next(e for e in release.catalogue.examples if e.item == "dibao" and e.expect["outcome"] == "eligible")
    facts = {k: v for k, v in example.facts.items() if not k.startswith("s_")} | {"hh_hukou_region": VILLAGE}
    return complete(release, ITEMS, facts, now=datetime.now(UTC), window=WINDOW)


def family(answers: dict[str, Any], number: int, n: int) -> dict[str, Any]:
    """The same answers for other people."""
    born = f"{1940 + number % 50}-{1 + n // 28 % 12:02d}-{1 + n % 28:02d}"
    members = [
        row
        | {
            "member_id_no": id_number(born, (n // 336 * 10 + position) % 1000, f"{320000 + number % 10_000:06d}"),
            "member_birth_date": born,
        }
        for position, row in enumerate(answers["members"])
    ]
    return answers | {"members": members, "applicant_id_no": members[0]["member_id_no"]}


def count(place: Place) -> int:
    with place.session() as session:
        return int(session.scalar(select(func.count()).select_from(Application)) or 0)
