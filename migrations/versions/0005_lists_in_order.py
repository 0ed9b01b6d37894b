"""Lists of cases are walked in the order of an index: the county and the place in the list as columns of their own.

Names are compared by code point, so that a beginning is a range; people are found by part of an address in a narrow index.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | Sequence[str] | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NO_DEADLINE, ENDED = 4_000_000, 9_000_000
NAMES = (
    ("applications", "applicant_name", 120),
    ("cases", "applicant_name", 120),
    ("cases", "number", 40),
    ("persons", "name", 120),
    ("tasks", "applicant_name", 120),
)
SEEN = ["department_code", "region_code"]
OPEN = ["region_code", "item", "due_on", "yellow_on"]
# Index, table, its columns before and after.
INDEXES: tuple[tuple[str, str, list[str], list[str]], ...] = (
    ("ix_cases_item_rank", "cases", [], ["item", "rank", "id", *SEEN]),
    ("ix_cases_item_county", "cases", [], ["item", "county_code", "rank", "id", *SEEN]),
    (
        "ix_cases_item_region",
        "cases",
        ["item", "region_code", "due_on", "id"],
        ["item", "county_code", "region_code", "id"],
    ),
    (
        "ix_cases_item_status",
        "cases",
        ["item", "status", "region_code", "id"],
        ["item", "status", "county_code", "rank", "id"],
    ),
    ("ix_cases_open", "cases", ["department_code", *OPEN], ["department_code", "county_code", *OPEN]),
    ("ix_persons_region_code", "persons", ["region_code"], []),
    ("ix_persons_place", "persons", [], ["region_code", "address", "id"]),
    ("ix_persons_name", "persons", ["name"], ["name", "region_code"]),
    ("ix_applications_phone", "applications", [], ["phone"]),
)
# The number of a day counted from 1 January of year 1.
ORDINAL = {
    "postgresql": "({0} - date '0001-01-01' + 1)",
    "sqlite": "(cast(julianday({0}) - julianday('0001-01-01') as integer) + 1)",
}


def upgrade() -> None:
    op.add_column("cases", sa.Column("county_code", sa.String(length=6), server_default="", nullable=False))
    op.add_column("cases", sa.Column("rank", sa.Integer(), server_default=str(NO_DEADLINE), nullable=False))
    dialect = op.get_bind().dialect.name
    closed, due = ORDINAL[dialect].format("closed_on"), ORDINAL[dialect].format("due_on")
    op.execute(
        "update cases set county_code = substr(region_code, 1, 6), rank = case"
        f" when closed_on is not null then {ENDED} - {closed} when due_on is not null then {due} else {NO_DEADLINE} end"
    )
    for index, table, _before, after in INDEXES:
        _remake(index, table, after)
    _collate('collate "C"')


def downgrade() -> None:
    _collate("")
    for index, table, before, _after in reversed(INDEXES):
        _remake(index, table, before)
    op.drop_column("cases", "rank")
    op.drop_column("cases", "county_code")


def _remake(index: str, table: str, columns: list[str]) -> None:
    known = {one["name"] for one in sa.inspect(op.get_bind()).get_indexes(table)}
    if index in known:
        op.drop_index(index, table)
    where = sa.text("closed_on IS NULL") if index == "ix_cases_open" else None
    if columns:
        op.create_index(index, table, columns, sqlite_where=where, postgresql_where=where)


def _collate(how: str) -> None:
    """SQLite compares by code point already."""
    if op.get_bind().dialect.name == "postgresql":
        for table, column, length in NAMES:
            op.execute(f"alter table {table} alter column {column} type varchar({length}) {how}")
