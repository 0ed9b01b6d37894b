"""A family as its own facts: who lives there, what comes in, what it owns, and which items it asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from portal.demo import people
from portal.demo.people import MAN, WOMAN, Person

STANDARD = 62_000  # what a person a month must have, 分: p_dibao of the catalogue; only to choose believable incomes by
Row = dict[str, Any]


@dataclass
class Family:
    """One household's facts by question, its rows, and the items it asks for together."""

    shape: str
    region: str
    address: str
    today: date
    dice: Random
    ordinal: int
    items: list[str] = field(default_factory=list)
    facts: Row = field(default_factory=dict)
    members: list[Row] = field(default_factory=list)
    houses: list[Row] = field(default_factory=list)
    vehicles: list[Row] = field(default_factory=list)
    supporters: list[Row] = field(default_factory=list)
    surname: str = ""

    def __post_init__(self) -> None:
        self.surname = self.dice.choice(people.FAMILY_NAMES)

    # --- who lives there ---------------------------------------------------------------------------------------------

    def add(self, relation: str, sex: str, age: int, **facts: Any) -> Row:
        """A member; the first one applies. Facts left out are those of somebody of that age."""
        own = self.surname if sex == MAN or relation in {"01", "20", "30", "40"} or not self.members else None
        who = self._person(sex, age, own)
        row = _member(who, relation, self.today, self.region)
        row.update(facts)
        self.members.append(row)
        return row

    def couple(self, age: int) -> None:
        """Husband and wife of about that age, each named on the other's row."""
        first = self.add("01", MAN, age, member_marital="21")
        second = self.add("12", WOMAN, age - self.dice.randrange(0, 4), member_marital="21")
        first["member_spouse_name"], second["member_spouse_name"] = second["member_name"], first["member_name"]

    def pupil(self, age: int, stage: str, *, sex: str | None = None, relation: str = "", **facts: Any) -> Row:
        """Somebody at school or university."""
        chosen = sex or self.dice.choice((MAN, WOMAN))
        kin = relation or ("20" if chosen == MAN else "30")
        at_school = {
            "member_in_school": True,
            "member_school_stage": stage,
            "member_school_name": SCHOOLS[stage],
            "member_full_time": True,
            "member_occupation": "31",
            "edu_target": True,
            "member_labor": "1" if age >= 18 else "4",
        }
        return self.add(kin, chosen, age, **{**at_school, **facts})

    def supporter(self, relation: str, sex: str, age: int, unable: str, **facts: Any) -> None:
        """Somebody the law obliges to support the applicant, who lives elsewhere."""
        who = self._person(sex, age, None)
        able = unable == "able"
        self.supporters.append(
            {
                "sup_name": who.name,
                "sup_id_no": who.id_number,
                "sup_relation": relation,
                "sup_kind": "shan",
                "sup_marital": "21",
                "sup_health": "10" if able else "60",
                "sup_labor": "1" if able else "3",
                "sup_hh_size": 3,
                "sup_per_capita_income": 280_000 if able else 70_000,
                "sup_monthly_fee": 30_000 if able else 0,
                "sup_unable_reason": unable,
                "sup_phone": who.phone,
                "sup_auth_signed": True,
                **facts,
            }
        )

    def _person(self, sex: str, age: int, surname: str | None) -> Person:
        person = people.person(self.dice, self.ordinal, sex, age, self.today, surname)
        self.ordinal += 1
        return person

    # --- what it lives on --------------------------------------------------------------------------------------------

    def earns(self, share: float, source: str = "inc_wage_odd") -> None:
        """Yearly income from one source, so that a head's month is this share of the living standard."""
        self.facts[source] = int(share * STANDARD * 12 * max(1, len(self.members)) / 100) * 100

    def lives_in(self, area: float, kind: str = "self_built", **facts: Any) -> None:
        self.houses.append(
            {
                "house_owner": self.members[0]["member_name"],
                "house_address": self.address,
                "house_kind": kind,
                "house_area": area,
                "house_structure": "brick_wood" if kind == "self_built" else "brick_concrete",
                "house_danger_grade": "U" if kind == "self_built" else "A",
                "house_cert_no": f"示例房证{self.ordinal:07d}",
                **facts,
            }
        )

    def drives(self, kind: str, use: str = "life", value: int = 4_000_000) -> None:
        self.vehicles.append(
            {
                "veh_owner": self.members[0]["member_name"],
                "veh_kind": kind,
                "veh_use": use,
                "veh_value": value,
                "veh_plate": f"苏N示{self.ordinal % 10_000:04d}",
            }
        )

    def asks(self, *items: str) -> None:
        self.items.extend(slug for slug in items if slug not in self.items)

    def maybe(self, chance: float, *items: str) -> None:
        """Items only some families of this shape think of."""
        if self.dice.random() < chance:
            self.asks(*items)

    def says(self, **facts: Any) -> None:
        self.facts.update(facts)

    def answers(self) -> Row:
        """The family's own facts in the shape of answers; what else a form asks is filled by `demo.filling`."""
        head = self.members[0]
        return {
            "applicant_name": head["member_name"],
            "applicant_id_no": head["member_id_no"],
            "applicant_id_type": "111",
            "applicant_phone": head["member_phone"],
            "hh_hukou_region": self.region,
            "hh_hukou_address": self.address,
            "hh_live_region": self.region,
            "hh_live_address": self.address,
            **self.facts,
            "members": self.members,
            "houses": self.houses,
            "vehicles": self.vehicles,
            "supporters": self.supporters,
        }


SCHOOLS = {
    "0": "示例幼儿园",
    "1": "示例小学",
    "2": "示例初级中学",
    "3": "示例高级中学",
    "4": "示例职业学校",
    "5": "示例专科学校",
    "6": "示例大学",
    "7": "示例大学",
    "8": "示例特殊教育学校",
}


def _member(who: Person, relation: str, today: date, region: str) -> Row:
    age = who.age(today)
    grown, old = age >= 18, age >= 60
    return {
        "member_name": who.name,
        "member_id_type": "111",
        "member_id_no": who.id_number,
        "member_relation": relation,
        "member_sex": who.sex,
        "member_birth_date": who.born.isoformat(),
        "member_ethnicity": "01",
        "member_hukou_kind": "3",
        "member_hukou_region": region,
        "member_marital": "30" if old else "10",
        "member_lives_together": True,
        "member_is_beneficiary": True,
        "member_phone": who.phone,
        "member_health": "30" if old else "10",
        "member_serious_illness": False,
        "member_disabled": False,
        "member_labor": "1" if grown and not old else "2" if old and age < 70 else "4",
        "member_self_care": "1",
        "member_in_school": False,
        "member_school_stage": "9",
        "member_occupation": "27" if old else "51" if grown else "90",
        "member_monthly_income": 0,
        "member_unemployed_reg": False,
        "member_job_hard": False,
        "member_want_job": False,
        "member_want_training": "none",
        "member_pension_insured": "receiving_resident" if old else "resident" if grown else "none",
        "member_medical_insured": "resident",
        "member_veteran_kind": "none",
        "member_special_identity": ["none"],
        "member_guardian_relation": "52",
        "member_father_status": "normal",
        "member_mother_status": "normal",
        "edu_target": False,
        "child_target": False,
        "elder_target": old,
        "elder_ability": "0",
        "med_patient": False,
        "rehab_target": False,
        "auth_method": "paper" if grown else "guardian",
        "cancer_kind": "none",
        "cancer_aided_before": False,
        "fp_kind": "none",
        "child_disease": "none",
    }


def ill(name: str, self_paid: int) -> Row:
    """A member in treatment, with what was paid out of the own pocket (分)."""
    return {
        "member_health": "41",
        "member_serious_illness": True,
        "member_illness_name": name,
        "member_labor": "2",
        "med_patient": True,
        "med_total_cost": self_paid * 3,
        "med_pooled_paid": self_paid * 2,
        "med_self_paid": self_paid,
        "med_hospital": "示例人民医院",
    }


def disabled(id_number: str, kind: str, grade: str) -> Row:
    """A member with a disability card; its number is the id number with kind and grade."""
    return {
        "member_health": "60",
        "member_disabled": True,
        "member_disability_kind": kind,
        "member_disability_grade": grade,
        "member_disability_cert_no": f"{id_number}{kind}{grade}",
        "member_labor": "3" if grade in {"1", "2"} else "2",
        "member_self_care": "3" if grade == "1" else "2" if grade == "2" else "1",
    }
