"""`python -m tests.bench`: measure and print one table. `--quick` with small sizes, only to see that it runs."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.bench import engines, lists, publishing, submitting
from tests.bench.crowd import FULL, QUICK
from tests.bench.measuring import Table
from tests.bench.towns import crowded, place
from tests.servers import Postgres

PARTS = ("engines", "lists", "submitting", "publishing")


def main(arguments: list[str] | None = None) -> Table:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--databases", default="postgres,sqlite")
    parser.add_argument("--markdown", type=Path, help="write the table there too")
    chosen = parser.parse_args(arguments)
    parts, kinds = chosen.only or PARTS, chosen.databases.split(",")
    table = Table()
    size, rounds, families = (QUICK, 3, 8) if chosen.quick else (FULL, 30, 60)
    if "engines" in parts:
        engines.measure(table, rounds)
    with tempfile.TemporaryDirectory() as folder, Postgres.started(durable=True) as server:
        for kind in kinds if "lists" in parts else ():
            with place(kind, database(kind, "lists", server, folder), families=families) as ready:
                lists.measure(crowded(ready, size, table.say), table, rounds)
        if {"submitting", "publishing"} & set(parts):
            with place("postgres", database("postgres", "office", server, folder), families=0) as ready:
                if "submitting" in parts:
                    submitting.measure(ready, table, 2 if chosen.quick else 15)
                if "publishing" in parts:
                    publishing.measure(ready, table)
    if chosen.markdown:
        chosen.markdown.write_text(table.markdown(), "utf-8")
    return table


def database(kind: str, name: str, server: Postgres, folder: str) -> str:
    """A new empty database."""
    if kind == "sqlite":
        return f"sqlite:///{folder}/{name}.db"
    server.execute(f"create database {name}")
    return server.url(name)


if __name__ == "__main__":
    main()
