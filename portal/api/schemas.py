"""The shapes of what is sent and given back, as JSON Schema 2020-12: the components of the OpenAPI document.

What a program sends is closed (`given`): an unknown property is refused, because it is usually a misspelt one. What we
give (`made`) may grow; programs ignore what they do not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from portal.applications import rules as application_rules
from portal.cases import rules as case_rules
from portal.rules.judging import OUTCOMES
from portal.verification.rules import BASES
from portal.verification.rules import STATES as CHECK_STATES

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
WHOLE: Final[Schema] = {"type": "integer"}
YES_NO: Final[Schema] = {"type": "boolean"}
NUMBER: Final[Schema] = {"type": "number"}
DAY: Final[Schema] = {"type": "string", "format": "date", "description": "2025-03-08"}
MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
SLUG: Final[Schema] = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,59}$"}
AMOUNT: Final[Schema] = {"type": "integer", "minimum": 0, "maximum": 2_000_000_000, "description": "分 / fen"}
REASON: Final[Schema] = {"type": "string", "maxLength": 1000}
ANYTHING: Final[Schema] = {}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def many(of: Schema, longest: int | None = None) -> Schema:
    return {"type": "array", "items": of} | ({} if longest is None else {"maxItems": longest})


def maybe(of: Schema) -> Schema:
    """The same, or null: known to be empty."""
    if "type" not in of:
        return {"anyOf": [of, {"type": "null"}]}
    return of | {"type": [of["type"], "null"]} | ({"enum": [*of["enum"], None]} if "enum" in of else {})


def one_of(values: Mapping[str, Any] | tuple[str, ...]) -> Schema:
    return {"type": "string", "enum": list(values)}


def made(**properties: Schema) -> Schema:
    """What we give: every property is always there."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def given(required: str, **properties: Schema) -> Schema:
    """What a program sends: nothing but these properties."""
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | ({"required": required.split()} if required else {})


def page_of(name: str) -> Schema:
    return made(items=many(ref(name)), next=maybe(TEXT))


ITEMS: Final[Schema] = {"type": "array", "items": SLUG, "minItems": 1, "maxItems": 100}

CATALOGUE: Final[dict[str, Schema]] = {
    "Text": made(zh=TEXT, en=TEXT),
    "FieldFault": made(pointer=TEXT, question=TEXT, code=TEXT, zh=TEXT, en=TEXT),
    "Problem": {
        "type": "object",
        "description": "RFC 9457: what was refused and why, in Chinese and English.",
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": WHOLE,
            "instance": TEXT,
            "zh": TEXT,
            "en": TEXT,
            "errors": many(ref("FieldFault")),
        },
        "required": ["type", "title", "status", "zh", "en"],
    },
    "Department": made(code=TEXT, title=ref("Text"), kind=TEXT),
    "Bundle": made(id=TEXT, title=ref("Text"), items=many(SLUG)),
    "ItemLine": made(
        slug=SLUG,
        code=TEXT,
        title=ref("Text"),
        department=TEXT,
        starts=many(TEXT),
        working_days=made(before=NUMBER, after=NUMBER),
        by_application=YES_NO,
    ),
    "Catalogue": made(
        release=TEXT, items=many(ref("ItemLine")), departments=many(ref("Department")), bundles=many(ref("Bundle"))
    ),
    "Rule": made(id=TEXT, title=ref("Text"), clause=maybe(ref("Text")), scope=TEXT, on_fail=TEXT, reads=many(TEXT)),
    "Paper": made(id=TEXT, title=ref("Text"), who=TEXT),
    "Item": made(
        release=TEXT,
        slug=SLUG,
        code=TEXT,
        title=ref("Text"),
        department=TEXT,
        decision_level=TEXT,
        starts=many(TEXT),
        by_application=YES_NO,
        basis=many(ref("Text")),
        working_days=made(before=NUMBER, after=NUMBER),
        benefit=made(title=ref("Text"), period=TEXT, award=TEXT),
        papers=many(ref("Paper")),
        questions=many(TEXT),
        survey=many(TEXT),
        rules=many(ref("Rule")),
        co_apply=many(SLUG),
        excludes=many(SLUG),
        needs=many(TEXT),
        grants=maybe(TEXT),
        comparisons=many(TEXT),
        workflow=TEXT,
    ),
    "Report": made(
        asked=WHOLE,
        separate_sum=WHOLE,
        per_item={"type": "object"},
        typed=WHOLE,
        prefilled=WHOLE,
        shared={"type": "object"},
    ),
    "Form": made(
        release=TEXT,
        form=one_of(("application", "home-visit")),
        items=many(SLUG),
        schema={"type": "object", "description": "JSON Schema 2020-12 of the answers."},
        layout={"type": "object", "description": "Headings and controls in the order in which they are asked."},
        report=ref("Report"),
    ),
    "EligibilityAsked": given(
        "facts",
        facts={
            "type": "object",
            "description": "By question id; money in 分; null is asked and none.",
            "maxProperties": 2000,
        },
        items=ITEMS,
        on=DAY,
    ),
    "Judgement": made(
        outcome=one_of(OUTCOMES),
        amount_fen=maybe(WHOLE),
        persons=many(made(row=WHOLE, outcome=one_of(OUTCOMES), amount_fen=maybe(WHOLE))),
        reasons=many(
            made(rule=TEXT, holds=maybe(YES_NO), clause=maybe(ref("Text")), zh=TEXT, en=TEXT, missing=many(TEXT))
        ),
    ),
    "Eligibility": {"type": "object", "additionalProperties": ref("Judgement")},
    "PlanAsked": given("items", items=ITEMS, recognised=many(TEXT, 100)),
    "Plan": made(
        release=TEXT,
        promised_days=NUMBER,
        steps=many(
            made(
                item=SLUG,
                title=ref("Text"),
                department=TEXT,
                working_days=NUMBER,
                ready_after=NUMBER,
                waits_for=many(SLUG),
                unmet=many(TEXT),
            )
        ),
        exclusions=many(made(kept=SLUG, closed=SLUG, zh=TEXT, en=TEXT)),
        could_add=many(SLUG),
        savings=many(
            made(
                name=TEXT,
                title=ref("Text"),
                separate=NUMBER,
                together=NUMBER,
                saved=NUMBER,
                percent=NUMBER,
                definition=ref("Text"),
            )
        ),
    ),
}

WORK: Final[dict[str, Schema]] = {
    "ApplicationSent": given(
        "items answers",
        items=ITEMS,
        answers={
            "type": "object",
            "description": "As the schema of GET /forms/application says.",
            "maxProperties": 2000,
        },
        papers=many({"type": "string", "maxLength": 80}, 200),
        window_region={"type": "string", "pattern": "^[0-9]{4,12}$"},
        release={"type": "string", "maxLength": 64},
    ),
    "ApplicationTaken": made(
        number=TEXT,
        status=one_of(application_rules.STATUSES),
        submitted_at=MOMENT,
        region=TEXT,
        promised=many(made(item=SLUG, title=ref("Text"), working_days=NUMBER, by=DAY)),
    ),
    "ApplicationLine": made(
        number=TEXT,
        status=one_of(application_rules.STATUSES),
        applicant=TEXT,
        items=many(SLUG),
        region=TEXT,
        window_region=TEXT,
        submitted_at=MOMENT,
        promised_on=maybe(DAY),
        closed_on=maybe(DAY),
    ),
    "ApplicationPage": page_of("ApplicationLine"),
    "CaseLine": made(
        number=TEXT,
        item=SLUG,
        title=ref("Text"),
        department=TEXT,
        status=one_of(case_rules.STATUSES),
        status_text=ref("Text"),
        promised_on=maybe(DAY),
        closed_on=maybe(DAY),
        outcome=maybe(TEXT),
        amount_fen=maybe(WHOLE),
        reason=maybe(TEXT),
    ),
    "Letter": made(number=TEXT, kind=TEXT, title=ref("Text"), written_at=MOMENT, lines=many(ref("Text"))),
    "Application": made(
        number=TEXT,
        status=one_of(application_rules.STATUSES),
        status_text=ref("Text"),
        release=TEXT,
        applicant=TEXT,
        applicant_id=TEXT,
        region=TEXT,
        window_region=TEXT,
        submitted_at=MOMENT,
        accepted_on=maybe(DAY),
        promised_on=maybe(DAY),
        closed_on=maybe(DAY),
        asked_for=many(SLUG),
        items=many(ref("CaseLine")),
        letters=many(ref("Letter")),
    ),
    "TaskLine": made(
        id=WHOLE,
        application=TEXT,
        case=maybe(TEXT),
        item=maybe(SLUG),
        step=TEXT,
        step_text=ref("Text"),
        form=TEXT,
        role=TEXT,
        region=TEXT,
        department=maybe(TEXT),
        applicant=TEXT,
        status=TEXT,
        opened_at=MOMENT,
        due_on=maybe(DAY),
        clock=one_of(("green", "yellow", "red", "paused")),
        days_left=maybe(WHOLE),
    ),
    "TaskPage": made(items=many(ref("TaskLine")), next=maybe(TEXT), count=WHOLE, count_is_capped=YES_NO),
    "Offer": made(
        action=TEXT, title=ref("Text"), reason_required=YES_NO, blocked=maybe(ref("Text")), targets=many(TEXT)
    ),
    "Task": made(task=ref("TaskLine"), revision=TEXT, offers=many(ref("Offer"))),
    "ActionSent": given(
        "",
        payload=ref("Payload"),
        reason=REASON,
        to={"type": "string", "maxLength": 80},
    ),
    "ActionDone": made(
        task=WHOLE,
        action=TEXT,
        task_status=TEXT,
        application=TEXT,
        application_status=one_of(application_rules.STATUSES),
        case=maybe(TEXT),
        case_status=maybe(one_of(case_rules.STATUSES)),
    ),
    "Payload": given(
        "",
        papers=many({"type": "string", "maxLength": 80}, 200),
        missing=many({"type": "string", "maxLength": 80}, 200),
        signed=YES_NO,
        signers=many({"type": "string", "maxLength": 40}, 200),
        answers={"type": "object", "maxProperties": 2000},
        uuid={"type": "string", "maxLength": 36},
        settlements=many(
            given(
                "conflict basis reason",
                conflict={"type": "integer", "minimum": 1, "maximum": 2_147_483_647},
                basis=one_of(BASES),
                value=ANYTHING,
                reason=REASON,
            ),
            500,
        ),
        items={
            "type": "object",
            "maxProperties": 100,
            "additionalProperties": given("agree", agree=YES_NO, note=REASON),
        },
        amount_fen=AMOUNT,
        persons=many(
            given(
                "row outcome",
                row={"type": "integer", "minimum": 0, "maximum": 199},
                outcome=one_of(OUTCOMES),
                amount_fen=maybe(AMOUNT),
            ),
            200,
        ),
        reason=REASON,
    ),
    "VisitSent": given(
        "application answers",
        application={"type": "string", "minLength": 1, "maxLength": 30},
        complete=YES_NO,
        answers={
            "type": "object",
            "description": "As the schema of GET /forms/home-visit says.",
            "maxProperties": 2000,
        },
    ),
    "Visit": made(
        uuid={"type": "string", "format": "uuid"},
        application=TEXT,
        release=TEXT,
        complete=YES_NO,
        revision=WHOLE,
        visited_on=DAY,
        recorded_by=TEXT,
        recorded_at=MOMENT,
        answers={"type": "object", "description": "Identifiers masked."},
    ),
    "ResultSent": given(
        "state",
        state=one_of(CHECK_STATES),
        returned=maybe({"type": "object", "maxProperties": 200}),
    ),
    "Check": made(
        id=WHOLE,
        comparison=TEXT,
        person=TEXT,
        state=one_of(CHECK_STATES),
        returned_at=maybe(MOMENT),
    ),
    "AnyObject": {"type": "object"},
}

SCHEMAS: Final[dict[str, Schema]] = {**CATALOGUE, **WORK}
