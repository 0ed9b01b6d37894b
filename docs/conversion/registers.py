"""Four demonstration registers of departments: they fill questions and start list-based items."""

from __future__ import annotations

from typing import Any

ID_NUMBER = ("id_no", "身份证号", "Identity number", {"type": "string", "pattern": "^[0-9]{17}[0-9X]$"})
NAME = ("name", "姓名", "Name", {"type": "string", "minLength": 1, "maxLength": 50})


def _register(
    slug: str,
    zh: str,
    en: str,
    department: str,
    key: str,
    columns: list[Any],
    prefill: dict[str, Any],
    starts: list[str],
) -> dict[str, Any]:
    properties = {name: {"title": title, "x-title-en": english, **form} for name, title, english, form in columns}
    names = list(properties)
    register: dict[str, Any] = {
        "slug": slug,
        "title": {"zh": zh, "en": en},
        "department": department,
        "key": key,
        "schema": {
            "type": "object",
            "properties": properties,
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "required": [key, "id_no"] if key != "id_no" else ["id_no", "name"],
            "additionalProperties": False,
        },
        "list": names[:6],
        "search": [name for name in (key, "id_no", "name") if name in names],
        "prefill": prefill,
    }
    register["search"] = list(dict.fromkeys(register["search"]))
    if starts:
        register["starts"] = starts
    return {**register, "prov": "assumed: demonstration data, no real person"}


def registers() -> list[dict[str, Any]]:
    text = {"type": "string", "maxLength": 100}
    day = {"type": "string", "format": "date"}
    return [
        _register(
            "utility_accounts",
            "公用事业户号台账",
            "Utility accounts",
            "SW",
            "account_no",
            [
                ("account_no", "户号", "Account number", {"type": "string", "minLength": 1, "maxLength": 20}),
                NAME,
                ID_NUMBER,
                ("address", "用水地址", "Address", text),
                ("shared_meter", "是否合表", "Shared meter", {"type": "boolean"}),
                ("state", "状态", "State", {"type": "string", "enum": ["open", "closed"]}),
            ],
            {
                "match": {"applicant_id_no": "id_no"},
                "fill": {"util_water_no": "account_no", "util_owner": "name", "util_shared_meter": "shared_meter"},
            },
            ["water_cut"],
        ),
        _register(
            "disability_cards",
            "残疾人证台账",
            "Disability certificates",
            "CL",
            "cert_no",
            [
                (
                    "cert_no",
                    "残疾人证号",
                    "Certificate number",
                    {"type": "string", "pattern": "^[0-9X]{18}[1-7][1-4](B[0-9])?$"},
                ),
                NAME,
                ID_NUMBER,
                ("kind", "残疾类别", "Kind", {"type": "string", "enum": ["1", "2", "3", "4", "5", "6", "7"]}),
                ("grade", "残疾等级", "Grade", {"type": "string", "enum": ["1", "2", "3", "4"]}),
                ("review_date", "复审日期", "Review date", day),
            ],
            {
                "match": {"member_id_no": "id_no"},
                "fill": {
                    "member_disability_cert_no": "cert_no",
                    "member_disability_kind": "kind",
                    "member_disability_grade": "grade",
                    "member_disability_review_date": "review_date",
                },
            },
            [],
        ),
        _register(
            "student_roster",
            "在校学生名册",
            "Students on the roll",
            "JY",
            "student_no",
            [
                ("student_no", "学籍号", "Student number", {"type": "string", "minLength": 1, "maxLength": 20}),
                NAME,
                ID_NUMBER,
                (
                    "stage",
                    "就学阶段",
                    "Stage",
                    {"type": "string", "enum": ["0", "1", "2", "3", "4", "5", "6", "7", "8"]},
                ),
                ("school", "学校", "School", text),
                ("grade", "年级班级", "Grade", {"type": "string", "maxLength": 20}),
            ],
            {
                "match": {"member_id_no": "id_no"},
                "fill": {
                    "member_student_no": "student_no",
                    "member_school_stage": "stage",
                    "member_school_name": "school",
                    "member_grade": "grade",
                },
            },
            [],
        ),
        _register(
            "elderly_roster",
            "高龄老人名册",
            "Roster of the elderly",
            "MZ",
            "id_no",
            [
                NAME,
                ID_NUMBER,
                ("birth_date", "出生日期", "Date of birth", day),
                ("region", "户籍村居代码", "Village code", {"type": "string", "pattern": "^[0-9]{12}$"}),
                ("ability", "能力评估等级", "Ability", {"type": "string", "enum": ["0", "1", "2", "3", "4"]}),
                ("phone", "联系电话", "Phone", {"type": "string", "maxLength": 20}),
            ],
            {
                "match": {"member_id_no": "id_no"},
                "fill": {"elder_ability": "ability", "member_birth_date": "birth_date"},
            },
            ["elder_bonus"],
        ),
    ]
