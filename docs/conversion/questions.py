"""The question bank: sections with their questions, and the code lists they choose from."""

from __future__ import annotations

from typing import Any

from asking import COMPUTE, MUST_ANSWER, NOT_BY_RULE, shown
from expressions import convert
from pack import Pack, table
from placing import MONEY_SECTIONS, NEW_SECTIONS, TARGETS, group_of, section_of

TYPES = {
    "int": "integer",
    "bool": "boolean",
    "enum": "choice",
    "menum": "choices",
    "idcard": "id_number",
    "sign": "signature",
    "bank": "bank_account",
    "memberref": "boolean",
}
FORMS = {"application": "application", "survey": "home_visit"}
LEVELS = {"not_personal": "none", "personal": "personal", "sensitive_personal": "sensitive"}
LIMITS = {"min": "min", "max": "max", "max_len": "max_length", "min_items": "min_items", "level": "level"}


def sections(pack: Pack) -> list[dict[str, Any]]:
    """All sections in the pack's order, ours after the ones they are split from."""
    order: list[tuple[str, str, str, str]] = []
    for one in pack.fields["sections"]:
        order.append((one["id"], one["zh"], one["en"], FORMS[one["form"]]))
        order += [(new, zh, en, form) for new, (after, zh, en, form) in NEW_SECTIONS.items() if after == one["id"]]
    found = []
    for name, zh, en, form in order:
        fields = [field for field in pack.fields["fields"] if section_of(field) == name]
        groups = {group_of(field) for field in fields}
        if len(groups) != 1:
            raise ValueError(f"section {name} mixes rows: {groups}")
        found.append(_section(pack, name, {"zh": zh, "en": en}, form, groups.pop(), fields))
    return found


def _section(pack: Pack, name: str, title: dict[str, str], form: str, group: str, fields: list[Any]) -> dict[str, Any]:
    document: dict[str, Any] = {"section": name, "title": title, "form": form, "group": group}
    if name in MONEY_SECTIONS:
        zh, en = MONEY_SECTIONS[name]
        money = [field["id"] for field in fields if field["type"] == "money" and field["id"] not in COMPUTE]
        document["none_of_these"] = {"title": {"zh": zh, "en": en}, "questions": money}
    document["questions"] = [_question(pack, field, name) for field in fields]
    return document


def _question(pack: Pack, field: dict[str, Any], section: str) -> dict[str, Any]:
    name, limits = field["id"], field.get("validation") or {}
    zh, en = TARGETS.get(name, (field["zh"], field["en"]))
    question: dict[str, Any] = {
        "id": name,
        "type": TYPES.get(field["type"], field["type"]),
        "title": {"zh": zh, "en": en},
        "forms": [FORMS[form] for form in field["forms"]],
    }
    if field.get("enum"):
        question["codes"] = field["enum"]
    question["required"] = _required(pack, field, section, limits)
    if "unit" in limits:
        question["unit"] = pack.texts.of(limits["unit"])
    constraints = _constraints(field, limits)
    if constraints:
        question["constraints"] = constraints
    prefill = NOT_BY_RULE[name] if name in NOT_BY_RULE else field.get("prefill")
    if prefill:
        question["prefill"] = prefill
    if name in COMPUTE:
        question["compute"] = COMPUTE[name]
    sensitivity = field.get("sensitivity") or {}
    question["sensitivity"] = LEVELS[sensitivity.get("level", "personal")]
    if sensitivity.get("why"):
        question["sensitivity_reason"] = str(sensitivity["why"])
    question["prov"] = field["prov"]
    return question


def _required(pack: Pack, field: dict[str, Any], section: str, limits: dict[str, Any]) -> Any:
    if field["id"] in TARGETS or field["id"] in MUST_ANSWER or limits.get("required"):
        return True
    if section in MONEY_SECTIONS and field["type"] == "money" and field["id"] != "exp_debt":
        return True
    condition = limits.get("required_if")
    if not condition:
        return False
    rule = convert(condition, pack.slugs)
    chosen = chosen_items(rule)
    if chosen and {pack.slugs[code] for code in field["needed_by_items"]} <= chosen:
        return True
    return rule


def chosen_items(rule: Any) -> set[str]:
    """The items of a rule that only asks which items were chosen; empty for any other rule."""
    parts = rule.get("or", [rule]) if isinstance(rule, dict) else []
    found = {part["contains"][1] for part in parts if part.get("contains", [{}])[0] == {"var": "app_items"}}
    return found if len(found) == len(parts) else set()


def visibility(pack: Pack, field: dict[str, Any]) -> Any:
    """When a question is shown: if the pack needs it only in a situation, only then."""
    condition = (field.get("validation") or {}).get("required_if")
    own = shown(field["id"])
    if own is not None or not condition:
        return own
    rule = convert(condition, pack.slugs)
    return None if chosen_items(rule) or field["id"] in ALWAYS_SHOWN else rule


# A code says "not at school", so the question fits everybody; the date of an event is wanted without urgency too.
ALWAYS_SHOWN = {"v_child_risk", "member_school_stage", "urgent_date"}


def _constraints(field: dict[str, Any], limits: dict[str, Any]) -> dict[str, Any]:
    found = {LIMITS[key]: value for key, value in limits.items() if key in LIMITS}
    if field["type"] == "money":
        found = {key: value * 100 if key in ("min", "max") else value for key, value in found.items()}
    if "regex" in limits:
        found["pattern"] = limits["regex"]
    if "checksum" in limits:
        found["checksum"] = limits["checksum"]
    if limits.get("unique_in_case") or limits.get("unique"):
        found["unique_in_group"] = True
    return found


def code_lists(pack: Pack) -> list[dict[str, Any]]:
    """The code lists; the lists of items and of comparisons come from the catalogue itself."""
    names = {item["slug"]: (item["name_zh"], item["name_en"]) for item in pack.items["items"]}
    checks = {check["code"]: (check["name_zh"], check["name_en"]) for check in pack.verification["checks"]}
    ethnic = table("ethnic")
    found = []
    for name, entry in pack.fields["enums"].items():
        if name in ("items", "checks"):
            own = names if name == "items" else checks
            values = [{"code": code, "title": {"zh": zh, "en": en}} for code, (zh, en) in own.items()]
        else:
            values = []
            for value in entry["values"]:
                en = value.get("en") or ethnic.get(str(value["code"]))
                values.append(
                    {"code": str(value["code"]), "title": pack.texts.of(value["zh"], str(en) if en else None)}
                )
        title = str(entry["title"]).split(" (")[0]
        found.append(
            {
                "id": name,
                "title": pack.texts.of(title),
                "source": entry["title"],
                "prov": entry["prov"],
                "values": values,
            }
        )
    return found
