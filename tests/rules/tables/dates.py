"""Dates: full years, whole months, the 29th of February, ends of months, days that do not exist."""

from __future__ import annotations

from tests.rules.tables.vectors import Vector, unknown

BORN = {"var": "born"}
SINCE = {"var": "since"}
AGES = (
    ("2000-06-01", "2022-06-01", 22), ("2000-06-02", "2022-06-01", 21), ("2000-05-31", "2022-06-01", 22),
    ("2022-06-01", "2022-06-01", 0), ("2021-06-02", "2022-06-01", 0), ("1920-01-01", "2022-06-01", 102),
    ("2004-02-29", "2022-02-28", 17), ("2004-02-29", "2022-03-01", 18), ("2004-02-29", "2024-02-28", 19),
    ("2004-02-29", "2024-02-29", 20), ("2004-03-01", "2022-02-28", 17), ("2004-02-28", "2022-02-28", 18),
    ("1999-12-31", "2000-01-01", 0), ("1999-12-31", "2000-12-30", 0), ("1999-12-31", "2000-12-31", 1),
    ("2000-01-01", "2017-12-31", 17), ("2000-01-01", "2018-01-01", 18), ("1900-02-28", "2000-02-29", 100),
)  # fmt: skip
MONTHS = (
    ("2022-05-01", "2022-06-01", 1), ("2022-05-02", "2022-06-01", 0), ("2021-06-01", "2022-06-01", 12),
    ("2021-06-02", "2022-06-01", 11), ("2022-01-31", "2022-02-28", 0), ("2022-01-31", "2022-03-01", 1),
    ("2022-01-30", "2022-02-28", 0), ("2022-01-28", "2022-02-28", 1), ("2024-01-29", "2024-02-29", 1),
    ("2022-03-31", "2022-04-30", 0), ("2022-03-31", "2022-05-31", 2), ("2022-06-01", "2022-06-01", 0),
    ("2022-06-02", "2022-06-01", -1), ("2022-07-01", "2022-06-01", -1), ("2021-12-31", "2022-01-30", 0),
    ("2021-12-31", "2022-01-31", 1), ("2020-02-29", "2021-02-28", 11), ("2020-02-29", "2021-03-01", 12),
)  # fmt: skip
NO_DAYS = (
    ("2001-02-29", "a day that does not exist"), ("2022-13-01", "a month that does not exist"), ("2022-6-1", "unpadded"),
    ("20220601", "without hyphens"), ("2022-W22-3", "a week date"), ("2022-06-01T09:00", "a time"), ("2022-06", "a month"),
    (" 2022-06-01", "a space before"), ("2022-06-01\n", "a line end behind"), ("", "an empty text"), ("昨天", "words"),
    (20220601, "a number"), (True, "a truth"), (["2022-06-01"], "a list"), ("٢٠٢٢-٠٦-٠١", "other digits"), ("0000-01-01", "no year"),
)  # fmt: skip

VECTORS = (
    *(Vector(f"age: born {born}, on {on}", {"age": BORN}, years, {"born": born}, on=on) for born, on, years in AGES),
    *(Vector(f"months since {since} on {on}", {"months_since": SINCE}, n, {"since": since}, on=on) for since, on, n in MONTHS),
    *(Vector(f"age: {why} is no date", {"age": BORN}, unknown("born"), {"born": born}, on="2022-06-01") for born, why in NO_DAYS),
    *(Vector(f"months: {why} is no date", {"months_since": SINCE}, unknown("since"), {"since": born}) for born, why in NO_DAYS),
    Vector("age: null has no age", {"age": BORN}, None, {"born": None}),
    Vector("age: missing", {"age": BORN}, unknown("born")),
    Vector("age: not yet born on that day", {"age": BORN}, unknown("born"), {"born": "2022-06-02"}),
    Vector("age: its argument may stand in a list", {"age": [BORN]}, 22, {"born": "2000-06-01"}),
    Vector("age in a row", {"<": [{"age": BORN}, 18]}, True, row={"born": "2010-01-01"}),
    Vector("age of null is not below 18", {"<": [{"age": BORN}, 18]}, False, {"born": None}),
    Vector("age of null is not above 60", {">=": [{"age": BORN}, 60]}, False, {"born": None}),
    Vector("age unknown: neither old nor young", {"or": [{"<": [{"age": BORN}, 18]}, {">=": [{"age": BORN}, 60]}]}, unknown("born")),
    Vector("months: null", {"months_since": SINCE}, None, {"since": None}),
    Vector("months: missing", {"months_since": SINCE}, unknown("since")),
    Vector("on_or_after: the day itself", {"on_or_after": "2025-04-01"}, True, on="2025-04-01"),
    Vector("on_or_after: the day before", {"on_or_after": "2025-04-01"}, False, on="2025-03-31"),
    Vector("on_or_after: later", {"on_or_after": "2025-04-01"}, True, on="2026-01-01"),
    Vector("on_or_after: its argument may stand in a list", {"on_or_after": ["2025-04-01"]}, True, on="2025-04-02"),
    Vector("dates compare as texts", {">": [BORN, "1999-12-31"]}, True, {"born": "2000-01-01"}),
)  # fmt: skip
