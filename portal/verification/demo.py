"""The demo connector: answers that agree with what was declared, and for about 4 % of people one that does not.

No register is asked. The same person with the same letter always gets the same answer, so that demonstrations and
tests can be repeated; 4 % is what the province found in its first year of comparisons (procedure §3.6, found: S33).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from portal.verification.query import Answer, Query

Fields = Mapping[str, Any] | None
DOUBTFUL = 0.04


def ask(query: Query) -> Answer:
    """Answer at once."""
    wrong = _wrong_one(query)
    if wrong == query.code:
        return Answer("returned", _DOUBTS[wrong](query))
    fields = _CLEAN.get(query.code, _nothing)(query)
    return Answer("returned", fields) if fields else Answer("no_record")


def _draw(query: Query, purpose: str) -> float:
    seed = f"{purpose}:{query.letter_no}:{query.person}:{query.id_number}"
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:6], "big") / 2**48


def _wrong_one(query: Query) -> str | None:
    """The comparison that will contradict this person's declarations, if any."""
    if query.person.startswith("supporters/") or _draw(query, "doubt") >= DOUBTFUL:
        return None
    possible = [code for code in _DOUBTS if code in query.codes and _DOUBTS[code](query)]
    return possible[int(_draw(query, "which") * len(possible))] if possible else None


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _is_head(query: Query) -> bool:
    """The household's common things (house, car, medical bills) are answered under one person only."""
    return query.person in {"applicant", "members/0"}


def _age(query: Query) -> int:
    try:
        born = date.fromisoformat(f"{query.id_number[6:10]}-{query.id_number[10:12]}-{query.id_number[12:14]}")
    except ValueError:
        return 0
    return query.on.year - born.year - ((query.on.month, query.on.day) < (born.month, born.day))


def _first(query: Query, group: str) -> Mapping[str, Any]:
    rows = query.facts.get(group)
    return rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], Mapping) else {}


# --- what an honest declaration finds ------------------------------------------------------------------------------


def _nothing(_query: Query) -> Fields:
    return None


def _registration(query: Query) -> Fields:
    known = {
        "name": query.name,
        "sex": query.row.get("member_sex"),
        "birth_date": query.row.get("member_birth_date"),
        "ethnicity": query.row.get("member_ethnicity"),
        "undeclared_people": 0,
        "on_register": True,
    }
    if not query.person.startswith("supporters/"):
        known |= {"hukou_region": query.facts.get("hh_hukou_region")}
    return {name: value for name, value in known.items() if value is not None}


def _marriage(query: Query) -> Fields:
    spouse = query.row.get("member_spouse_name")
    return {"spouse_name": spouse, "marital_state": query.row.get("member_marital")} if spouse else None


def _house(query: Query) -> Fields:
    house = _first(query, "houses")
    if not _is_head(query) or not house.get("house_cert_no"):
        return None
    known = {"cert_no": house.get("house_cert_no"), "area": house.get("house_area"), "planned_use": "residence"}
    return {name: value for name, value in known.items() if value is not None}


def _vehicle(query: Query) -> Fields:
    plate = _first(query, "vehicles").get("veh_plate")
    return {"plate": plate, "use_nature": "private", "state": "normal"} if _is_head(query) and plate else None


def _insurance(query: Query) -> Fields:
    wage = _number(query.row.get("member_monthly_income"))
    employer = query.row.get("member_employer")
    if not wage or not employer or query.row.get("member_occupation") == "70":
        return None
    return {"employer": employer, "employment_state": "employed", "wage_base": wage}


def _pension(query: Query) -> Fields:
    drawn = _number(query.facts.get("inc_trans_pension"))
    if not drawn or _age(query) < 60 or not _is_head(query):
        return None
    return {"month_amount": drawn // 12, "basic_part": 20_000, "state": "paying", "deceased": False}


def _medical(query: Query) -> Fields:
    paid = _number(query.facts.get("exp_medical"))
    if not paid or not _is_head(query):
        return None
    return {"cash": paid, "total": paid * 3, "pooled": paid * 2, "aided": max(1, paid // 10)}


def _disability(query: Query) -> Fields:
    known = {
        "cert_no": query.row.get("member_disability_cert_no"),
        "kind": query.row.get("member_disability_kind"),
        "grade": query.row.get("member_disability_grade"),
        "review_date": query.row.get("member_disability_review_date"),
    }
    found = {name: value for name, value in known.items() if value is not None}
    return {**found, "cert_state": "valid"} if "grade" in found else None


def _school(query: Query) -> Fields:
    if query.row.get("member_in_school") is not True:
        return None
    known = {
        "school": query.row.get("member_school_name") or "本市学校",
        "stage": query.row.get("member_school_stage"),
        "student_no": query.row.get("member_student_no"),
        "school_state": "enrolled",
    }
    return {name: value for name, value in known.items() if value is not None}


_CLEAN: Mapping[str, Callable[[Query], Fields]] = {
    "C01": _registration,
    "C02": lambda _query: {"cancel_flag": False},
    "C03": _marriage,
    "C06": _house,
    "C07": _vehicle,
    "C08": lambda _query: {"person_over_limit": False, "family_over_limit": False},
    "C17": _insurance,
    "C18": _pension,
    "C20": _medical,
    "C21": _disability,
    "C22": _school,
    "C23": lambda _query: {"is_key_person": False},
}

# --- and what a doubtful one does ----------------------------------------------------------------------------------


def _larger_house(query: Query) -> Fields:
    house, found = _first(query, "houses"), _house(query)
    area = house.get("house_area")
    if not found or isinstance(area, bool) or not isinstance(area, int | float):
        return None
    return {**found, "area": round(area * 1.5, 1)}


def _hidden_vehicle(query: Query) -> Fields:
    if _age(query) < 18:
        return None
    serial = int(_draw(query, "plate") * 100_000)
    return {"plate": f"苏N{serial:05d}", "brand": "小型普通客车", "use_nature": "private", "state": "normal"}


def _hidden_pension(query: Query) -> Fields:
    if _age(query) < 60 or _number(query.facts.get("inc_trans_pension")):
        return None
    return {"month_amount": 128_000, "basic_part": 20_000, "state": "paying", "deceased": False}


_DOUBTS: Mapping[str, Callable[[Query], Fields]] = {
    "C06": _larger_house,
    "C07": _hidden_vehicle,
    "C08": lambda query: {"person_over_limit": True, "family_over_limit": True} if _age(query) >= 18 else None,
    "C18": _hidden_pension,
}
