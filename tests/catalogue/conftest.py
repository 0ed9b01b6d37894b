"""A small catalogue built in code: two departments, three items, one form, one visit; valid from the start."""

from __future__ import annotations

import pytest

from portal.catalogue.documents import Source


def text(zh, en=None):
    return {"zh": zh, "en": en or f"English of {len(zh)} characters"}


def question(name, kind="text", forms=("application",), **more):
    return {
        "id": name,
        "type": kind,
        "title": text(f"问题{name}", f"Question {name}"),
        "forms": list(forms),
        "required": False,
        "sensitivity": "none",
        **more,
    }


def control(name, rows=None, **more):
    scope = f"#/properties/{rows}/items/properties/{name}" if rows else f"#/properties/{name}"
    return {"type": "Control", "scope": scope, **more}


def group(section, *controls, rows=None):
    head = {"type": "Group", "section": section, "label": text(section, f"Section {section}")}
    return {**head, **({"rows": rows} if rows else {}), "elements": list(controls)}


def item(slug, code, department, **more):
    return {
        "slug": slug,
        "code": code,
        "title": text(f"事项{code}", f"Item {slug}"),
        "layer": "special",
        "department": department,
        "unit": "household",
        "unit_text": text("家庭", "Household"),
        "decision_level": "county",
        "starts": ["application"],
        "basis": [],
        "questions": ["hh_size", "inc_wage", "member_name", "member_birth_date"],
        "survey": ["v_food_store"],
        "survey_use": "required",
        "rules": [
            {
                "id": "R1",
                "title": text("人均收入低于标准", "Income per head below the line"),
                "clause": text("第四条", "Article 4"),
                "scope": "application",
                "when": {"<": [{"var": "d_income_pc"}, {"param": "p_dibao"}]},
                "on_fail": "reject",
            }
        ],
        "benefit": {
            "kind": "cash",
            "title": text("按月发放", "Monthly cash"),
            "period": "month",
            "award": "household",
            "scope": "application",
            "amount": {"*": [{"-": [{"param": "p_dibao"}, {"var": "d_income_pc"}]}, {"var": "hh_size"}]},
        },
        "materials": {"before": ["id_card", "income_proof"], "after": ["id_card"]},
        "time_limit": {"before": 25, "after": 12, "publicity_inside": True},
        "workflow": "simple",
        "front": ["accept", "authorise", "verify", "visit", "opinion"],
        "co_apply": [],
        "needs": [],
        "excludes": [],
        "grants": None,
        "comparisons": ["C15"],
        "review": {"months": 12},
        "payment": {
            "method": text("一卡通", "Card"),
            "payer": text("财政", "Finance bureau"),
            "cycle": text("按月", "Monthly"),
        },
        "view": {"list": ["hh_size"], "search": ["hh_size"], "fieldsets": []},
        **more,
    }


def examples(slug, **extra):
    facts = {"hh_size": 2, "inc_wage": 0, **extra}
    return {
        "item": slug,
        "examples": [
            {
                "title": text("没有收入", "No income"),
                "on": "2022-06-01",
                "facts": facts,
                "expect": {"outcome": "eligible", "amount_fen": 124000},
            },
            {
                "title": text("收入高", "High income"),
                "on": "2022-06-01",
                "facts": {**facts, "inc_wage": 9000000},
                "expect": {"outcome": "not_eligible", "amount_fen": None},
            },
        ],
    }


def small_documents():
    f = "form_schemas"
    return {
        f"{f}/questions/household.json": {
            "section": "household",
            "title": text("家庭", "Household"),
            "form": "application",
            "group": "application",
            "questions": [question("hh_size", "integer"), question("hh_kind", "choice", codes="hukou_kind")],
        },
        f"{f}/questions/income.json": {
            "section": "income",
            "title": text("收入", "Income"),
            "form": "application",
            "group": "application",
            "none_of_these": {"title": text("以上都没有", "None of these"), "questions": ["inc_wage"]},
            "questions": [question("inc_wage", "money"), question("inc_rent", "money")],
        },
        f"{f}/questions/members.json": {
            "section": "members",
            "title": text("成员", "Members"),
            "form": "application",
            "group": "members",
            "questions": [question("member_name"), question("member_birth_date", "date")],
        },
        f"{f}/questions/visit.json": {
            "section": "visit",
            "title": text("入户", "Visit"),
            "form": "home_visit",
            "group": "visit",
            "questions": [
                question("visit_date", "date", ["home_visit"]),
                question("v_food_store", "boolean", ["home_visit"]),
            ],
        },
        f"{f}/codes/hukou_kind.json": {
            "id": "hukou_kind",
            "title": text("户口性质", "Kind of household registration"),
            "values": [{"code": "1", "title": text("城镇", "Urban")}, {"code": "2", "title": text("农村", "Rural")}],
        },
        f"{f}/derived.json": {
            "derived": [
                {
                    "id": "d_income_pc",
                    "title": text("人均月收入", "Income per head and month"),
                    "scope": "application",
                    "value": {"/": [{"var": "inc_wage"}, {"*": [12, {"var": "hh_size"}]}]},
                }
            ]
        },
        f"{f}/parameters.json": {
            "parameters": [
                {
                    "id": "p_dibao",
                    "title": text("低保标准", "Minimum living standard"),
                    "unit": "fen",
                    "values": [{"from": "2020-01-01", "value": 61000}, {"from": "2021-07-01", "value": 62000}],
                }
            ]
        },
        f"{f}/statuses.json": {
            "statuses": [
                {
                    "id": "s_dibao",
                    "title": text("低保对象", "Minimum living recognition"),
                    "granted_by": "dibao",
                    "subject": "household",
                }
            ]
        },
        f"{f}/exclusions.json": {"order": ["dibao"], "rule": text("先者保留", "The earlier one stays")},
        f"{f}/departments.json": {
            "departments": [
                {"code": "MZ", "title": text("民政局", "Civil Affairs Bureau"), "kind": "government"},
                {"code": "JY", "title": text("教育局", "Education Bureau"), "kind": "government"},
            ]
        },
        f"{f}/documents.json": {
            "documents": [
                {"id": "id_card", "title": text("身份证", "Resident ID"), "who": "citizen"},
                {"id": "income_proof", "title": text("收入证明", "Proof of income"), "who": "dropped"},
            ]
        },
        f"{f}/comparisons.json": {
            "comparisons": [
                {
                    "code": "C15",
                    "title": text("工资比对", "Wages"),
                    "agency": text("人社局", "Human Resources Bureau"),
                    "channel": "api",
                    "people": ["applicant", "member"],
                    "limit_days": 2,
                    "keys": ["id_no"],
                    "returns": [{"id": "wage_year", "title": text("全年工资", "Wages of the year")}],
                    "conflicts": [
                        {
                            "id": "C15-1",
                            "question": "inc_wage",
                            "when": {">": [{"var": "r_wage_year"}, {"var": "inc_wage"}]},
                            "title": text("工资高于申报", "Wages above what was declared"),
                            "severity": "review",
                            "action": text("请核实", "Please settle"),
                        }
                    ],
                }
            ]
        },
        f"{f}/application.json": {
            "id": "application",
            "title": text("统一申请表", "The application form"),
            "core": ["member_name"],
            "layout": {
                "type": "Form",
                "elements": [
                    group("household", control("hh_size"), control("hh_kind")),
                    group(
                        "members",
                        *(control(n, "members") for n in ("member_name", "member_birth_date")),
                        rows="members",
                    ),
                    group("income", control("inc_wage"), control("inc_rent")),
                ],
            },
        },
        f"{f}/home_visit.json": {
            "id": "home_visit",
            "title": text("入户调查表", "The home visit"),
            "core": ["visit_date"],
            "layout": {"type": "Form", "elements": [group("visit", control("visit_date"), control("v_food_store"))]},
        },
        f"{f}/items/dibao.json": item("dibao", "SQ02", "MZ", grants="s_dibao", co_apply=["education_aid"]),
        f"{f}/items/near_dibao.json": item("near_dibao", "SQ13", "MZ", excludes=["dibao"]),
        f"{f}/items/education_aid.json": item(
            "education_aid",
            "SQ03",
            "JY",
            needs=["s_dibao"],
            questions=["hh_size", "inc_wage", "inc_rent", "member_name"],
            rules=[
                {
                    "id": "R1",
                    "title": text("低保家庭", "A household with minimum living"),
                    "clause": None,
                    "basis": "to be confirmed",
                    "scope": "application",
                    "when": {"status": "s_dibao"},
                    "on_fail": "reject",
                }
            ],
            benefit={
                "kind": "cash",
                "title": text("每学期", "Each term"),
                "period": "term",
                "award": "household",
                "scope": "application",
                "amount": 124000,
            },
            time_limit={"before": 20, "after": 15},
        ),
        f"{f}/examples/dibao.json": examples("dibao"),
        f"{f}/examples/near_dibao.json": examples("near_dibao"),
        f"{f}/examples/education_aid.json": {
            "item": "education_aid",
            "examples": [
                {
                    "title": text("低保家庭", "With minimum living"),
                    "on": "2022-06-01",
                    "facts": {"s_dibao": True},
                    "expect": {"outcome": "eligible", "amount_fen": 124000},
                },
                {
                    "title": text("非低保", "Without"),
                    "on": "2022-06-01",
                    "facts": {"s_dibao": False},
                    "expect": {"outcome": "not_eligible"},
                },
            ],
        },
        f"{f}/registers/students.json": {
            "slug": "students",
            "title": text("学籍", "Student roster"),
            "department": "JY",
            "key": "student_no",
            "schema": {
                "type": "object",
                "properties": {
                    "student_no": {"type": "string", "title": "学籍号", "x-title-en": "Student number"},
                    "id_no": {"type": "string", "title": "身份证号", "x-title-en": "ID number"},
                },
                "required": ["student_no"],
            },
            "list": ["student_no"],
            "search": ["student_no"],
            "prefill": {"match": {"member_name": "id_no"}, "fill": {}},
        },
        f"{f}/regions.json": {
            "regions": [
                {"code": "3213", "title": text("宿迁市", "Suqian"), "level": "city", "parent": None},
                {"code": "321311", "title": text("宿豫区", "Suyu"), "level": "county", "parent": "3213"},
            ]
        },
        "workflows/calendars/cn.json": {
            "years": {"2022": {"provisional": False, "holidays": ["2022-01-03"], "workdays": ["2022-01-29"]}}
        },
    }


def action(zh, en, to=(), **more):
    return {"title": text(zh, en), **({"to": list(to)} if to else {}), **more}


def small_workflows():
    """A front that accepts, verifies beside the visit and gives an opinion; a department that decides and confirms."""
    township = {"role": "township_officer", "org": "hukou_township"}
    front = {
        "workflow": "front",
        "title": text("共同前段", "The shared front"),
        "scope": "application",
        "start": ["accept"],
        "steps": {
            "accept": {
                "stage": "apply",
                "title": text("受理", "Accept"),
                "assign": township,
                "limit": {"days": 1},
                "actions": {
                    "accept": action("受理", "Accept", ["opinion"], emit=["accepted"]),
                    "reject": action(
                        "不予受理", "Do not accept", end="refused", emit=["front_refused"], reason="required"
                    ),
                },
            },
            "opinion": {
                "stage": "review",
                "title": text("审核意见", "Opinion"),
                "assign": township,
                "limit": {"days": 3},
                "actions": {"give": action("提出意见", "Give the opinion", emit=["opinion_given"], end="done")},
            },
        },
    }
    simple = {
        "workflow": "simple",
        "title": text("部门认定", "A department decides"),
        "scope": "case",
        "start": ["wait_opinion"],
        "on": {"front_refused": {"end": "refused"}},
        "steps": {
            "wait_opinion": {
                "stage": "review",
                "title": text("等待审核意见", "Wait for the opinion"),
                "signal": "opinion_given",
                "actions": {"given": action("已提出", "Given", ["decide"])},
            },
            "decide": {
                "stage": "research",
                "title": text("认定研判", "Decide"),
                "assign": {"role": "department_officer", "org": "department"},
                "form": "decide",
                "limit": {"share": 0.3, "min_days": 1},
                "actions": {
                    "approve": action("同意", "Approve", ["confirm"]),
                    "refuse": action("不同意", "Refuse", ["confirm"], reason="required"),
                },
            },
            "confirm": {
                "stage": "confirm",
                "title": text("确认", "Confirm"),
                "assign": {"role": "department_head", "org": "decision_level", "different_from": ["decide"]},
                "form": "confirm",
                "limit": {"share": 0.2, "min_days": 1},
                "actions": {
                    "confirm": action("确认", "Confirm", end="confirmed"),
                    "return": action("退回", "Return", ["decide"], reason="required", back=True),
                },
            },
        },
    }
    return {"workflows/front.json": front, "workflows/simple.json": simple}


def small_roles():
    names = {
        "citizen": ["city"],
        "window_clerk": ["city", "county", "township", "village"],
        "township_officer": ["township"],
        "department_officer": ["county", "city"],
        "department_head": ["county", "city"],
    }
    return {
        "roles": [
            {"id": name, "title": text("岗位", name.replace("_", " ")), "levels": levels, "functions": []}
            for name, levels in names.items()
        ]
    }


@pytest.fixture
def documents():
    """The small catalogue's documents, free to be spoiled."""
    return {**small_documents(), "form_schemas/roles.json": small_roles(), **small_workflows()}


@pytest.fixture
def small(documents):
    return Source(documents)
