"""Service guides, made from the catalogue: who decides, on what basis, for whom, with which papers, how long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item
from portal.values import Text
from portal.web.printing.foundation import foundation

PUBLICITY = Text(
    "须公示的事项只公开姓名、村居、人数和金额,不公开证件号码、住址和病情。",
    "Where a result is posted publicly, it shows name, village, persons and amount, never id number, address or illness.",
)


def guide(catalogue: Catalogue, slugs: Iterable[str], lang: str, today: date) -> dict[str, Any]:
    """The service guide of one item or of several asked for together, made from the catalogue."""
    chosen = catalogue.chosen(slugs)
    one = len(chosen) == 1
    title = (
        Text(f"{chosen[0].title.zh}办事指南", f"Service guide: {chosen[0].title.en}")
        if one
        else Text("联办事项办事指南", "Service guide: several items in one application")
    )
    return {
        **foundation(title, "", today, lang),
        "lines": [
            Text(
                "到全市任一窗口或者在网上申请一次即可,由户籍地乡镇(街道)入户,各部门同时研判。",
                "Apply once at any window of the city or online; the home township visits, the departments judge in parallel.",
            ).to(lang)
        ],
        "items": [{"title": item.title.to(lang), "rows": _guide_rows(catalogue, item, lang)} for item in chosen],
        "notes": [PUBLICITY.to(lang)],
    }


def _guide_rows(catalogue: Catalogue, item: Item, lang: str) -> list[dict[str, Any]]:
    limit = item.time_limit
    conditions = [
        f"{requirement.title.to(lang)}{_clause(requirement.clause, lang)}" for requirement in item.policy.requirements
    ]
    papers = [
        catalogue.papers[name].title.to(lang)
        + ("" if catalogue.papers[name].when is None else Text("(视情况)", " (where it applies)").to(lang))
        for name in item.materials_after
        if name in catalogue.papers
    ]
    excluded = [catalogue.items[slug].title.to(lang) for slug in item.excludes if slug in catalogue.items]
    needed = [catalogue.statuses[need].title.to(lang) for need in item.needs if need in catalogue.statuses]
    joiner = "、" if lang == "zh" else ", "
    rows: Sequence[tuple[Text, Sequence[str]]] = (
        (Text("办理部门", "Department"), [catalogue.departments[item.department].title.to(lang)]),
        (Text("依据", "Basis"), [basis.to(lang) for basis in item.basis]),
        (Text("条件", "Conditions"), [f"{n}. {line}" for n, line in enumerate(conditions, 1)]),
        (Text("须先取得(任一)", "Needs one of"), [joiner.join(needed)] if needed else []),
        (Text("标准", "Benefit"), [item.benefit.title.to(lang)]),
        (Text("发放", "Paid"), [f"{item.payment.method.to(lang)};{item.payment.cycle.to(lang)}"]),
        (Text("材料", "Papers"), [f"{n}. {paper}" for n, paper in enumerate(papers, 1)]),
        (
            Text("时限", "Limit"),
            [
                Text(
                    f"{int(limit.after)} 个工作日(原 {int(limit.before)} 个)",
                    f"{int(limit.after)} working days (formerly {int(limit.before)})",
                ).to(lang)
            ],
        ),
        (Text("不可同享", "Not together with"), [joiner.join(excluded)] if excluded else []),
    )
    return [{"label": label.to(lang), "values": list(values)} for label, values in rows if values]


def _clause(clause: Text | None, lang: str) -> str:
    if clause is None:
        return ""
    return f"({clause.zh})" if lang == "zh" else f" ({clause.en})"
