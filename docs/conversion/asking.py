"""What is computed, what must be answered because rules read it, and what is shown only in a certain situation."""

from __future__ import annotations

from typing import Any


def V(name: str) -> dict[str, str]:  # noqa: N802 - a word of the rule language
    """A fact by its name."""
    return {"var": name}


COMPUTE: dict[str, Any] = {
    "hh_size": {"count": ["members", V("member_lives_together")]},
    "hh_protected_count": {"count": ["members", V("member_is_beneficiary")]},
    "house_only": {"==": [{"count": ["houses", True]}, 1]},
    "dibao_kind": {
        "if": [
            {"<": [V("d_income_pc_month"), {"param": "p_dibao"}]},
            "household",
            {"any": ["members", V("d_severe_disabled")]},
            "single_disabled",
            {"any": ["members", V("member_serious_illness")]},
            "single_ill",
            "household",
        ]
    },
    "member_is_minor14": {"<": [{"age": V("member_birth_date")}, 14]},
    "inc_trans_support": {"*": [{"sum": ["supporters", V("sup_monthly_fee")]}, 12]},
    "worker_kind": {
        "if": [
            {"<": [V("d_income_after_rigid_pc_month"), {"param": "p_union_deep"}]},
            "deep",
            {"<": [V("d_income_after_rigid_pc_month"), {"param": "p_union_rel"}]},
            "relative",
            "accident",
        ]
    },
    "util_owner_is_member": {"any": ["members", {"==": [V("member_name"), V("util_owner")]}]},
    "v_expense_gt_income": {">": [V("v_expense_month"), V("v_income_month")]},
    "dr_needed": V("d_declared_conflict"),
}

# Called "computed" in the pack without a formula that rules could hold: who fills them instead.
NOT_BY_RULE = {
    "app_cross_kind": {"kind": "system"},
    "member_self_care": None,
    "inc_work_cost_deduct": None,
    "inc_exempt_total": None,
    "child_identify_basis": None,
    "auth_scope": {"kind": "system"},
    "auth_valid_until": {"kind": "system"},
    "visit_distance_m": {"kind": "device"},
    "v_suggest_amount": {"kind": "system"},
    "v_valid_until": {"kind": "system"},
    "member_sex": {"kind": "computed"},
    "member_birth_date": {"kind": "computed"},
}

# Optional in the pack, read by rules: blank is not 0 and not "no".
MUST_ANSWER = (
    "hh_category member_unemployed_reg member_want_job child_transplanted elder_ability charity_asked "
    "disaster_rooms_fallen disaster_rooms_damaged med_self_paid biz_employees member_job_hard member_school_stage"
).split()


def shown(name: str) -> Any:
    """When a question the pack always shows is worth asking; None = always."""
    if name in {"hh_protected_count"}:
        return None
    for prefix, condition in SHOWN.items():
        if name.startswith(prefix) and not name.endswith(("_target", "med_patient")):
            return condition
    return SHOWN_ONE.get(name)


SHOWN: dict[str, Any] = {
    "med_": V("med_patient"),
    "edu_bank": V("edu_target"),
    "elder_": V("elder_target"),
    "rehab_": V("rehab_target"),
    "child_identify": V("child_target"),
    "fp_": {">=": [{"age": V("member_birth_date")}, 49]},
    "cancer_": {"==": [V("member_sex"), "2"]},
    "training_": {"present": V("member_skill_cert")},
}
SHOWN_ONE: dict[str, Any] = {
    "child_disease": {"<=": [{"age": V("member_birth_date")}, 18]},
    "youth_admission_no": {"in": [V("member_school_stage"), ["3", "5", "6"]]},
    "veteran_hardship": {"in": [V("member_veteran_kind"), ["retired", "martyr_kin", "duty_kin", "sick_kin"]]},
    "member_unemployed_since": V("member_unemployed_reg"),
    "biz_employees": V("biz_registered"),
}
