"""How things are measured: many rounds, the alternatives taking turns, told as min / median / max; statements and rows counted."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event, text


@dataclass(frozen=True)
class Times:
    """How long something took, in seconds, in every round."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    def at(self, share: float) -> float:
        """The time that this share of the rounds stayed below."""
        ordered = sorted(self.rounds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def __str__(self) -> str:
        return " / ".join(short(t) for t in (min(self.rounds), self.median, max(self.rounds)))


def short(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.1f} ms" if seconds >= 0.001 else f"{seconds * 1_000_000:.0f} µs"


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured, the figure, what it is held against, and whether it keeps its budget."""

    what: str
    figure: str
    beside: str = ""
    budget: str = ""
    kept: bool | None = None


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@dataclass
class Table:
    """The figures of a run, printed as they come and kept for the end."""

    figures: list[Figure] = field(default_factory=list)
    say: Callable[[str], None] = say

    def add(self, what: str, figure: str, beside: str = "", budget: str = "", kept: bool | None = None) -> None:
        made = Figure(what, figure, beside, budget, kept)
        self.figures.append(made)
        self.say("   ".join(part for part in (what, figure, beside, budget, VERDICT[kept]) if part))

    def title(self, words: str) -> None:
        self.figures.append(Figure(words, ""))
        self.say(f"\n== {words}")

    def markdown(self) -> str:
        lines: list[str] = []
        for one in self.figures:
            if not one.figure:
                lines += [
                    "",
                    f"### {one.what}",
                    "",
                    "| what | min / median / max, or count | beside it, same run | budget | kept |",
                    "|---|---|---|---|---|",
                ]
            else:
                lines.append(f"| {one.what} | {one.figure} | {one.beside} | {one.budget} | {VERDICT[one.kept]} |")
        return "\n".join(lines).strip() + "\n"


VERDICT: Mapping[bool | None, str] = {True: "yes", False: "**no**", None: ""}


def taking_turns(rounds: int, **ways: Callable[[], Any]) -> dict[str, Times]:
    """Time several ways of doing a thing, one after the other in every round, so that the machine's moods hit all alike."""
    for way in ways.values():
        way()
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            spent[name].append(time.perf_counter() - start)
    return {name: Times(tuple(times)) for name, times in spent.items()}


def timed(rounds: int, way: Callable[[], Any]) -> Times:
    return taking_turns(rounds, it=way)["it"]


def on_one_core(rounds: int, way: Callable[[], Any]) -> Times:
    """The processor's own time: what else runs on the machine does not count. For work that asks nobody."""
    way()
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        way()
        spent.append(time.process_time() - start)
    return Times(tuple(spent))


def times_of(works: Iterator[Callable[[], Any]]) -> Times:
    """One time for each of many different pieces of work."""
    spent = []
    for work in works:
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return Times(tuple(spent))


# --- what the database did ---------------------------------------------------------------------------------------


@dataclass
class Asked:
    """The statements an engine was asked."""

    statements: list[tuple[str, Any]] = field(default_factory=list)


@contextmanager
def listening(engine: Engine) -> Iterator[Asked]:
    """Write down every statement of an engine meanwhile."""
    asked = Asked()

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any) -> None:
        asked.statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


# Tables that grow with the city's work. The others (places, permissions, holidays) are a few hundred rows for ever.
GROWING = frozenset({"applications", "cases", "case_search", "tasks", "persons", "households", "memberships", "events"})


def rows_read(connection: Connection, asked: Asked, *, tables: Collection[str] = GROWING) -> int:
    """How many rows of these tables PostgreSQL really touched: EXPLAIN ANALYZE, every scan, what it threw away too."""
    total = 0
    for statement, parameters in asked.statements:
        if statement.lstrip().lower().startswith(("select", "with")):
            cursor = connection.connection.cursor()
            cursor.execute(f"explain (analyze, format json) {statement}", parameters)
            (plan,) = cursor.fetchone()
            cursor.close()
            total += _touched((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"], tables)
    return total


def _touched(node: Mapping[str, Any], tables: Collection[str]) -> int:
    own = 0
    if node.get("Relation Name") in tables:
        thrown = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        own = round((node["Actual Rows"] + thrown) * node["Actual Loops"])
    return own + sum(_touched(part, tables) for part in node.get("Plans", ()))


def scanned_tables(connection: Connection, asked: Asked) -> set[str]:
    """The tables SQLite reads from end to end for these statements (its plan says SCAN without an index)."""
    found = set()
    for statement, parameters in asked.statements:
        if statement.lstrip().lower().startswith(("select", "with")):
            for line in connection.exec_driver_sql(f"explain query plan {statement}", parameters):
                words = str(line[3]).split()
                if words[0] == "SCAN" and "INDEX" not in words and not words[1].startswith(("(", "anon", "CONSTANT")):
                    found.add(words[1])
    return found


def analyse(engine: Engine) -> None:
    """Let the database learn what its tables hold, as its own housekeeping does."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"))
