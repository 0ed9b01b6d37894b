"""Standards, derived values, recognitions, departments, papers, exclusions, roles and example bundles."""

from __future__ import annotations

from typing import Any

from corrections import DERIVED
from expressions import convert
from pack import Pack, table

COUNTS = {"p_house_limit"}
MEASURES = {
    "p_local_house_area_pc": "m2",
    "p_rent_area": "m2",
    "p_house_poor_area": "m2",
    "p_power_kwh": "kwh",
    "p_gas_m3": "m3",
    "p_water_ton": "ton",
    "p_cpi_trigger": "percent",
    "p_fin_months": "months",
}
MEMBER_DERIVED = {"d_severe_disabled", "d_adl_unable_count", "d_self_care_level", "d_no_labor", "d_work_age"}
DERIVED_UNITS = {"d_income_year", "d_income_pc_month", "d_rigid_expense_year", "d_income_after_rigid_pc_month"}
DERIVED_UNITS |= {"d_fin_total", "d_fin_pc"}
PERSONAL = {"s_tekun", "s_orphan", "s_de_facto"}
BEGINNING = "2020-01-01"


def parameters(pack: Pack) -> dict[str, Any]:
    """Every standard, dated, money in 分; ours are the sums that stood inside expressions."""
    found = []
    for entry in pack.items["params"]:
        unit = _unit(entry)
        factor = 100 if unit == "fen" else 1
        dated = {_day(str(old["effective"])): old for old in entry.get("history") or []}
        if entry["id"] == "p_edu_college":
            dated = {BEGINNING: entry, "2024-01-01": {"value": 3700, "prov": entry["prov"]}}
        values = []
        for day, old in sorted((dated or {BEGINNING: entry}).items()):
            value: dict[str, Any] = {"from": day, "value": _number(float(old["value"]) * factor)}
            if old.get("note"):
                value["note"] = old["note"]
            values.append({**value, "prov": old["prov"]})
        found.append(
            {
                "id": entry["id"],
                "title": pack.texts.of(entry["zh"]),
                "unit": unit,
                "values": values,
                "prov": entry["prov"],
            }
        )
    for name, zh, en, unit, value, prov in table("parameters"):
        title = {"zh": zh, "en": en}
        found.append(
            {"id": name, "title": title, "unit": unit, "values": [{"from": BEGINNING, "value": value, "prov": prov}]}
        )
    return {"parameters": found}


def _unit(entry: dict[str, Any]) -> str:
    if entry["id"] in MEASURES:
        return MEASURES[entry["id"]]
    if entry["id"] in COUNTS:
        return "count"
    return "fen" if "元" in entry["zh"] else "ratio"


def _day(text: str) -> str:
    return "-".join((text.split("-") + ["01", "01"])[:3])


def _number(value: float) -> int | float:
    rounded = round(value, 4)
    return int(rounded) if rounded == int(rounded) else rounded


def derived(pack: Pack) -> dict[str, Any]:
    """The values worked out from facts."""
    found = []
    for entry in pack.fields["derived"]:
        expression = DERIVED.get(entry["id"], entry["expr"])
        if expression.startswith("COUNT_NOT("):
            names = expression.removeprefix("COUNT_NOT(").rstrip(")").split(",")
            value: Any = {"count_true": [{"not": {"var": name}} for name in names]}
        else:
            value = convert(expression, pack.slugs)
        scope = "member" if entry["id"] in MEMBER_DERIVED else "application"
        document: dict[str, Any] = {"id": entry["id"], "title": pack.texts.of(entry["zh"]), "scope": scope}
        if entry["id"] in DERIVED_UNITS:
            document["unit"] = "fen"
        found.append({**document, "value": value, "prov": entry["prov"]})
    return {"derived": found}


def statuses(pack: Pack) -> dict[str, Any]:
    """Recognitions with the item that grants them."""
    return {
        "statuses": [
            {
                "id": entry["id"],
                "title": pack.texts.of(entry["zh"]),
                "granted_by": pack.slugs[entry["set_by"]],
                "subject": "person" if entry["id"] in PERSONAL else "household",
                "prov": "pack",
            }
            for entry in pack.items["statuses"]
        ]
    }


def departments(pack: Pack) -> dict[str, Any]:
    return {
        "departments": [
            {
                "code": one["code"],
                "title": pack.texts.of(one["zh"], one["en"]),
                "kind": one["kind"],
                "prov": one["prov"],
            }
            for one in pack.items["departments"]
        ]
    }


def papers(pack: Pack) -> dict[str, Any]:
    """Kinds of paper: still given by the citizen, fetched by the platform, or merged away."""
    when = table("papers")
    found = []
    for one in pack.items["documents"]:
        after = one["after"]
        who = "citizen" if after.startswith("citizen") or after == "new" else "platform"
        who = "dropped" if after == "cut: form merged" else who
        paper: dict[str, Any] = {"id": one["id"], "title": pack.texts.of(one["zh"], one["en"]), "who": who}
        if one["id"] in when:
            paper["when"] = when[one["id"]]
        found.append({**paper, "prov": f"{one['prov']}; {after}"})
    return {"documents": found}


def exclusions(pack: Pack) -> dict[str, Any]:
    entry = pack.items["exclusion_resolution"]
    order = [pack.slugs[code] for code in entry["order"]]
    rule = {
        "zh": "两个不可同享的事项都符合时,保留此顺序中在前的,另一项以“不同享”结案并说明理由;法律允许时公民可以另选。",
        "en": entry["rule"],
    }
    # Not in the pack's order, yet excluded by it: the housing subsidy ends where a house is rebuilt.
    return {"order": order, "rule": rule, "prov": entry["prov"]}


def bundles(pack: Pack) -> dict[str, Any]:
    found = []
    for one in pack.items["example_bundles"]:
        expected = pack.texts.of(one["expected"])
        items = [pack.slugs[code] for code in one["items"]]
        found.append(
            {
                "id": one["id"],
                "title": pack.texts.of(one["zh"]),
                "items": items,
                "expected": expected,
                "prov": one["prov"],
            }
        )
    return {"bundles": found}
