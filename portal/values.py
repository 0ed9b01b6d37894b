"""Values every part shares: bilingual text, money in 分, periods and the working calendar. Plain Python, no I/O."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property
from typing import Literal, NewType

Lang = Literal["zh", "en"]
Fen = NewType("Fen", int)
ItemSlug = NewType("ItemSlug", str)
RegionCode = NewType("RegionCode", str)


@dataclass(frozen=True)
class Text:
    """One sentence or label in Chinese and English."""

    zh: str
    en: str

    @classmethod
    def of(cls, document: Mapping[str, str]) -> Text:
        return cls(document["zh"], document["en"])

    def to(self, lang: str) -> str:
        return self.en if lang == "en" else self.zh

    def to_json(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}


def round_fen(amount: Fraction | int) -> Fen:
    """Round a sum in 分 half up, once, at the end: the only place money is rounded."""
    return Fen((2 * Fraction(amount) + 1).__floor__() // 2)


def yuan(fen: int) -> str:
    """分 as yuan with two places and thousands separators: 64000 -> '640.00'."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def parse_yuan(typed: str) -> Fen:
    """Typed yuan to 分, exactly: '1,234.5' -> 123450. ValueError when it is not an amount with at most two places."""
    clean = typed.strip().replace(",", "").replace("，", "").removesuffix("元").strip()
    try:
        fen = Decimal(clean) * 100
    except InvalidOperation as error:
        raise ValueError(typed) from error
    if not fen.is_finite() or fen != fen.to_integral_value() or abs(fen) > 10**15:
        raise ValueError(typed)
    return Fen(int(fen))


@dataclass(frozen=True)
class Period:
    """From a first day to a last day, both included; an open end is None."""

    first: date
    last: date | None = None

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are working days: weekends off, holidays off, make-up workdays on (State Council calendar).

    Years that the State Council has not published yet count weekends only and are `provisional`.
    """

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    published_years: frozenset[int] = frozenset()

    @classmethod
    def of(cls, holidays: Iterable[date], workdays: Iterable[date], years: Iterable[int] = ()) -> WorkingCalendar:
        return cls(frozenset(holidays), frozenset(workdays), frozenset(years))

    def is_working(self, day: date) -> bool:
        if day in self.workdays:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def add(self, start: date, days: int) -> date:
        """The date `days` working days after `start`; the clock starts on the day after (procedure §2.3)."""
        day = start
        left = days
        while left > 0:
            day += timedelta(days=1)
            if self.is_working(day):
                left -= 1
        return day

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; 0 when `end` is not later."""
        return max(0, self._until(end) - self._until(start))

    def _until(self, day: date) -> int:
        """Working days from the first Monday of the calendar: a page of clocks must not count day by day."""
        weeks, rest = divmod(day.toordinal(), 7)
        return weeks * 5 + min(rest, 5) - bisect_right(self._free, day) + bisect_right(self._extra, day)

    @cached_property
    def _free(self) -> list[date]:
        return sorted(day for day in self.holidays - self.workdays if day.weekday() < 5)

    @cached_property
    def _extra(self) -> list[date]:
        return sorted(day for day in self.workdays if day.weekday() >= 5)

    def is_provisional(self, day: date) -> bool:
        return day.year not in self.published_years


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name a misspelt one was probably meant to be, or None."""
    from difflib import get_close_matches

    names = sorted(known)
    exact = bisect_left(names, word)
    if exact < len(names) and names[exact] == word:
        return word
    hits = get_close_matches(word, names, n=1, cutoff=0.6)
    return hits[0] if hits else None
