"""`portal rules`: judge one household's facts by the rules of the items."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from portal.catalogue.canonical import loads
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.facts import faults_of, unknown_codes
from portal.catalogue.wording import in_words, judgement_json
from portal.commands.terminal import catalogue_option, language, print_findings, refuse, usable_catalogue
from portal.rules import Judgement
from portal.values import Text, yuan


@click.group()
def rules() -> None:
    """按规则判断一个家庭 / Judge a household by the rules."""


@rules.command()
@click.option(
    "--facts", "facts_file", required=True, type=click.File("rb"), help="JSON 文件,- 为标准输入 / - is stdin."
)
@click.option("--items", help="事项,逗号分隔,缺省为全部 / items, separated by commas; all when left out.")
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="判断日期 / the date to judge at.")
@click.option("--json/--table", "as_json", default=True, help="JSON (default) or a table for people.")
@catalogue_option
def evaluate(facts_file: Any, items: str | None, on: datetime | None, as_json: bool, directory: Path | None) -> None:
    """按各事项的规则判断一个家庭,给出结论、金额和理由。

    The facts are flat JSON by question id: row groups (members, houses …) as lists of objects, recognitions in force as
    s_… booleans, money in 分, dates as 2022-06-01. null means asked and there is none; a missing key means not known. A
    document {"on": …, "facts": {…}} is accepted as well. The date is --on, else the document's "on", else today.

    Prints {"<slug>": {"outcome", "amount_fen", "persons", "reasons"}} to stdout; faults go to stderr. Exit code 2 for
    facts that cannot be read or have unknown names, 1 for an unknown item or a faulty catalogue.
    """
    name = str(getattr(facts_file, "name", "-"))
    facts, written_on = _read(facts_file.read(), name)
    catalogue = usable_catalogue(directory)
    faults = tuple(faults_of(facts, catalogue.fact_names, name))
    if faults:
        print_findings(faults)
        first = [fault.pointer.lstrip("/") for fault in faults[:5]]
        count = "one fault" if len(faults) == 1 else f"{len(faults)} faults"
        refuse(Text(f"事实有 {len(faults)} 处问题:{'、'.join(first)}", f"The facts have {count}: {', '.join(first)}"))
    print_findings(tuple(unknown_codes(facts, catalogue.fact_names, name)))
    day = on.date() if on is not None else written_on or datetime.now().astimezone().date()
    chosen = [slug.strip() for slug in items.split(",") if slug.strip()] if items else None
    if chosen == []:
        refuse(Text("没有写明事项。", "No item is named."))
    judged = catalogue.judge(facts, day, chosen)
    if as_json:
        document = {slug: judgement_json(catalogue, judgement) for slug, judgement in judged.items()}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        _print_table(catalogue, judged)


def _read(raw: bytes, name: str) -> tuple[dict[str, Any], date | None]:
    document, faults = loads(raw, name)
    if faults:
        print_findings(faults)
        refuse(Text("事实文件不是有效的 JSON。", "The facts are not valid JSON."))
    if not isinstance(document, dict):
        refuse(Text("事实文件应为一个 JSON 对象。", "The facts should be one JSON object."))
    wrapped = document.get("facts")
    if not isinstance(wrapped, dict):
        return {key: value for key, value in document.items() if key != "on"}, _day(document.get("on"))
    return wrapped, _day(document.get("on"))


def _day(written: Any) -> date | None:
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except (TypeError, ValueError):
        refuse(Text(f"“on”不是日期:{written}", f"'on' is not a date: {written}"))


OUTCOMES = {
    "eligible": Text("符合", "eligible"),
    "not_eligible": Text("不符合", "not eligible"),
    "undetermined": Text("资料不足", "undetermined"),
    "refer": Text("转介", "refer"),
    "return": Text("退回补正", "return"),
    "manual": Text("人工认定", "manual"),
}


def _print_table(catalogue: Catalogue, judged: dict[str, Judgement]) -> None:
    lang = language()
    for slug, judgement in judged.items():
        amount = "" if judgement.amount_fen is None else yuan(judgement.amount_fen)
        outcome = OUTCOMES[judgement.outcome].to(lang)
        click.echo(f"{catalogue.item(slug).title.to(lang)} ({slug}): {outcome} {amount}".rstrip())
        for reason in judgement.reasons:
            if reason.holds is not True:
                click.echo(f"    {reason.rule}: {in_words(catalogue, reason).to(lang)}")
