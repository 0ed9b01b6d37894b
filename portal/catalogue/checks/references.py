"""Does every name that is used exist? In items, forms, registers, comparisons, recognitions and regions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

from portal.catalogue.checks.index import KIND_WORDS, Index, Place, did_you_mean
from portal.catalogue.documents import Source
from portal.errors import Finding

ITEM_LISTS = (
    ("questions", "question"),
    ("survey", "question"),
    ("co_apply", "item"),
    ("excludes", "item"),
    ("comparisons", "comparison"),
)


def check_references(source: Source, index: Index) -> Iterator[Finding]:
    yield from index.repeated
    items = {item["slug"]: item for _, item in source.of_kind("items")}
    for path, document in source.of_kind("items"):
        yield from _item(Place(path), document, index)
    for path, document in source.of_kind("registers"):
        yield from _register(Place(path), document, index)
        yield from _register_starts(Place(path) / "starts", document, items)
    for path, document in source.of_kind("examples"):
        yield from _named(Place(path) / "item", document["item"], "item", index)
    for kind in ("application", "home_visit"):
        for path, document in source.of_kind(kind):
            yield from _all(Place(path) / "core", document["core"], "question", index)
    for path, document in source.of_kind("bundles"):
        for position, bundle in enumerate(document["bundles"]):
            yield from _all(Place(path) / "bundles" / position / "items", bundle["items"], "item", index)
    yield from _statuses(source, index)
    yield from _comparisons(source, index)
    yield from _exclusions(source, index)
    yield from _regions(source, index)


def _named(place: Place, name: Any, what: str, index: Index) -> Iterator[Finding]:
    known = index.known(what)
    if name is not None and name not in known:
        zh, en = KIND_WORDS[what]
        yield place.finding(f"没有{zh}“{name}”。", f"There is no {en} {name!r}.", did_you_mean(str(name), known))


def _all(place: Place, names: Iterable[Any], what: str, index: Index) -> Iterator[Finding]:
    for position, name in enumerate(names):
        yield from _named(place / position, name, what, index)


def _item(place: Place, item: Mapping[str, Any], index: Index) -> Iterator[Finding]:
    for key, what in ITEM_LISTS:
        yield from _all(place / key, item[key], what, index)
    yield from _named(place / "department", item["department"], "department", index)
    yield from _named(place / "workflow", item["workflow"], "workflow", index)
    yield from _named(place / "grants", item.get("grants"), "status", index)
    for when in ("before", "after"):
        yield from _all(place / "materials" / when, item["materials"][when], "document", index)
    for position, need in enumerate(item["needs"]):
        if need not in index.known("item"):
            yield from _named(place / "needs" / position, need, "status", index)
    for key in ("co_apply", "needs", "excludes"):
        if item["slug"] in item[key]:
            position = item[key].index(item["slug"])
            yield (place / key / position).finding("事项不能指向自己。", "An item cannot point to itself.")
    yield from _view(place / "view", item, index)
    yield from _front(place, item)
    if "birthday" in item["starts"] and "birthday" not in item:
        yield (place / "starts").finding(
            "到龄启动的事项须写明年龄(birthday)。", "An item that begins at a birthday says at which age ('birthday')."
        )


def _view(place: Place, item: Mapping[str, Any], index: Index) -> Iterator[Finding]:
    """List columns, search fields and field groups may only show what the item asks."""
    view = item["view"]
    asked = {*item["questions"], *item["survey"]}
    lists = [(place / key, view[key]) for key in ("list", "search")]
    for position, fieldset in enumerate(view.get("fieldsets", ())):
        lists.append((place / "fieldsets" / position / "questions", fieldset["questions"]))
    for where, names in lists:
        for position, name in enumerate(names):
            yield from _named(where / position, name, "question", index)
            if name in index.questions and name not in asked:
                yield (where / position).finding(
                    f"事项并不询问“{name}”,不能显示。", f"The item does not ask {name!r}, so it cannot show it."
                )


def _front(place: Place, item: Mapping[str, Any]) -> Iterator[Finding]:
    """A visit needs survey questions, comparisons need the authorisation letter (no letter, no query)."""
    front = item["front"]
    if item["survey_use"] == "required" and "visit" not in front:
        yield (place / "front").finding(
            "事项必须入户调查,前段却没有“visit”。", "The visit is required but the front has no 'visit'."
        )
    if "visit" in front and item["survey_use"] == "none":
        yield (place / "survey_use").finding(
            "前段有入户调查,却写明不用调查表。", "The front has a visit but the survey is not used."
        )
    if item["comparisons"] and "verify" in front and "authorise" not in front:
        yield (place / "front").finding(
            "有线上比对却没有“authorise”:没有授权书不得查询。", "Comparisons without 'authorise': no letter, no query."
        )


def _register(place: Place, register: Mapping[str, Any], index: Index) -> Iterator[Finding]:
    yield from _named(place / "department", register["department"], "department", index)
    yield from _all(place / "starts", register.get("starts", ()), "item", index)
    properties = register["schema"].get("properties", {})
    columns = [(place / "key", register["key"])]
    columns += [(place / key / at, name) for key in ("list", "search") for at, name in enumerate(register[key])]
    for kind in ("match", "fill"):
        for question, column in register.get("prefill", {}).get(kind, {}).items():
            yield from _named(place / "prefill" / kind / question, question, "question", index)
            columns.append((place / "prefill" / kind / question, column))
    columns += [(place / "starts_unless" / column, column) for column in register.get("starts_unless", {})]
    for where, column in columns:
        if column not in properties:
            yield where.finding(
                f"台账没有字段“{column}”。", f"The register has no field {column!r}.", did_you_mean(column, properties)
            )


def _register_starts(
    place: Place, register: Mapping[str, Any], items: Mapping[str, Mapping[str, Any]]
) -> Iterator[Finding]:
    """A register may begin only items that begin from a list or at a birthday, and must hold people's numbers then."""
    for position, slug in enumerate(register.get("starts", ())):
        if slug in items and not {"list", "birthday"} & set(items[slug]["starts"]):
            yield (place / position).finding(
                f"事项“{slug}”既不由名单也不由生日启动。",
                f"Item {slug!r} begins neither from a list nor at a birthday.",
            )
        if not register.get("prefill", {}).get("match"):
            yield (place / position).finding(
                "台账没有对应身份证号的字段(prefill.match),无法启动事项。",
                "Without a column matched to an id number (prefill.match) a register cannot begin an item.",
            )


def _statuses(source: Source, index: Index) -> Iterator[Finding]:
    granted = {item.get("grants"): item["slug"] for _, item in source.of_kind("items")}
    for path, document in source.of_kind("statuses"):
        for position, status in enumerate(document["statuses"]):
            place = Place(path) / "statuses" / position / "granted_by"
            yield from _named(place, status["granted_by"], "item", index)
            giver = granted.get(status["id"])
            if giver is not None and giver != status["granted_by"]:
                yield place.finding(
                    f"事项“{giver}”授予这一身份,这里写的是“{status['granted_by']}”。",
                    f"Item {giver!r} grants this recognition, but this says {status['granted_by']!r}.",
                )


def _comparisons(source: Source, index: Index) -> Iterator[Finding]:
    """Conflicts compare a question of the bank; a question filled by a comparison names one that exists."""
    for path, document in source.of_kind("comparisons"):
        for position, comparison in enumerate(document["comparisons"]):
            place = Place(path) / "comparisons" / position
            for at, conflict in enumerate(comparison["conflicts"]):
                where = place / "conflicts" / at / "question"
                yield from _named(where, conflict.get("question"), "question", index)
                index.define("conflict", conflict["id"], place / "conflicts" / at / "id")
    for question in index.questions.values():
        kind, origin = question.prefill.get("kind"), question.prefill.get("source")
        what = {"check": "comparison", "register": "register"}.get(str(kind))
        if what is not None and origin is not None:
            yield from _named(question.place / "prefill" / "source", origin, what, index)


def _exclusions(source: Source, index: Index) -> Iterator[Finding]:
    order: list[str] = []
    for path, document in source.of_kind("exclusions"):
        order = document["order"]
        yield from _all(Place(path) / "order", order, "item", index)
    items = {item["slug"]: (path, item) for path, item in source.of_kind("items")}
    for one, other in combinations(sorted(items), 2):
        excluding = one if other in items[one][1]["excludes"] else other if one in items[other][1]["excludes"] else None
        if excluding is not None and one not in order and other not in order:
            path, _ = items[excluding]
            yield (Place(path) / "excludes").finding(
                f"“{one}”与“{other}”不可同享,但两者都不在 exclusions.json 的先后顺序里。",
                f"{one!r} and {other!r} exclude each other, but neither stands in the order of exclusions.json.",
            )


def _regions(source: Source, index: Index) -> Iterator[Finding]:
    for path, document in source.of_kind("regions"):
        for position, region in enumerate(document["regions"]):
            place = Place(path) / "regions" / position
            parent = region["parent"]
            if parent is not None and region["level"] != "city":
                yield from _named(place / "parent", parent, "region", index)
            if region.get("valid_from") and region.get("valid_to") and region["valid_to"] < region["valid_from"]:
                yield (place / "valid_to").finding("失效日期早于生效日期。", "It ends before it begins.")
