"""Lists over a million rows: the generated list beside a bare view and stock FAB, the inbox, applications, finding people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.models import Assignment, SessionStamp
from portal.access.queries import actor_for
from portal.app import create_app
from portal.applications import queries as application_queries
from portal.cases import queries as case_queries
from portal.db import db
from portal.households import queries as household_queries
from portal.households.models import Person
from tests.bench.beside import admin_of, bare, signed_in, stock
from tests.bench.crowd import number_of
from tests.bench.measuring import (
    Table,
    Times,
    listening,
    rows_read,
    scanned_tables,
    short,
    taking_turns,
    timed,
    times_of,
)
from tests.bench.towns import Place

ITEM, COUNTY, TOWNSHIP = "dibao", "321311", "321311106"
STATEMENTS, ROWS, RATIO = 12, 500, 3.0


class Desk:
    """Somebody at a place, signed in to the running application."""

    def __init__(self, place: Place, app: Any, role: str, region: str, department: str | None = None) -> None:
        with place.session() as session:
            query = select(Assignment.user_id).where(Assignment.role == role, Assignment.region_code == region)
            if department is not None:
                query = query.where(Assignment.department_code == department)
            self.user_id = session.scalars(query.order_by(Assignment.id)).first()
            assert self.user_id is not None, (role, region)
            user = session.get_one(User, self.user_id)
            stamp = session.get(SessionStamp, self.user_id)
            self.actor: Actor = actor_for(session, self.user_id, user.get_full_name(), today=datetime.now(UTC).date())
        cookie = {"_user_id": str(self.user_id), "_fresh": True, "generation": stamp.generation if stamp else 1}
        self.client = signed_in(app, **cookie)

    def get(self, address: str) -> Callable[[], Any]:
        def ask() -> Any:
            answer = self.client.get(address)
            assert answer.status_code == 200, (address, answer.status)
            return answer

        return ask


def measure(place: Place, table: Table, rounds: int) -> None:
    table.title(f"Lists on {place.kind}: 1 case in {count_of(place, 'cases'):,}")
    app = create_app(place.settings, place.release)
    with app.app_context():
        engine = db.engine
    generated_list(place, table, rounds, app, engine)
    other_pages(place, table, rounds, app, engine)
    people(place, table, rounds)
    engine.dispose()


def count_of(place: Place, name: str) -> int:
    with place.engine.connect() as connection:
        return int(connection.exec_driver_sql(f"select count(*) from {name}").scalar() or 0)


# --- the generated list ----------------------------------------------------------------------------------------------


def generated_list(place: Place, table: Table, rounds: int, app: Any, engine: Engine) -> None:
    """The same 25 rows three ways, turn by turn."""
    officer = Desk(place, app, "department_officer", COUNTY, place.release.catalogue.item(ITEM).department)
    by_hand = signed_in(bare(place, ITEM), user=officer.user_id)
    stock_app, database = stock(place, ITEM, COUNTY)
    by_fab = signed_in(stock_app, _user_id=str(admin_of(stock_app)), _fresh=True)
    first = f"/items/{ITEM}/list/"

    def of_fab() -> None:
        assert by_fab.get("/cases/list/").status_code == 200

    times = taking_turns(rounds, generated=officer.get(first), bare=lambda: by_hand.get("/list"), stock=of_fab)
    generated, plain, fab = times["generated"], times["bare"], times["stock"]
    ratio = generated.median / plain.median
    table.add("generated list, first page, officer of one county", str(generated), f"bare Flask view {plain}")
    table.add("… as a ratio to the bare view", f"{ratio:.2f} ×", "medians", f"≤ {RATIO:.0f} ×", ratio <= RATIO)
    table.add("… stock FAB ModelView of the same rows", str(fab), f"{fab.median / generated.median:.1f} × ours")
    asked_for(place, table, engine, officer, first, "… statements, rows read", budget=True)
    for what, address in {
        "red cards only": f"{first}?f_card=red",
        "a name's beginning": f"{first}?f_applicant=禾",
        "unfinished, waiting for me": f"{first}?f_mine=mine",
        "by place, descending": f"{first}?_oc_item_{ITEM}=place&_od_item_{ITEM}=desc",
        "page 200": f"{first}?page_item_{ITEM}=199",
    }.items():
        table.add(f"… {what}", str(timed(rounds, officer.get(address))), "", "p95 200 ms")
        asked_for(place, table, engine, officer, address, f"… {what}: statements, rows read")
    with stock_app.app_context():
        database.engine.dispose()


def asked_for(
    place: Place, table: Table, engine: Engine, desk: Desk, address: str, what: str, *, budget: bool = False
) -> None:
    """How many statements a page takes, and how many rows of the growing tables they touch."""
    with listening(engine) as asked:
        desk.get(address)()
    count = len(asked.statements)
    with place.engine.connect() as connection:
        if place.kind == "postgres":
            rows = rows_read(connection, asked)
            kept = count <= STATEMENTS and (rows <= ROWS or not budget)
            limits = f"≤ {STATEMENTS}, ≤ {ROWS}" if budget else f"≤ {STATEMENTS}"
            table.add(what, f"{count}, {rows:,}", "EXPLAIN ANALYZE", limits, kept)
        else:
            scanned = scanned_tables(connection, asked) & {"cases", "case_search", "tasks", "applications", "persons"}
            told = f"read from end to end: {', '.join(sorted(scanned)) or 'none'}"
            table.add(what, f"{count}", told, f"≤ {STATEMENTS}", count <= STATEMENTS and not scanned)


# --- other pages -----------------------------------------------------------------------------------------------------


def other_pages(place: Place, table: Table, rounds: int, app: Any, engine: Engine) -> None:
    township = Desk(place, app, "township_officer", TOWNSHIP)
    officer = Desk(place, app, "department_officer", COUNTY, place.release.catalogue.item(ITEM).department)
    clerk = Desk(place, app, "window_clerk", TOWNSHIP)
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    for what, desk, address in (
        ("inbox of a township", township, "/inbox"),
        ("inbox of a department", officer, "/inbox"),
        ("inbox, red cards", township, "/inbox?card=red"),
        ("applications of a township", clerk, "/applications"),
        ("overview of a department's items", officer, "/items"),
    ):
        if address.partition("?")[0] in rules or f"{address}/" in rules:
            table.add(what, str(timed(rounds, desk.get(address))), "", "p95 200 ms")
            asked_for(place, table, engine, desk, address, f"… {what}: statements, rows read")
    today = datetime.now(UTC).date()
    for what, query in (
        ("query: inbox page and count, township", lambda s: case_queries.inbox(s, township.actor, today=today)),
        ("query: inbox page and count, department", lambda s: case_queries.inbox(s, officer.actor, today=today)),
        ("query: what waits by step and item, township", lambda s: case_queries.waiting_groups(s, township.actor)),
        ("query: recent applications, township", lambda s: application_queries.recent(s, clerk.actor)),
        ("query: recent applications by name", lambda s: application_queries.recent(s, clerk.actor, q="禾小")),
    ):
        times, rows = asked(place, rounds, query)
        table.add(what, str(times), f"{rows:,} rows read" if rows else "")


def asked(place: Place, rounds: int, query: Callable[[Session], Any]) -> tuple[Times, int]:
    """How long a query takes in a session of its own, and on PostgreSQL the rows it touches."""

    def once() -> None:
        with place.session() as session:
            query(session)

    times = timed(rounds, once)
    with listening(place.engine) as heard:
        once()
    with place.engine.connect() as connection:
        return times, rows_read(connection, heard) if place.kind == "postgres" else 0


# --- finding people --------------------------------------------------------------------------------------------------


def people(place: Place, table: Table, rounds: int) -> None:
    """Different people every time: by number anywhere, by name, phone and part of an address in one's own township."""
    app = create_app(place.settings, place.release)
    clerk, dice = Desk(place, app, "window_clerk", TOWNSHIP), Random(7)
    with place.session() as session:
        near = session.scalars(select(Person).where(Person.region_code.startswith(TOWNSHIP)).limit(400)).all()
        found = [(p.name, p.phone, p.address[-6:]) for p in dice.sample(near, min(len(near), 200))]
        total = count_of(place, "persons")
        numbers = [number_of(dice.randrange(total - 1000 if total > 2000 else total // 2)) for _ in found]

        def finding(words: str) -> Callable[[], Any]:
            return lambda: household_queries.find(session, clerk.actor, words)

        for what, words in (
            ("id number", numbers),
            ("whole name", [name for name, _, _ in found]),
            ("a name's beginning", [name[:2] for name, _, _ in found]),
            ("phone", [phone for _, phone, _ in found]),
            ("part of an address", [address for _, _, address in found]),
        ):
            times = times_of(finding(one) for one in words[: max(rounds, 20)])
            kept = times.median <= 0.030 and times.at(0.95) <= 0.100
            table.add(
                f"find a person among {total:,} by {what}",
                str(times),
                f"p95 {short(times.at(0.95))}",
                "p50 30 ms, p95 100 ms" if place.kind == "postgres" else "",
                kept if place.kind == "postgres" else None,
            )
