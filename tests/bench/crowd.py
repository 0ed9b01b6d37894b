"""A city's worth of people, files and work in bounded time: real rows, multiplied.

A few dozen families go through the real commands; their applications, cases and tasks are then copied under new numbers,
names, places and days. So every row looks like one the platform wrote itself, its documents included.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Date, DateTime, Engine, Table, func, insert, select
from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.cases.models import Case, CaseSearch, Task
from portal.catalogue.release import Release
from portal.db import Base, transaction, vault_of
from portal.demo.people import PREFIXES
from portal.demo.people import name as invented
from portal.forms.identity import check_character
from portal.households.models import Household, Membership, Person
from portal.organisation.models import Region

FIRST_BIRTH = date(1935, 1, 1)
DAYS_OF_BIRTH = 30_000
OPEN_SHARE = 0.25  # of the copied applications still run; the others are history


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    persons: int
    cases: int
    tasks: int


FULL = Size(persons=730_000, cases=1_000_000, tasks=1_000_000)
QUICK = Size(persons=2_000, cases=2_000, tasks=2_000)


def number_of(position: int) -> str:
    """The id number of the person at a position: all different, all with a right check character."""
    born = FIRST_BIRTH + timedelta(days=position % DAYS_OF_BIRTH)
    stem = f"{PREFIXES[-1]}{born:%Y%m%d}{position // DAYS_OF_BIRTH:03d}"
    return stem + check_character(stem)


class Crowd:
    """One database being filled."""

    def __init__(self, session: Session, release: Release, size: Size, say: Callable[[str], None]) -> None:
        self.session, self.release, self.size, self.say = session, release, size, say
        self.dice = Random(20220601)
        self.engine: Engine = session.get_bind().engine
        self.today = datetime.now(UTC).date()

    def fill(self) -> None:
        """People, then the copies of what the real families' files look like."""
        started = time.monotonic()
        villages = self._villages()
        with Lighter(self.engine, (Person, Household, Membership, Application, Case, CaseSearch, Task)):
            self._people(villages)
            self._files()
        self.say(f"filled in {time.monotonic() - started:.0f} s")

    def _villages(self) -> list[str]:
        """Ten villages in every township: the pack names only a few."""
        townships = self.session.scalars(select(Region.code).where(Region.level == "township")).all()
        known = set(self.session.scalars(select(Region.code).where(Region.level == "village")))
        made = [f"{township}{200 + n}" for township in townships for n in range(10)]
        rows = [
            {
                "code": code,
                "name": f"{code[-2:]}村",
                "name_en": f"Village {code[-2:]}",
                "level": "village",
                "parent_code": code[:9],
            }
            for code in made
            if code not in known
        ]
        with transaction(self.session):
            self.session.execute(insert(Region), rows)
        return made

    # --- people ------------------------------------------------------------------------------------------------------

    def _people(self, villages: Sequence[str]) -> None:
        vault, dice = vault_of(self.session), self.dice
        sealed = vault.seal("321311198001010010")
        first = self._next(Person)
        homes: list[tuple[int, str, str]] = []
        self.household = self._next(Household)

        def persons() -> Iterator[tuple[Any, ...]]:
            left = 0
            for n in range(self.size.persons):
                if left == 0:
                    village, left = dice.choice(villages), dice.choice((1, 2, 2, 3, 3, 4))
                    homes.append((first + n, village, f"示例{dice.randrange(1, 13)}组{dice.randrange(1, 99)}号"))
                left -= 1
                number = number_of(n)
                born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
                masked = number[:6] + "*" * 10 + number[-2:]
                _, village, address = homes[-1]
                phone = f"139{n:08d}"
                yield (
                    first + n,
                    invented(dice),
                    "111",
                    sealed,
                    vault.index(number),
                    masked,
                    str(1 + n % 2),
                    born,
                    phone,
                    village,
                    f"{village[-3:]}村{address}",
                )

        load(
            self.engine,
            Person,
            "id name id_type id_number id_index id_masked sex birth_date phone region_code address",
            persons(),
        )
        load(
            self.engine,
            Household,
            "id region_code address head_id",
            ((self.household + n, v, a, head) for n, (head, v, a) in enumerate(homes)),
        )
        lives = f"{self.today - timedelta(days=900)}"
        ends = [head for head, _, _ in homes[1:]] + [first + self.size.persons]

        def memberships() -> Iterator[tuple[Any, ...]]:
            row = self._next(Membership)
            for n, ((head, _, _), end) in enumerate(zip(homes, ends, strict=True)):
                for person in range(head, end):
                    yield (row, self.household + n, person, "01" if person == head else "20", lives)
                    row += 1

        load(self.engine, Membership, "id household_id person_id relation first_day", memberships())
        self.homes = homes

    # --- files -------------------------------------------------------------------------------------------------------

    def _files(self) -> None:
        models = self._models()
        copies = self._plan(models)
        self.say(f"{len(copies):,} applications from {len(models)} real ones")
        for table, rows in (
            (Application, self._applications(copies)),
            (Case, self._cases(copies)),
            (CaseSearch, self._searches(copies)),
            (Task, self._tasks(copies)),
        ):
            columns = [column.name for column in table.__table__.columns]
            load(self.engine, table, " ".join(columns), rows)

    def _models(self) -> list[Model]:
        rows = {table: rows_of(self.session, table) for table in (Application, Case, CaseSearch, Task)}
        made = []
        for application in rows[Application]:
            key = application["id"]
            cases = [case for case in rows[Case] if case["application_id"] == key]
            ids = {case["id"] for case in cases}
            searches = [row for row in rows[CaseSearch] if row["case_id"] in ids]
            made.append(Model(application, cases, searches, [t for t in rows[Task] if t["application_id"] == key]))
        return [model for model in made if model.cases]

    def _plan(self, models: list[Model]) -> list[Copy]:
        """Which model each new application copies, and the first free numbers of its rows."""
        dice = self.dice
        running = [m for m in models if m.application["closed_on"] is None] or models
        ended = [m for m in models if m.application["closed_on"] is not None] or models
        next_application, next_case, self.next_task = (self._next(t) for t in (Application, Case, Task))
        last, copies = next_case + self.size.cases, []
        while next_case < last:
            model = dice.choice(running if dice.random() < OPEN_SHARE else ended)
            head, village, _ = self.homes[dice.randrange(len(self.homes))]
            n = len(copies)
            copies.append(
                Copy(model, next_application + n, next_case, head, village, invented(dice), dice.randrange(-300, 40))
            )
            next_case += len(model.cases)
        return copies

    def _applications(self, copies: list[Copy]) -> Iterator[tuple[Any, ...]]:
        for n, copy in enumerate(copies):
            row = dict(copy.model.application)
            row |= copy.marks | {"id": copy.application, "number": f"B{copy.application:09d}", "idempotency_key": None}
            row |= {
                "household_id": self.household + n % len(self.homes),
                "applicant_id": copy.head,
                "window_region": copy.village[:9],
            }
            yield tuple(row.values())

    def _cases(self, copies: list[Copy]) -> Iterator[tuple[Any, ...]]:
        for n, copy in enumerate(copies):
            for offset, model in enumerate(copy.model.cases):
                row = dict(model) | copy.marks
                row |= {
                    "id": copy.case + offset,
                    "number": f"B{copy.application:09d}-{offset + 1}",
                    "application_id": copy.application,
                }
                row["household_id"] = self.household + n % len(self.homes)
                for name in ("opened_on", "due_on", "yellow_on"):
                    row[name] = shifted(row[name], copy.days)
                yield tuple(row.values())

    def _searches(self, copies: list[Copy]) -> Iterator[tuple[Any, ...]]:
        for copy in copies:
            at = {case["id"]: copy.case + offset for offset, case in enumerate(copy.model.cases)}
            for model in copy.model.searches:
                text = model["value"]  # codes stay what they are, words become many
                yield (
                    at[model["case_id"]],
                    model["question"],
                    f"{text[:180]}{copy.application % 5000}" if len(text) > 4 else text,
                )

    def _tasks(self, copies: list[Copy]) -> Iterator[tuple[Any, ...]]:
        """Every open task of every copy; done ones until there are enough."""
        made, row_id = 0, self.next_task
        for everything in (False, True):
            for copy in copies:
                at = {case["id"]: copy.case + offset for offset, case in enumerate(copy.model.cases)}
                for model in copy.model.tasks:
                    is_open = model["status"] in {"open", "paused", "blocked"}
                    if is_open is everything or made >= self.size.tasks:
                        continue
                    row = dict(model) | {
                        "id": row_id,
                        "application_id": copy.application,
                        "case_id": at.get(model["case_id"]),
                    }
                    row |= {
                        "region_code": copy.village[: len(model["region_code"])],
                        "applicant_name": copy.name,
                        "holder_id": None,
                    }
                    for name in ("due_on", "yellow_on"):
                        row[name] = shifted(row[name], copy.days)
                    row_id, made = row_id + 1, made + 1
                    yield tuple(row.values())

    def _next(self, table: type[Base]) -> int:
        return int(self.session.scalar(select(func.coalesce(func.max(table.__table__.c.id), 0))) or 0) + 1


@dataclass(frozen=True)
class Model:
    """A real application with everything that hangs on it, as rows ready to be written."""

    application: dict[str, Any]
    cases: list[dict[str, Any]]
    searches: list[dict[str, Any]]
    tasks: list[dict[str, Any]]


@dataclass(frozen=True)
class Copy:
    """One copy of a model: whose it is, where, and by how many days it is older."""

    model: Model
    application: int
    case: int
    head: int
    village: str
    name: str
    days: int

    @property
    def marks(self) -> dict[str, Any]:
        return {"region_code": self.village, "applicant_name": self.name}


def shifted(day: str | None, days: int) -> str | None:
    return None if day is None else f"{date.fromisoformat(day) + timedelta(days=days)}"


def rows_of(session: Session, table: type[Base]) -> list[dict[str, Any]]:
    """Every row of a table, its values as text both databases read."""
    columns = list(table.__table__.columns)
    rows = session.execute(select(*columns).order_by(*table.__table__.primary_key.columns)).all()
    return [
        {column.name: as_text(column.type, value) for column, value in zip(columns, row, strict=True)} for row in rows
    ]


def as_text(kind: Any, value: Any) -> Any:
    if value is None or isinstance(value, int | str):
        return int(value) if isinstance(value, bool) else value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def load(engine: Engine, table: type[Base], columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Write many rows: COPY on PostgreSQL, executemany on SQLite; what is left out gets the table's own default."""
    target: Table = table.__table__  # type: ignore[assignment]
    names = columns.split()
    moments = [
        n
        for n, name in enumerate(names)
        if isinstance(getattr(target.c[name].type, "impl", target.c[name].type), DateTime)
        and not isinstance(target.c[name].type, Date)
    ]
    with engine.begin() as connection:
        cursor = connection.connection.cursor()
        if engine.dialect.name == "postgresql":
            cursor.execute("set local session_replication_role = replica")  # foreign keys were right in the models
        if engine.dialect.name == "postgresql":
            with cursor.copy(f"copy {target.name} ({', '.join(names)}) from stdin") as copy:
                for row in rows:
                    copy.write_row(
                        [f"{v}+00" if n in moments and v is not None else v for n, v in enumerate(row)]
                        if moments
                        else row
                    )
        else:
            marks = ", ".join("?" * len(names))
            cursor.executemany(f"insert into {target.name} ({', '.join(names)}) values ({marks})", rows)
        cursor.close()


class Lighter:
    """While many rows are written, indexes rest; afterwards they are made anew in one pass."""

    def __init__(self, engine: Engine, tables: Sequence[type[Base]]) -> None:
        self.engine, self.tables = engine, tables

    def __enter__(self) -> None:
        with self.engine.begin() as connection:
            for table in self.tables:
                for index in table.__table__.indexes:
                    if not index.unique:
                        index.drop(connection)

    def __exit__(self, *_: object) -> None:
        with self.engine.begin() as connection:
            for table in self.tables:
                for index in table.__table__.indexes:
                    if not index.unique:
                        index.create(connection)
                if self.engine.dialect.name == "postgresql" and "id" in table.__table__.c:
                    name = table.__table__.name
                    connection.exec_driver_sql(
                        f"select setval(pg_get_serial_sequence('{name}', 'id'), (select max(id) from {name}))"
                    )
