"""`portal form`: the one form for a choice of items, as JSON Schema 2020-12 with its layout and its report."""

from __future__ import annotations

import json
from pathlib import Path

import click

from portal.commands.terminal import catalogue_option, refuse, usable_catalogue
from portal.values import Text


@click.group()
def form() -> None:
    """按所选事项组成一张表 / Compose the one form for chosen items."""


@form.command()
@click.argument("which", type=click.Choice(["application", "home-visit"]))
@click.option("--items", required=True, help="事项,逗号分隔 / items, separated by commas: dibao,education_aid")
@click.option("--release", "release_id", help="已发布的版本 / a published release, by id (needs the database)")
@catalogue_option
def compose(which: str, items: str, release_id: str | None, directory: Path | None) -> None:
    """所选事项共用的最小一张表。

    Print {"schema", "layout", "report"}: the smallest form that answers all chosen items, each question asked once.
    The report says how many questions the separate forms would have asked.
    """
    chosen = [slug.strip() for slug in items.split(",") if slug.strip()]
    if not chosen:
        refuse(Text("请至少选一个事项。", "Choose at least one item."))
    if release_id is not None:
        from portal.commands.published import published_catalogue

        known = published_catalogue(release_id)
    else:
        known = usable_catalogue(directory)
    composed = known.form(which, chosen)
    document = {"schema": composed.schema, "layout": composed.layout.to_json(), "report": composed.report}
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
