"""Which papers a family must bring for a choice of items: 一证一书一表 always, everything else only when it applies.

Nearly every other kind is asked for only in some circumstance the title names (process.md §2 of the domain pack). A
condition that is not written down, or cannot be decided yet, therefore never counts as "must": nobody is sent home for
a paper nobody needed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Paper
from portal.rules import Environment, Undetermined

# 一证一书一表 (seed): the id card is shown, the letter signed, the one form filled.
THREE: Final = ("id_card", "auth_letter", "unified_form")


@dataclass(frozen=True)
class PaperNeed:
    """One kind of paper with the items that ask for it; `certain` when it is needed whatever else is answered."""

    paper: Paper
    items: tuple[str, ...]
    certain: bool

    @property
    def is_of_three(self) -> bool:
        return self.paper.id in THREE


def papers_for(catalogue: Catalogue, items: Iterable[str], env: Environment) -> tuple[PaperNeed, ...]:
    """The papers the chosen items ask of the citizen, the three first; papers that certainly do not apply are left out."""
    asked: dict[str, list[str]] = {}
    for item in catalogue.chosen(items):
        for name in item.materials_after:
            asked.setdefault(name, []).append(item.slug)
    needs = []
    for name, slugs in asked.items():
        paper = catalogue.papers[name]
        holds = Undetermined() if paper.when is None else paper.when.evaluate(env)
        if paper.who != "citizen" or (not isinstance(holds, Undetermined) and holds is not True):
            continue
        needs.append(PaperNeed(paper, tuple(slugs), certain=name in THREE or holds is True))
    rank = {name: at for at, name in enumerate(THREE)}
    return tuple(sorted(needs, key=lambda need: (rank.get(need.paper.id, len(rank)), not need.certain)))
