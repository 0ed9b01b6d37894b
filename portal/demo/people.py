"""Invented people: names nobody bears, id numbers no authority gives out, phones nobody answers, addresses in villages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from portal.forms.identity import check_character

# Plants, fields and farm tools: none of these is a Chinese family name.
FAMILY_NAMES = "禾汀桉荻苇槿砚渡垄菱篱檐榛蓼芡荇茭莼芒杞"
FIRST_SYLLABLES = "小大谷春秋云雨晨晓青白山河星月长永立望听"
SECOND_SYLLABLES = "满穗舟桥灯岸野川禾畔溪坡柳桐笛帆石竹霜苗"
RARE_SYLLABLES = "𠮷㙍䴙"  # outside the characters every font and every table holds
# County codes that do not exist under the city: a number with such a prefix can belong to nobody.
PREFIXES = tuple(f"32139{n}" for n in range(10))
SERIALS = 500  # odd or even serials of one day
MAN, WOMAN = "1", "2"
_PLAIN_YEAR = date(2001, 1, 1)


@dataclass(frozen=True)
class Person:
    """Somebody of the town."""

    name: str
    sex: str
    born: date
    id_number: str
    phone: str

    def age(self, on: date) -> int:
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


def name(dice: Random, family: str | None = None) -> str:
    """A family name and a given one; one in three hundred carries a rare character, because people do."""
    second = RARE_SYLLABLES if dice.random() < 1 / 300 else SECOND_SYLLABLES
    return (family or dice.choice(FAMILY_NAMES)) + dice.choice(FIRST_SYLLABLES) + dice.choice(second)


def phone(dice: Random) -> str:
    """Eleven digits that read as made up at a glance."""
    return f"1990000{dice.randrange(10_000):04d}"


def person(dice: Random, ordinal: int, sex: str, age: int, today: date, family: str | None = None) -> Person:
    """Somebody of that age. `ordinal` is counted over the whole town, so that no two share a number."""
    birthday = _PLAIN_YEAR + timedelta(days=(ordinal * 7919) % 365)  # spread over the year; 7919 is prime
    has_come = (birthday.month, birthday.day) <= (today.month, today.day)
    born = birthday.replace(year=today.year - age - (not has_come))
    serial = 2 * ((ordinal // 365) % SERIALS) + (1 if sex == MAN else 0)
    prefix = PREFIXES[(ordinal // (365 * SERIALS)) % len(PREFIXES)]
    stem = f"{prefix}{born:%Y%m%d}{serial:03d}"
    return Person(name(dice, family), sex, born, stem + check_character(stem), phone(dice))
