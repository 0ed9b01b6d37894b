"""The 25 comparisons: who is asked, what comes back, and when a difference is a conflict a person must settle."""

from __future__ import annotations

from typing import Any

from expressions import convert
from pack import Pack, table

# Fields the conflicts need that the pack's lists of returned fields lack.
RETURNS_ADDED = {
    "C01": [("undeclared_people", "同户登记而未申报人数", "integer"), ("on_register", "是否在户籍登记中", "boolean")],
    "C02": [("father_dead", "父亲是否死亡", "boolean")],
    "C18": [("deceased", "是否已死亡", "boolean")],
    "C19": [("refusals", "拒绝介绍工作次数", "integer")],
    "C21": [("cert_state", "残疾人证状态", "text")],
    "C22": [("school_state", "学籍状态", "text")],
    "C23": [("parent_in_prison", "父母是否服刑", "boolean")],
    "C24": [("pc_income", "档案中的人均月收入", "money")],
}
TYPES = {
    "money": "_amount month_amount income taxable paid tax exempt_income stock_value neeq_value fund_value bond_value "
    "capital subscribed fund month_repay wage_base basic_part total pooled cash personal_account serious_aid "
    "urban_rural_aid serious_insurance in_scope out_catalog should_aid aided fallback balance start_fund",
    "decimal": "area employee_rate employer_rate",
    "integer": "records benefit_months_left neeq_shares term",
    "boolean": "cancel_flag person_over_limit family_over_limit opened is_key_person full_time has_housing_fund "
    "is_active_soldier is_veteran special_clinic",
}
TYPE_OF = {name: kind for kind, names in TYPES.items() for name in names.split()}
# Where the field's own name does not read as English.
ENGLISH = {
    "id_no": "Identity number",
    "hukou_region": "Place of registration",
    "hukou_address": "Registered address",
    "hukou_no": "Household number",
    "spouse_id_no": "Spouse's identity number",
    "cert_no": "Certificate number",
    "neeq_shares": "Shares on the third board",
    "neeq_value": "Value on the third board",
    "pooled": "Paid by the insurance pool",
    "cash": "Paid in cash",
    "total": "Total cost",
    "paid": "Tax paid",
    "item": "Kind of income",
    "opened": "Account opened",
    "pc_income": "Monthly income per person in the file",
    "undeclared_people": "Registered people not declared",
    "on_register": "On the register",
}
# The pack points at a derived value, which nobody can correct; the declared wages can.
QUESTION = {"d_income_pc_month": "inc_wage_local"}


def comparisons(pack: Pack) -> dict[str, Any]:
    rules = table("conflicts")
    return {"comparisons": [_comparison(pack, check, rules[check["code"]]) for check in pack.verification["checks"]]}


def _comparison(pack: Pack, check: dict[str, Any], rules: list[list[str]]) -> dict[str, Any]:
    code = check["code"]
    if len(rules) != len(check["conflicts"]):
        raise ValueError(f"{code}: the pack has {len(check['conflicts'])} conflicts, our table {len(rules)}")
    returns = [(one["id"], one["zh"], _type(one["id"])) for one in check["returned_fields"]] + RETURNS_ADDED.get(
        code, []
    )
    conflicts = []
    for number, (entry, rule) in enumerate(zip(check["conflicts"], rules, strict=True), 1):
        when, scope, zh, en, action = rule
        conflicts.append(
            {
                "id": f"{code}-{number}",
                "question": QUESTION.get(entry["field"], entry["field"]),
                "scope": scope,
                "when": convert(when, pack.slugs),
                "title": {"zh": zh, "en": en},
                "severity": entry["severity"],
                "action": {"zh": entry["action"], "en": action},
            }
        )
    return {
        "code": code,
        "title": {"zh": check["name_zh"], "en": check["name_en"]},
        "agency": check["agency"],
        "channel": check["channel"],
        "people": check["checked_people"],
        "limit_days": check["time_limit_working_days"],
        "keys": check["request_keys"],
        "returns": [
            {
                "id": name,
                "title": {"zh": zh, "en": ENGLISH.get(name) or name.replace("_", " ").capitalize()},
                "type": kind,
            }
            for name, zh, kind in returns
        ],
        "conflicts": conflicts,
        "prov": check["prov"] + (f"; {check['note']}" if check.get("note") else ""),
    }


def _type(name: str) -> str:
    if name in TYPE_OF:
        return TYPE_OF[name]
    return (
        "date"
        if name.endswith(("_date", "founded", "valid_to", "first_register", "period_from", "period_to"))
        else "text"
    )
