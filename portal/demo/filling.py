"""Filling what a form asks beyond a family's own facts, plausibly: a clerk's and an investigator's routine answers.

A question is answered by its name where the answer should read well, else by its code list, else by its type. Hidden
questions are answered too: the platform prunes what does not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from portal.forms import Form, Question
from portal.forms.identity import check_character

BY_NAME: Mapping[str, Any] = {
    "app_mode": "self",
    "app_reason": ["no_income"],
    "app_reason_text": "家庭收入不足以维持基本生活(示例)",
    "app_urgent": False,
    "app_contact_pref": ["phone"],
    "app_access_need": ["none"],
    "auth_signed": True,
    "declare_true": True,
    "declare_report_change": True,
    "privacy_notice_ack": True,
    "privacy_sensitive_consent": True,
    "auth_method": "paper",
    "hh_hukou_kind": "3",
    "hh_category": ["none"],
    "hh_existing_recognition": ["none"],
    "hh_poverty_cause": "other",
    "hh_insider_relative": False,
    "fin_deposit": 300_000,
    "exp_utility_month": 12_000,
    "exp_comm_month": 5_000,
    "land_contract_mu": 2.5,
    "pay_card_kind": "社会保障卡",
    "pay_bank": "示例农商银行",
    "pay_account_no": "6222021234567890128",
    "pay_holder_relation": "01",
    "member_guardian_name": "示例监护人",
    "charity_project": "other",
    "charity_asked": 300_000,
    "util_power_no": "3210000000001",
    "util_water_no": "示例水号0001",
    "util_tv_no": "示例电视卡0001",
    "util_gas_no": "示例气号0001",
    "housing_need": "rent_subsidy",
    "housing_rent_month": 50_000,
    "housing_rent_contract_no": "示例租备0001",
    "housing_other_subsidy": False,
    "legal_matter": "support",
    "legal_desc": "请求支付扶养费(示例)",
    "tekun_mode": "scattered",
    "tekun_caregiver": "示例照料人",
    "tekun_institution": "示例敬老院",
    "rural_monitor_kind": "边缘易致贫户",
    "worker_unit": "示例企业工会",
    "urgent_kind": "other",
    "urgent_event": "other",
    "disaster_rooms_fallen": 0,
    "disaster_rooms_damaged": 0,
    "house_structure": "brick_concrete",
    "house_danger_grade": "A",
    # the home visit
    "visit_kind": "new",
    "visit_result": "met",
    "visit_no_conflict": True,
    "visit_interviewee_relation": "01",
    "visitor1_org": "乡镇民政办",
    "visitor2_org": "村(居)委会",
    "v_members_match": True,
    "v_undeclared_people": False,
    "v_asset_conflict": False,
    "v_recent_build": False,
    "v_other_house": False,
    "v_vehicle_seen": False,
    "v_business_seen": False,
    "v_high_consumption": ["none"],
    "v_hazard": ["none"],
    "v_need_service": ["none"],
    "v_house_danger": "A",
    "v_power_ok": True,
    "v_food_store": True,
    "v_clothes_bedding": True,
    "v_sanitation": 3,
    "v_adl_eat": True,
    "v_adl_dress": True,
    "v_adl_bed": True,
    "v_adl_toilet": True,
    "v_adl_walk": True,
    "v_adl_bath": True,
    "v_elder_alive_seen": True,
    "v_child_risk": False,
    "v_child_guardian_state": 3,
    "v_income_source": "零工与转移收入(示例)",
    "v_income_month": 80_000,
    "v_expense_month": 150_000,
    "v_finding": "qualified",
    "v_opinion": "情况属实,建议按规定办理(示例)",
    "v_village_opinion": "情况属实(示例)",
    "v_disaster_verified": "已由村、乡、县三级核定(示例)",
    "v_residents": 2,
    "nb_opinion": "agree",
    "nb_relation": "邻居",
}
_STEM = "32139919700101001"
SOMEBODY = _STEM + check_character(_STEM)
# What a closed list says when there is nothing special to say.
BY_LIST: Mapping[str, str] = {
    "cancer_kind": "none",
    "child_disease": "none",
    "danger_grade": "A",
    "finding": "qualified",
    "health": "10",
    "marital": "10",
    "relation": "01",
    "veteran_kind": "none",
    "wish_training": "none",
    "parent_status": "normal",
    "fp_kind": "none",
    "labor": "1",
    "house_kind": "self_built",
    "decoration": "simple",
    "toilet_kind": "indoor",
}
# Left open: what is no fault when blank and would only repeat "示例" on every screen.
BLANK = frozenset({"text", "textarea", "file", "photo", "signature", "geo", "member_reference"})


def complete(form: Form, facts: Mapping[str, Any], day: date) -> dict[str, Any]:
    """The family's facts and, for everything else the form asks, a routine answer."""
    answers = {name: value for name, value in facts.items() if name in form.questions}
    for question in form.scalars:
        if question.id not in answers and (value := routine(form, question, day)) is not None:
            answers[question.id] = value
    if "members" not in form.rows and "hh_size" in form.questions:
        answers["hh_size"] = len(facts["members"])
    if "supporters" not in form.rows and "inc_trans_support" in form.questions:
        answers["inc_trans_support"] = 12 * sum(row["sup_monthly_fee"] for row in facts["supporters"])
    for group, questions in form.rows.items():
        known = {question.id: question for question in questions}
        answers[group] = [
            {name: value for name, value in row.items() if name in known}
            | {
                name: value
                for name, question in known.items()
                if name not in row and (value := routine(form, question, day)) is not None
            }
            for row in facts.get(group, ())
        ]
    return answers


def routine(form: Form, question: Question, day: date) -> Any:
    """The answer a question gets in most families; None to leave it open."""
    if question.compute is not None:
        return None
    if question.id in BY_NAME:
        return BY_NAME[question.id]
    if question.type in BLANK:
        return None if _optional(question) or question.type not in {"text", "textarea"} else "示例"
    if question.codes:
        code = BY_LIST.get(question.codes) or next(iter(form.code_lists[question.codes].values))
        return [code] if question.type == "choices" else code
    return BY_TYPE[question.type](day, question) if question.type in BY_TYPE else None


def _optional(question: Question) -> bool:
    return not question.required and question.required_when is None


def _past(day: date, question: Question) -> str | None:
    ahead = question.id.endswith(("_end", "_until"))
    return None if _optional(question) else (day + timedelta(days=300 if ahead else -20)).isoformat()


BY_TYPE: Mapping[str, Any] = {
    "integer": lambda _day, question: None if _optional(question) else int(question.constraints.min or 0),
    "decimal": lambda _day, question: None if _optional(question) else 0,
    "money": lambda _day, question: None if _optional(question) else 0,
    "date": _past,
    "datetime": lambda day, _question: f"{day.isoformat()}T09:30:00+08:00",
    "boolean": lambda _day, _question: False,
    "phone": lambda _day, _question: "19900000000",
    "id_number": lambda _day, question: None if _optional(question) else SOMEBODY,
    "bank_account": lambda _day, _question: "6222021234567890128",
}
