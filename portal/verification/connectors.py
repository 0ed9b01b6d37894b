"""Connectors to the comparing agencies: a table. The demo connector answers from what was declared.

A connector is a function of (comparison, subject, answers) to (state, returned). A real adapter (file, queue, service)
is one more function and one line in `CONNECTORS`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from portal.catalogue.model import Comparison
from portal.verification.rules import Subject

Answer = tuple[str, dict[str, Any] | None]
Connector = Callable[[Comparison, Subject, Mapping[str, Any]], Answer]
NO_RECORD: Answer = ("no_record", None)

# About 4 % of checked people showed doubts in the province in 2016 (found: S33): one in twenty-five.
ONE_IN = 25


def _doubtful(subject: Subject, code: str) -> bool:
    seed = f"{code}:{subject.name}:{subject.answers.get('member_birth_date')}".encode()
    return hashlib.sha256(seed).digest()[0] % ONE_IN == 0


def _first(answers: Mapping[str, Any], group: str) -> Mapping[str, Any] | None:
    rows = [row for row in answers.get(group) or () if isinstance(row, Mapping)]
    return rows[0] if rows else None


def _money(answers: Mapping[str, Any], *names: str) -> int:
    return sum(v for name in names if isinstance(v := answers.get(name), int) and not isinstance(v, bool))


def _population(_c: Comparison, subject: Subject, answers: Mapping[str, Any]) -> Answer:
    row = subject.answers
    return "returned", {
        "name": subject.name,
        "sex": row.get("member_sex") or row.get("sup_sex"),
        "birth_date": row.get("member_birth_date"),
        "hukou_region": answers.get("hh_hukou_region"),
        "hukou_address": answers.get("hh_hukou_address"),
        "undeclared_people": 0,
        "on_register": True,
    }


def _houses(comparison: Comparison, subject: Subject, answers: Mapping[str, Any]) -> Answer:
    house = _first(answers, "houses")
    if subject.row != "members/0" or house is None or not house.get("house_area"):
        return NO_RECORD
    area = house["house_area"]
    seen = round(float(area) * 1.3, 1) if _doubtful(subject, comparison.code) else area
    return "returned", {
        "address": house.get("house_address"),
        "area": seen,
        "cert_no": house.get("house_cert_no"),
        "structure": house.get("house_structure"),
    }


def _vehicles(comparison: Comparison, subject: Subject, answers: Mapping[str, Any]) -> Answer:
    vehicle = _first(answers, "vehicles")
    if subject.row == "members/0" and vehicle is not None and vehicle.get("veh_plate"):
        return "returned", {
            "plate": vehicle["veh_plate"],
            "brand": vehicle.get("veh_brand"),
            "state": "normal",
            "use_nature": vehicle.get("veh_use"),
        }
    if subject.row.startswith("members/") and _doubtful(subject, comparison.code):
        return "returned", {"plate": "苏NDEMO1", "brand": "示例牌", "state": "normal", "use_nature": "private"}
    return NO_RECORD


def _deposits(comparison: Comparison, subject: Subject, _answers: Mapping[str, Any]) -> Answer:
    """Banks answer only whether a limit is exceeded (found: S32)."""
    over = subject.row == "members/0" and _doubtful(subject, comparison.code)
    return "returned", {"person_over_limit": over, "family_over_limit": over}


def _wages(_c: Comparison, subject: Subject, answers: Mapping[str, Any]) -> Answer:
    wages = _money(answers, "inc_wage_local", "inc_wage_migrant")
    return (
        ("returned", {"income": wages, "payer": subject.answers.get("member_employer")})
        if subject.row == "members/0" and wages
        else NO_RECORD
    )


def _pension(_c: Comparison, subject: Subject, answers: Mapping[str, Any]) -> Answer:
    pension = _money(answers, "inc_trans_pension")
    if subject.row != "members/0" or not pension:
        return NO_RECORD
    return "returned", {"month_amount": pension // 12, "basic_part": 0, "state": "paying", "deceased": False}


def _medical(_c: Comparison, subject: Subject, answers: Mapping[str, Any]) -> Answer:
    if subject.answers.get("member_serious_illness") is not True:
        return NO_RECORD
    paid = _money(answers, "exp_medical")
    return "returned", {"total": paid * 2, "pooled": paid, "cash": paid, "aided": 0}


def _disability(_c: Comparison, subject: Subject, _answers: Mapping[str, Any]) -> Answer:
    row = subject.answers
    if row.get("member_disabled") is not True:
        return NO_RECORD
    return "returned", {
        "cert_no": row.get("member_disability_cert_no"),
        "kind": row.get("member_disability_kind"),
        "grade": row.get("member_disability_grade"),
        "cert_state": "valid",
    }


def _school(_c: Comparison, subject: Subject, _answers: Mapping[str, Any]) -> Answer:
    row = subject.answers
    if row.get("member_in_school") is not True:
        return NO_RECORD
    return "returned", {
        "school": row.get("member_school_name") or "在册",
        "stage": row.get("member_school_stage"),
        "school_state": "enrolled",
    }


DEMO_ANSWERS: dict[str, Connector] = {
    "C01": _population,
    "C06": _houses,
    "C07": _vehicles,
    "C08": _deposits,
    "C15": _wages,
    "C18": _pension,
    "C20": _medical,
    "C21": _disability,
    "C22": _school,
}


def demo(comparison: Comparison, subject: Subject, answers: Mapping[str, Any]) -> Answer:
    """Answers like a well-kept register that agrees with the declaration in 24 of 25 cases."""
    return DEMO_ANSWERS.get(comparison.code, lambda *_: NO_RECORD)(comparison, subject, answers)


CONNECTORS: dict[str, Connector] = {"demo": demo}
