"""Expressions of the pack that had to change, each with its row in docs/decisions/0002, in the pack's own notation."""

from __future__ import annotations

# (item, rule) -> expression
RULES: dict[tuple[str, str], str] = {
    (slug, "RP4"): "not (biz_registered and (biz_employees > 0 or biz_capital > p_biz_capital_limit))"
    for slug in ("destitute_support", "dibao", "near_dibao", "expenditure_hardship")
} | {
    ("dibao", "R2"): (
        "dibao_kind == 'household' or (d_income_pc_month < p_dibao * p_bianyuan_mult and "
        "any_member((d_severe_disabled or member_serious_illness) and member_monthly_income < p_dibao))"
    ),
    ("temporary_aid", "R3"): "app_urgent or d_rigid_ratio >= p_temp_rigid_ratio",
    ("rural_monitor", "R2"): "d_income_pc_month * 12 < p_monitor_line or d_rigid_ratio >= p_monitor_rigid_ratio",
    ("disability_living", "R2"): (
        "s_dibao or (member_monthly_income == 0 and d_severe_disabled) or "
        "(d_income_pc_month < p_dis_income_mult * p_dibao and "
        "('multi_disabled' in hh_category or 'old_supports_disabled' in hh_category))"
    ),
    ("elder_service", "R1"): (
        "(age(member_birth_date) >= 60 and s_dibao and elder_ability in ('2','3','4')) or "
        "(age(member_birth_date) >= 80 and (s_dibao or s_tekun)) or "
        "(age(member_birth_date) >= 60 and (s_dibao or s_tekun or s_bianyuan) and 'lost_only_child' in hh_category)"
    ),
}

AMOUNTS: dict[str, str] = {
    "dibao": (
        "max(0, p_dibao * hh_protected_count - d_income_year / 12) if dibao_kind == 'household' else "
        "sum_members(p_dibao - member_monthly_income if (d_severe_disabled or member_serious_illness) and "
        "member_monthly_income < p_dibao else 0)"
    ),
    "disability_living": (
        "p_dibao * (p_dis_in_dibao_severe if (s_dibao and d_severe_disabled) else p_dis_in_dibao_other if s_dibao "
        "else p_dis_out_grade3 if (member_disability_grade == '3' and member_disability_kind in ('5','6') "
        "and member_monthly_income == 0) "
        "else p_dis_out_noincome if (d_severe_disabled and member_monthly_income == 0) else p_dis_multi)"
    ),
    "water_cut": "p_water_ton * p_water_price",
    "power_cut": "p_power_kwh * p_power_price",
    "gas_cut": "p_gas_m3 * p_gas_price",
    "tv_cut": "(p_tv_city if hh_hukou_kind == '2' else p_tv_rural) - (0 if s_tekun else p_tv_fee)",
    "temporary_aid": "min(p_temp_max_mult * p_dibao * hh_size, p_rigid_share * d_rigid_expense_year)",
    "funeral_cut": "min(p_funeral, p_funeral_basic + (p_funeral_extra if s_dibao or s_tekun else 0))",
    "pension_pay": "p_pension_pay + p_pension_extra",
    "disaster_relief": ("disaster_rooms_fallen * p_disaster_fallen + disaster_rooms_damaged * p_disaster_damaged"),
    "worker_aid": "p_dibao * p_union_months",
    "redcross_aid": "p_leukemia_transplant if child_disease == 'leukemia' and child_transplanted else p_leukemia",
}

DERIVED: dict[str, str] = {
    "d_income_year": (
        "max(0,inc_wage_local+inc_wage_migrant+inc_wage_odd+inc_wage_public_post-inc_work_cost_deduct"
        "+inc_biz_planting+inc_biz_breeding+inc_biz_self+inc_biz_other"
        "+inc_prop_interest+inc_prop_rent+inc_prop_land+inc_prop_collective+inc_prop_demolition"
        "+inc_trans_pension+inc_trans_support+inc_trans_unemploy+inc_trans_agri+inc_trans_comp+inc_trans_gift"
        "+inc_other-inc_exempt_total)"
    ),
    "d_rigid_ratio": "d_rigid_expense_year/max(p_one_yuan,d_income_year)",
    "d_adl_unable_count": "COUNT_NOT(v_adl_eat,v_adl_dress,v_adl_bed,v_adl_toilet,v_adl_walk,v_adl_bath)",
}

# Rules the pack does not write: the letter before any query, an amount above zero, the low income of a trainee.
LETTER = ("RA", "已签署核对授权(先授权,后查询)", "auth_signed", "return", "seed; no letter, no query assumed for all")
LETTER_LATER = (
    "RA",
    "已签署核对授权;急难的先行救助,五日内补签",
    "auth_signed or app_urgent",
    "return",
    "assumed; papers later found: S49",
)
LETTER_WANDERER = (
    "RA",
    "已签署核对授权;急难或主动发现的先行救助,事后补签",
    "auth_signed or app_urgent or app_channel == 'proactive'",
    "return",
    "assumed",
)
LATER = {"temporary_aid": LETTER_LATER, "disaster_relief": LETTER_LATER, "wanderer": LETTER_WANDERER}
ADDED: dict[str, list[tuple[str, str, str, str, str, str]]] = {
    "dibao": [
        (
            "R4",
            "整户保的差额补助大于零",
            "dibao_kind != 'household' or d_income_year / 12 < p_dibao * hh_protected_count",
            "manual",
            "assumed: eligible with nothing to pay must not happen",
            "application",
        )
    ],
    "training_subsidy": [
        (
            "R3",
            "低保、低保边缘家庭成员或就业困难人员",
            "s_dibao or s_bianyuan or member_job_hard",
            "manual",
            "assumed: the recognitions the pack names, employment aid grants none",
            "member",
        )
    ],
}
