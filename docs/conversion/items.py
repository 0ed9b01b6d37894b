"""One document per aid item: its questions, rules, benefit, papers, limits, procedure and view."""

from __future__ import annotations

from typing import Any

from corrections import ADDED, AMOUNTS, LATER, LETTER, RULES
from expressions import convert, names
from pack import Pack, table

UTILITIES = {"water_cut", "power_cut", "tv_cut", "gas_cut"}
STARTS = {
    "elder_bonus": ["birthday", "reminder", "application", "discovery"],
    "price_subsidy": ["price_index"],
    "medical_insure": ["list", "application"],
    "pension_pay": ["list", "application"],
} | dict.fromkeys(UTILITIES, ["application", "list"])
SURVEY = {"required": "required", "reuse_if_visited": "optional", "none": "none"}
LETTER_QUESTIONS = [
    "auth_signed", "auth_scope", "auth_valid_until", "auth_member_sign", "auth_method", "auth_letter_version",
    "auth_letter_no", "file_auth_letter",
]  # fmt: skip


class ItemWriter:
    """Writes the items; knows what every question and derived value is."""

    def __init__(self, pack: Pack, sections: list[dict[str, Any]], derived: dict[str, Any]) -> None:
        self.pack, self.texts = pack, pack.texts
        self.group = {q["id"]: s["group"] for s in sections for q in s["questions"]}
        self.forms = {q["id"]: q["forms"] for s in sections for q in s["questions"]}
        self.section = {q["id"]: s for s in sections for q in s["questions"]}
        self.order = list(self.forms)
        self.derived = {one["id"]: one["value"] for one in derived["derived"]}
        self.choices = table("items")
        self.views = table("views")
        self.clauses = table("clauses")
        self.grants = {pack.slugs[one["set_by"]]: one["id"] for one in pack.items["statuses"]}

    def all(self) -> list[dict[str, Any]]:
        documents = [self.write(item) for item in self.pack.items["items"]]
        by_slug = {document["slug"]: document for document in documents}
        for document in documents:
            for other in document["excludes"]:
                if document["slug"] not in by_slug[other]["excludes"]:
                    by_slug[other]["excludes"].append(document["slug"])
        return documents

    def write(self, item: dict[str, Any]) -> dict[str, Any]:
        slug = item["slug"]
        workflow, period = self.choices[slug]
        rules = self._rules(item)
        benefit = self._benefit(item, rules, period)
        questions, survey = self._asked(item, [*(rule["when"] for rule in rules), benefit["amount"]])
        return {
            "slug": slug,
            "code": item["code"],
            "title": {"zh": item["name_zh"], "en": item["name_en"]},
            "layer": item["layer"],
            "department": item["department"]["code"],
            "unit": "person" if item["unit"].startswith("person") else "household",
            "unit_text": self.texts.of(item["unit"].split(" (")[0] and UNITS[item["unit"]], item["unit"]),
            "decision_level": item["decision_level"],
            "starts": STARTS.get(slug, ["application", "discovery"]),
            "basis": [
                {"title": self.texts.of(title), "prov": item["basis"]["prov"]} for title in item["basis"]["list"]
            ],
            "questions": questions,
            "survey": survey,
            "survey_use": SURVEY[item["survey_use"]],
            "rules": rules,
            "benefit": benefit,
            "materials": {key: item["materials"][key] for key in ("before", "after", "prov")},
            "time_limit": self._limit(item, workflow),
            "workflow": workflow,
            "front": self._front(item),
            "co_apply": [self.pack.slugs[code] for code in item["co_apply_with"]],
            "needs": self._needs(rules),
            "excludes": [self.pack.slugs[code] for code in item["not_together_with"]],
            "grants": self.grants.get(slug),
            "comparisons": item["comparisons"],
            "review": self._review(item["recheck"]),
            "payment": {key: self.texts.of(item["payment"][key]) for key in ("method", "payer", "cycle")}
            | {"prov": item["payment"]["prov"]},
            "view": self._view(slug, questions, survey),
            "prov": {"name": item["name_prov"], "initiation": item["initiation"]},
        }

    def _rules(self, item: dict[str, Any]) -> list[dict[str, Any]]:
        slug, found = item["slug"], []
        for rule in item["qualifies"]["rules"]:
            expression = RULES.get((slug, rule["id"]), rule["expr"])
            found.append(
                self._rule(slug, rule["id"], rule["zh"], expression, rule["on_fail"], rule["prov"], rule.get("scope"))
            )
        known = {rule["id"] for rule in found}
        if item["comparisons"] and "RA" not in known:
            name, zh, expression, on_fail, prov = LATER.get(slug, LETTER)
            found.append(self._rule(slug, name, zh, expression, on_fail, prov, None))
        for name, zh, expression, on_fail, prov, scope in ADDED.get(slug, []):
            found.append(self._rule(slug, name, zh, expression, on_fail, prov, scope))
        return found

    def _rule(
        self, slug: str, name: str, zh: str, expression: str, on_fail: str, prov: str, scope: str | None
    ) -> dict[str, Any]:
        clause = self.clauses.get(f"{slug}/{name}", self.clauses.get(name))
        rule: dict[str, Any] = {"id": name, "title": self.texts.of(zh), "clause": clause and self.texts.of(clause)}
        if clause is None:
            rule["basis"] = "to be confirmed"
        when = convert(expression, self.pack.slugs)
        return {**rule, "scope": scope or "application", "when": when, "on_fail": on_fail, "prov": prov}

    def _benefit(self, item: dict[str, Any], rules: list[dict[str, Any]], period: str) -> dict[str, Any]:
        entry = item["benefit"]
        amount = convert(AMOUNTS.get(item["slug"], entry["amount_expr"]), self.pack.slugs)
        person = item["unit"].startswith("person") and any(rule["scope"] == "member" for rule in rules)
        scope = entry.get("amount_scope") or ("member" if person else "application")
        return {
            "kind": entry["kind"],
            "title": self.texts.of(entry["zh"]),
            "period": period,
            "award": "persons" if scope == "member" and person else "household",
            "scope": scope,
            "amount": amount,
            "figure": self.texts.of(entry["figure"]),
            "prov": entry["prov"],
        }

    def _deep(self, rule: Any) -> set[str]:
        found: set[str] = set(names(rule))
        for name in list(found):
            if name in self.derived:
                found |= self._deep(self.derived[name])
        return found

    def _asked(self, item: dict[str, Any], rules: list[Any]) -> tuple[list[str], list[str]]:
        """What the item asks, with everything its rules read and the letter its comparisons need."""
        questions, survey = list(item["application_fields"]), list(item["survey_fields"])
        if item["comparisons"] and item["slug"] != "price_subsidy":
            questions += LETTER_QUESTIONS
        read = set().union(*(self._deep(rule) for rule in rules)) & set(self.order)
        for name in self.order:
            if name in read and name not in questions and name not in survey:
                (questions if "application" in self.forms[name] else survey).append(name)
        place = {name: position for position, name in enumerate(self.order)}
        questions = [name for name in dict.fromkeys(questions) if "application" in self.forms[name]]
        return sorted(questions, key=place.__getitem__), sorted(dict.fromkeys(survey), key=place.__getitem__)

    def _needs(self, rules: list[dict[str, Any]]) -> list[str]:
        """Recognitions that help: read by a rule that decides, and not only as something that must be absent."""
        found: set[str] = set()
        for rule in rules:
            if rule["on_fail"] in ("reject", "manual", "refer", "return"):
                found |= _positive(rule["when"])
        return [one["id"] for one in self.pack.items["statuses"] if one["id"] in found]

    def _limit(self, item: dict[str, Any], workflow: str) -> dict[str, Any]:
        entry = item["time_limit"]
        limit = {"before": entry["before"], "after": entry["after"]}
        if "urgent_hours" in entry:
            limit["urgent_hours"] = entry["urgent_hours"]
        # Emergency help comes first; its publicity follows the decision and does not count inside the promise.
        return {**limit, "publicity_inside": workflow != "emergency", "prov": entry["prov"]}

    def _front(self, item: dict[str, Any]) -> list[str]:
        steps = set(item["steps"])
        comparisons = set(item["comparisons"])
        front = ["accept"] if "accept" in steps else []
        if comparisons and "accept" in steps:
            front.append("authorise")
        if "verify" in steps or (comparisons - {"C01", "C02", "C04"} and "accept" in steps):
            front.append("verify")
        if item["survey_use"] == "required":
            front.append("visit")
        if "township_review" in steps:
            front.append("opinion")
        return front

    def _review(self, entry: dict[str, Any]) -> dict[str, Any] | None:
        title, months = self.texts.of(entry["zh"]), entry["cycle_months"]
        if not months:
            return None
        if isinstance(months, int):
            return {"months": months, "title": title, "prov": entry["prov"]}
        classes = {part.split(":")[0].strip(): int(part.split(":")[1]) for part in str(months).split("/")}
        return {"by_class": classes, "title": title, "prov": entry["prov"]}

    def _view(self, slug: str, questions: list[str], survey: list[str]) -> dict[str, Any]:
        """What an officer sees in the list, searches by, and reads in which groups."""
        asked = [*questions, *survey]
        columns = ["applicant_name", "hh_hukou_region", *self.views.get(slug, [])]
        search = ["applicant_name", "applicant_id_no", "hh_hukou_region", *self.views.get(slug, [])[:2]]
        fieldsets = []
        for section in dict.fromkeys(self.section[name]["section"] for name in asked):
            inside = [name for name in dict.fromkeys(asked) if self.section[name]["section"] == section]
            fieldsets.append({"title": self.section[inside[0]]["title"], "questions": inside})

        def keep(wanted: list[str]) -> list[str]:
            return [name for name in dict.fromkeys(wanted) if name in asked]

        return {"list": keep(columns) or asked[:5], "search": keep(search) or asked[:2], "fieldsets": fieldsets}


def _positive(rule: Any) -> set[str]:
    """Statuses a rule reads other than under `not`."""
    if isinstance(rule, list):
        return set().union(*(_positive(part) for part in rule))
    if not isinstance(rule, dict):
        return set()
    found = {rule["status"]} if "status" in rule else set()
    return found.union(*(_positive(value) for key, value in rule.items() if key not in ("not", "status")))


UNITS = {
    "person": "个人",
    "household": "家庭",
    "household (single person for single-protection)": "家庭(单人保为个人)",
    "person (student)": "个人(学生)",
    "household or person": "家庭或个人",
    "person (child)": "个人(儿童)",
    "person (deceased)": "个人(逝者)",
}
