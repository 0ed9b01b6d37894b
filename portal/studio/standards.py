"""Standards with their dates: a new value from a day on is a new line, never an edit of what was in force."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any, Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from portal.errors import FieldError, Problem, Refused
from portal.reader import needs, today
from portal.studio.bench import Bench, bench, page, save
from portal.studio.choices import fixed
from portal.studio.evidence import names_in
from portal.studio.fields import Field, take
from portal.studio.pieces import NO_VALUE
from portal.values import Text, parse_yuan

pages = Blueprint("studio_standards", __name__, url_prefix="/studio/<int:proposal_id>/standards")
CONFIGURATOR = "catalogue.publish"
PATH: Final = "form_schemas/parameters.json"
UNITS: Final = fixed(
    ("fen", "元", "yuan"), ("months", "月", "months"), ("ratio", "比例", "ratio"), ("count", "个", "count"),
    ("m2", "平方米", "m²"), ("percent", "百分比", "percent"), ("years", "岁", "years"),
)  # fmt: skip
BAD_VALUE = Problem("bad-standard", 422, Text("标准没有保存:{why}", "The standard was not saved: {why}"))
PAST = Text(
    "这一天已有数值;已生效的标准不能改,请另定一天。", "There is a value from that day; what is in force is not changed."
)
NO_DAY = Text("没有这一天。", "There is no such day.")
NEW: Final = (
    Field("id", Text("标识", "Name"), "line", required=True),
    Field("title", Text("名称", "Title"), "bilingual", required=True),
    Field("unit", Text("单位", "Unit"), "choice", UNITS, required=True),
)


@pages.get("")
@needs(CONFIGURATOR)
def index(proposal_id: int) -> tuple[str, int]:
    """Every standard with its values by day, and which items rest on it."""
    here = bench(proposal_id)
    entries = here.document(PATH).get("parameters", ())
    used: dict[str, list[Any]] = {}
    for _, item in here.source.of_kind("items"):
        for name in set(names_in(item.get("rules"))) | set(names_in(item.get("benefit"))):
            used.setdefault(name, []).append(item.get("title"))
    return page("standards.html", bench=here, entries=entries, used=used, units=UNITS(here.source), today=today())


@pages.post("/<name>")
@needs(CONFIGURATOR)
def add_value(proposal_id: int, name: str) -> Response | tuple[str, int]:
    """A new value of a standard from a day on."""
    here = bench(proposal_id)
    document = copy.deepcopy(here.document(PATH))
    entry = next((one for one in document["parameters"] if one.get("id") == name), None)
    if entry is None:
        raise Refused(BAD_VALUE, why=name)
    value = _value(request.form.get("value", ""), str(entry.get("unit")))
    day = _day(request.form.get("from", ""))
    if any(one["from"] == day for one in _published(here, name)):
        raise Refused(BAD_VALUE, why=PAST)
    line = {"from": day, "value": value, "prov": request.form.get("prov", "").strip() or "entered in the studio"}
    kept = [one for one in entry["values"] if one["from"] != day]
    entry["values"] = sorted([*kept, line], key=lambda one: one["from"])
    title = entry["title"]
    words = Text(f"{title['zh']}:{day} 起 {value}", f"{title['en']}: {value} from {day}")
    return save(proposal_id, PATH, document, words, back=f"/studio/{proposal_id}/standards#{name}")


def _published(here: Bench, name: str) -> list[dict[str, Any]]:
    """The values the release already has; those only proposed may still be replaced."""
    entries = here.base.documents[PATH]["parameters"]
    return next((one["values"] for one in entries if one.get("id") == name), [])


@pages.post("")
@needs(CONFIGURATOR)
def add(proposal_id: int) -> Response | tuple[str, int]:
    """A new standard with its first value."""
    here = bench(proposal_id)
    document = copy.deepcopy(here.document(PATH))
    made, faults = take(NEW, request.form, {})
    if faults or any(one.get("id") == made.get("id") for one in document["parameters"]):
        taken = FieldError("/id", "id", "taken", Text("标识已被使用。", "The name is taken."))
        first = faults[0] if faults else taken
        raise Refused(BAD_VALUE, tuple(faults or [taken]), why=first.message)
    value = _value(request.form.get("value", ""), str(made["unit"]))
    made |= {"values": [{"from": _day(request.form.get("from", "")), "value": value, "prov": "entered in the studio"}]}
    document["parameters"] = [*document["parameters"], made]
    words = Text(f"新增标准 {made['title']['zh']}", f"New standard {made['title']['en']}")
    return save(proposal_id, PATH, document, words, back=f"/studio/{proposal_id}/standards#{made['id']}")


def _value(typed: str, unit: str) -> int | float:
    """A typed value: yuan become 分, everything else stays as it is."""
    try:
        if unit == "fen":
            return int(parse_yuan(typed))
        number = float(typed)
    except ValueError as error:
        raise Refused(BAD_VALUE, why=NO_VALUE) from error
    return int(number) if number.is_integer() else number


def _day(typed: str) -> str:
    try:
        return date.fromisoformat(typed.strip()).isoformat()
    except ValueError as error:
        raise Refused(BAD_VALUE, why=NO_DAY) from error
