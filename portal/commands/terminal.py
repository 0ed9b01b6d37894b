"""What every command shares: the language of the terminal, where the catalogue lies, how faults are printed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.checks import check_meaning
from portal.catalogue.documents import Source, from_bundle, read_directory
from portal.catalogue.reading import read
from portal.errors import Finding
from portal.values import Text

ADVICE = Text("建议:", "Advice: ")
Command = TypeVar("Command", bound=Callable[..., Any])


def language() -> str:
    """The terminal's language: PORTAL_LANG, else LANG; Chinese unless it plainly says English."""
    # A terminal's language is not a setting of the platform, so it is not in config.py.
    chosen = os.environ.get("PORTAL_LANG") or os.environ.get("LANG") or "zh"
    return "en" if chosen.lower().startswith("en") else "zh"


def say(text: Text, err: bool = False) -> None:
    click.echo(text.to(language()), err=err)


def refuse(text: Text, code: int = 2) -> NoReturn:
    """Say in both languages what is wrong and stop; whoever reads a log may not share the terminal's language."""
    click.echo(text.zh, err=True)
    click.echo(text.en, err=True)
    raise SystemExit(code)


def print_findings(findings: Iterable[Finding], err: bool = True) -> None:
    lang = language()
    for finding in findings:
        place = f"{finding.file}#{finding.pointer}" if finding.pointer else finding.file
        hint = f" {finding.suggestion.to(lang)}" if finding.suggestion else ""
        kind = ADVICE.to(lang) if finding.advice else ""
        click.echo(f"{place}\n    {kind}{finding.message.to(lang)}{hint}", err=err)


def finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "file": finding.file,
        "pointer": finding.pointer,
        "advice": finding.advice,
        "message": finding.message.to_json(),
        "suggestion": finding.suggestion.to_json() if finding.suggestion else None,
    }


def catalogue_option(command: Command) -> Command:
    """`--catalogue DIR`, or PORTAL_CATALOGUE, or the packaged catalogue."""
    option = click.option(
        "--catalogue",
        "directory",
        type=click.Path(path_type=Path),
        envvar="PORTAL_CATALOGUE",
        help="目录所在 / where the catalogue lies (PORTAL_CATALOGUE; default: the packaged one).",
    )
    return option(command)


def read_source(place: Path | None) -> tuple[Source, tuple[Finding, ...]]:
    """The documents at a place: a directory, or a file holding a stored release's bundle."""
    if place is not None and place.is_file():
        return from_bundle(place.read_text("utf-8"), str(place))
    return read_directory(place)


def usable_source(place: Path | None) -> Source:
    """The documents, or a refusal with every fault of reading them."""
    source, faults = read_source(place)
    if faults:
        print_findings(faults)
        refuse(Text(f"目录有 {len(faults)} 处读取错误。", f"{len(faults)} faults while reading the catalogue."), 1)
    return source


def usable_catalogue(place: Path | None) -> Catalogue:
    """The catalogue, or a refusal with its faults; examples and workflows are the business of `catalogue check`."""
    source = usable_source(place)
    findings = check_meaning(source)
    if findings:
        print_findings(findings)
        refuse(Text(f"目录有 {len(findings)} 处问题,无法使用。", f"The catalogue has {len(findings)} faults."), 1)
    return read(source)
