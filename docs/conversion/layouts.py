"""The two forms: which questions every application asks, and each question exactly once, in its section."""

from __future__ import annotations

from typing import Any

from pack import Pack
from questions import visibility

SCALAR = {"application", "visit"}
WIDGETS = {"textarea": "textarea", "photo": "photo", "signature": "signature", "region": "region"}


def layouts(pack: Pack, sections: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The layouts of the application form and of the home visit."""
    fields = {field["id"]: field for field in pack.fields["fields"]}
    applications = [set(item["application_fields"]) for item in pack.items["items"] if item["slug"] != "price_subsidy"]
    core = set.intersection(*applications)
    surveys = [set(item["survey_fields"]) for item in pack.items["items"] if item["survey_use"] == "required"]
    visit = set.intersection(*surveys)
    order = [question["id"] for section in sections for question in section["questions"]]
    titles = {
        "application": {"zh": '帮扶救助"一件事"统一申请表', "en": "Unified application for assistance"},
        "home_visit": {"zh": "统一入户调查表", "en": "Unified home-visit survey"},
    }
    return {
        form: {
            "id": form,
            "title": titles[form],
            "core": [name for name in order if name in (core if form == "application" else visit)],
            "layout": {"type": "Form", "elements": _groups(pack, sections, fields, form)},
        }
        for form in titles
    }


def _groups(pack: Pack, sections: list[dict[str, Any]], fields: dict[str, Any], form: str) -> list[dict[str, Any]]:
    groups = []
    ordered = sections if form == "application" else sorted(sections, key=lambda one: one["section"] != "v_meta")
    if form == "home_visit":
        last = {"v_concl", "v_photo", "v_review", "v_nb"}
        ordered = sorted(ordered, key=lambda one: one["section"] in last)
    for section in ordered:
        elements = [
            _control(pack, question, section["group"], fields[question["id"]])
            for question in section["questions"]
            if form in question["forms"]
        ]
        if elements:
            group: dict[str, Any] = {"type": "Group", "section": section["section"], "label": section["title"]}
            if section["group"] not in SCALAR:
                group["rows"] = section["group"]
            groups.append({**group, "elements": elements})
    return groups


def _control(pack: Pack, question: dict[str, Any], group: str, field: dict[str, Any]) -> dict[str, Any]:
    name = question["id"]
    scope = f"#/properties/{name}" if group in SCALAR else f"#/properties/{group}/items/properties/{name}"
    control: dict[str, Any] = {"type": "Control", "scope": scope}
    if question["type"] in WIDGETS:
        control["widget"] = WIDGETS[question["type"]]
    condition = visibility(pack, field)
    if condition is not None:
        control["rule"] = {"effect": "SHOW", "condition": condition}
    return control
