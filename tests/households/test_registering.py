"""Who is who, and who lives with whom: the same number is the same person; without a number only the household knows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.access.rules import Actor, Grant
from portal.households import queries
from portal.households.commands import register_people
from portal.households.models import Household, Membership, Person
from tests.bench.measuring import listening
from tests.families import id_number

DAY = date(2022, 6, 1)
VILLAGE, OTHER = "321311106201", "321302105201"
MOTHER, FATHER, SON = id_number("1980-01-01", 22), id_number("1978-05-05", 33), id_number("2008-09-01", 11)
CATALOGUE: Any = None  # registering people asks nothing of the catalogue


def row(name: str, number: str = "", born: str = "", relation: str = "", sex: str = "") -> dict[str, Any]:
    said = {
        "member_name": name,
        "member_id_no": number,
        "member_birth_date": born,
        "member_relation": relation,
        "member_sex": sex,
    }
    return {key: value for key, value in said.items() if value}


def answers(name: str, number: str, *members: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"applicant_name": name, "applicant_id_no": number, "members": list(members), **more}


@pytest.fixture
def register(session):
    def registered(said: dict[str, Any], region: str = VILLAGE, day: date = DAY) -> tuple[Household, dict[str, Person]]:
        return register_people(session, CATALOGUE, said, region, today=day)

    return registered


def count(session, table) -> int:
    return session.scalar(select(func.count()).select_from(table))


def test_a_family_is_registered_with_what_was_said_of_each(session, register):
    household, people = register(
        answers(
            "禾母", MOTHER, row("禾母", MOTHER, "1980-01-01", "01", "2"), row("禾子", SON, "2008-09-01", "20", "1"),
            hh_live_address="示例路1号", applicant_phone="13900000001",
        )
    )  # fmt: skip
    assert [people["applicant"].id, people["members/0"].id] == [household.head_id] * 2
    son = people["members/1"]
    assert (son.name, son.sex, son.birth_date, son.region_code, son.address) == (
        "禾子",
        "1",
        date(2008, 9, 1),
        VILLAGE,
        "示例路1号",
    )
    assert son.id_masked == SON[:6] + "*" * 10 + SON[-2:]
    assert SON not in son.id_number
    assert people["applicant"].phone == "13900000001"
    living = queries.members(session, household.id)
    assert [(m.person.name, m.relation, m.first_day) for m in living] == [("禾母", "01", DAY), ("禾子", "20", DAY)]


def test_the_birth_date_is_read_from_the_number_when_nobody_says_it(register):
    _, people = register(answers("禾母", MOTHER))
    assert people["applicant"].birth_date == date(1980, 1, 1)
    assert people["applicant"].id_type == "111"


def test_the_applicant_lives_there_even_when_no_row_names_him(session, register):
    household, people = register(answers("禾母", MOTHER, row("禾子", SON, "2008-09-01")))
    living = {m.person_id for m in queries.members(session, household.id)}
    assert living == {people["applicant"].id, people["members/0"].id}


def test_the_same_people_asking_again_are_the_same_and_news_is_kept(session, register):
    register(answers("禾母", MOTHER, row("禾母", MOTHER), row("禾子", SON, relation="20")))
    household, people = register(
        answers("禾慕", MOTHER, row("禾慕", MOTHER, relation="01"), row("", SON)), OTHER, DAY + timedelta(days=30)
    )
    assert (count(session, Person), count(session, Household), count(session, Membership)) == (2, 1, 2)
    assert (people["applicant"].name, people["members/1"].name) == ("禾慕", "禾子")
    assert household.region_code == OTHER
    assert [m.relation for m in queries.members(session, household.id)] == ["01", "20"]
    assert [m.first_day for m in queries.members(session, household.id)] == [DAY, DAY]


def test_somebody_without_a_number_is_the_same_only_at_home(session, register):
    baby = row("禾宝", born="2022-05-01")
    first, people = register(answers("禾母", MOTHER, row("禾母", MOTHER), baby))
    again, same = register(answers("禾母", MOTHER, row("禾母", MOTHER), baby))
    assert (first.id, people["members/1"].id) == (again.id, same["members/1"].id)
    _, elsewhere = register(answers("汀父", FATHER, row("汀父", FATHER), baby))
    assert elsewhere["members/1"].id != people["members/1"].id
    twin = row("禾贝", born="2022-05-01")
    _, both = register(answers("禾母", MOTHER, row("禾母", MOTHER), baby, twin))
    assert both["members/1"].id != both["members/2"].id
    assert count(session, Person) == 5


def test_one_person_in_two_rows_is_one_person(session, register):
    household, people = register(answers("禾母", MOTHER, row("禾母", MOTHER), row("禾母", MOTHER, relation="01")))
    assert people["members/0"] is people["members/1"]
    assert [m.relation for m in queries.members(session, household.id)] == ["01"]


def test_a_child_named_by_both_parents_lives_in_both_until_somebody_settles_it(session, register):
    """A claim proves nothing: neither parent's form takes the child out of the other's household."""
    hers, _ = register(answers("禾母", MOTHER, row("禾母", MOTHER), row("禾子", SON)))
    his, people = register(answers("汀父", FATHER, row("汀父", FATHER), row("禾子", SON)))
    assert hers.id != his.id
    child = people["members/1"].id
    assert {h for h in (hers.id, his.id) if child in {m.person_id for m in queries.members(session, h)}} == {
        hers.id,
        his.id,
    }
    assert queries.household_of(session, child).id == his.id  # what was said last
    assert queries.households_of(session, [child, hers.head_id]) == {child: his.id, hers.head_id: hers.id}


def test_a_household_of_a_day_is_that_of_its_memberships(session, register):
    household, people = register(answers("禾母", MOTHER, row("禾母", MOTHER), row("禾子", SON)))
    son = people["members/1"].id
    left = session.scalars(select(Membership).where(Membership.person_id == son)).one()
    left.last_day = DAY + timedelta(days=10)
    session.flush()
    assert queries.household_of(session, son) is None
    assert queries.household_of(session, son, DAY).id == household.id
    assert queries.household_of(session, son, DAY + timedelta(days=10)).id == household.id
    assert queries.household_of(session, son, DAY + timedelta(days=11)) is None
    assert [m.person.name for m in queries.members(session, household.id)] == ["禾母"]


def test_a_family_of_eight_is_looked_up_at_once_like_one_of_two(session, register):
    def family(size: int, serial: int) -> dict[str, Any]:
        numbers = [id_number("1990-01-01", serial + n) for n in range(size)]
        return answers("禾甲", numbers[0], *(row(f"禾{n}", number) for n, number in enumerate(numbers)))

    counts = []
    for size, serial in ((2, 100), (8, 200)):
        with listening(session.get_bind().engine) as asked:
            register(family(size, serial))
        counts.append(sum(1 for statement, _ in asked.statements if statement.startswith("SELECT")))
    assert counts == [2, 2]


def test_people_are_found_by_number_everywhere_and_by_less_only_at_home(session, register):
    register(
        answers("禾母", MOTHER, row("禾母", MOTHER), applicant_phone="13900000001", hh_live_address="柳树村3组12号")
    )
    near, far = (Actor(1, "clerk", (Grant("window_clerk", region),)) for region in (VILLAGE[:9], OTHER[:9]))
    for words in (MOTHER, "禾", "禾母", "13900000001", "3组12号"):
        assert [hit.name for hit in queries.find(session, near, words)] == ["禾母"], words
    assert [hit.name for hit in queries.find(session, far, MOTHER)] == ["禾母"]
    for words in ("禾", "禾母", "13900000001", "3组12号"):
        assert queries.find(session, far, words) == [], words
    assert queries.find(session, Actor(2, "nobody", ()), MOTHER) == []
    assert queries.find(session, near, "母") == []  # the middle of a name is no beginning
    assert queries.find(session, near, "%") == []
    assert queries.find(session, near, "_组12") == []
