"""Writes the catalogue from the domain pack: python docs/conversion/convert.py PACK_FOLDER [CATALOGUE_ROOT]."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from calendar_cn import calendar  # noqa: E402
from comparisons import comparisons  # noqa: E402
from families import examples  # noqa: E402
from items import ItemWriter  # noqa: E402
from layouts import layouts  # noqa: E402
from pack import Pack, read, table  # noqa: E402
from questions import code_lists, sections  # noqa: E402
from regions import regions  # noqa: E402
from registers import registers  # noqa: E402
from standards import bundles, departments, derived, exclusions, papers, parameters, statuses  # noqa: E402

from portal.catalogue.canonical import dumps  # noqa: E402
from portal.catalogue.kinds import key_order, kind_of  # noqa: E402


def documents(pack: Pack) -> dict[str, Any]:
    """Every document of the catalogue that comes from the pack, by its path."""
    bank = sections(pack)
    values = derived(pack)
    found: dict[str, Any] = {f"questions/{one['section']}.json": one for one in bank}
    found |= {f"codes/{one['id']}.json": one for one in code_lists(pack)}
    found |= {f"items/{one['slug']}.json": one for one in ItemWriter(pack, bank, values).all()}
    found |= {f"{form}.json": one for form, one in layouts(pack, bank).items()}
    found |= {
        "derived.json": values,
        "parameters.json": parameters(pack),
        "statuses.json": statuses(pack),
        "departments.json": departments(pack),
        "documents.json": papers(pack),
        "exclusions.json": exclusions(pack),
        "bundles.json": bundles(pack),
        "comparisons.json": comparisons(pack),
        "regions.json": regions(pack),
        "roles.json": table("roles"),
    }
    found |= {f"registers/{one['slug']}.json": one for one in registers()}
    placed = {f"form_schemas/{path}": document for path, document in found.items()}
    return placed | {"workflows/calendars/cn.json": calendar()}


def family(folder: Path) -> dict[str, Any]:
    """The facts of the pack's example family."""
    facts: dict[str, Any] = json.loads((folder / "example-liu.json").read_text("utf-8"))["facts"]
    return facts


def main(arguments: list[str]) -> int:
    pack = read(Path(arguments[0]))
    root = Path(arguments[1]) if len(arguments) > 1 else ROOT
    found = documents(pack)
    found |= {f"form_schemas/examples/{one['item']}.json": one for one in examples(found, family(Path(arguments[0])))}
    for path, document in found.items():
        kind = kind_of(path)
        if kind is None:
            raise ValueError(f"no kind of document lies at {path}")
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dumps(document, key_order(kind.name)), "utf-8")
    for text in sorted(pack.texts.gaps):
        print("no English:", text)
    return 1 if pack.texts.gaps else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
