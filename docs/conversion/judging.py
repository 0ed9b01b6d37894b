"""Judges families by the converted documents alone, to write examples whose results are proved and not typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from expressions import names

from portal.catalogue.reading import derived_of, policy_of
from portal.rules import Environment, Judgement, judge

NEVER_ASSUMED = {"x_requested_amount"}


class Judges:
    """The policies of all items with the standards of a day."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        items = [one for path, one in documents.items() if path.startswith("form_schemas/items/")]
        self.policies = {one["slug"]: policy_of(one) for one in items}
        self.parameters = documents["form_schemas/parameters.json"]["parameters"]
        self.derived = {one["id"]: derived_of(one) for one in documents["form_schemas/derived.json"]["derived"]}
        self.beyond = {name for one in items for name in names(one) if name.startswith("x_")} | {"x_any_check_conflict"}

    def judge(self, slug: str, facts: Mapping[str, Any], day: str) -> Judgement:
        """One item for one family on one day."""
        held = {name: value for name, value in facts.items() if name.startswith("s_")}
        assumed = dict.fromkeys(self.beyond - NEVER_ASSUMED - facts.keys(), False)
        params = {}
        for one in self.parameters:
            values = [value["value"] for value in one["values"] if value["from"] <= day]
            if values:
                params[one["id"]] = Fraction(str(values[-1]))
        environment = Environment(
            {**assumed, **{name: value for name, value in facts.items() if name not in held}},
            date.fromisoformat(day),
            params,
            held,
            self.derived,
        )
        return judge(self.policies[slug], environment)
