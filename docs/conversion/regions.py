"""The tree of city, counties, townships and sample villages, with romanised names."""

from __future__ import annotations

from typing import Any

from pack import Pack, table

CHANGED = "2021-03-01"


def regions(pack: Pack) -> dict[str, Any]:
    spelling = table("region_names")
    city = pack.regions["city"]
    found = [_region(city["code"], city["name"], city["name_en"], "city", None, {"prov": "GB/T 2260"})]
    for county in city["counties"]:
        found.append(_region(county["code"], county["name"], county["name_en"], "county", city["code"], county))
        for town in county["townships"]:
            found.append(_region(town["code"], town["name"], spelling[town["name"]], "township", county["code"], town))
            for village in town.get("villages", ()):
                prov = {
                    "prov": f"code {village.get('code_prov', 'found')}; {town.get('villages_prov', '')}".strip("; ")
                }
                en = spelling[village["name"]]
                found.append(_region(village["code"], village["name"], en, "village", town["code"], prov))
    changes = [
        {"from": one["date"], "what": pack.texts.of(one["what"]), "prov": one["prov"]}
        for one in pack.regions["changes"]
    ]
    return {"regions": found, "changes": changes, "prov": pack.regions["meta"]["township_source"]}


def _region(code: str, zh: str, en: str, level: str, parent: str | None, entry: dict[str, Any]) -> dict[str, Any]:
    region: dict[str, Any] = {"code": code, "title": {"zh": zh, "en": en}, "level": level}
    if entry.get("kind"):
        region["kind"] = entry["kind"]
    region["parent"] = parent
    if entry.get("managed_by"):
        region["managed_by"] = str(entry["managed_by"])
    return {**region, "prov": entry.get("prov", "")}
