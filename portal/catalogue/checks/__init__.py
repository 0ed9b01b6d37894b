"""Everything that can be wrong with a catalogue, found at once.

First the form of each document, then the names they use, then the rules, at last whether it all works together:
workflows are explored and example families judged. A damaged document is one finding; it does not hide the others.
"""

from __future__ import annotations

from collections.abc import Iterable

from portal.catalogue.checks.expressions import check_expressions
from portal.catalogue.checks.flows import check_flows
from portal.catalogue.checks.index import Index, index_of
from portal.catalogue.checks.layouts import check_layouts
from portal.catalogue.checks.questions import check_questions
from portal.catalogue.checks.references import check_references
from portal.catalogue.checks.shape import check_shape
from portal.catalogue.checks.texts import check_english, check_texts
from portal.catalogue.checks.trials import check_examples
from portal.catalogue.documents import Source
from portal.catalogue.reading import read
from portal.errors import Finding

__all__ = ["check", "check_meaning"]


def check(source: Source) -> tuple[Finding, ...]:
    """Every fault of a catalogue, in the order of its files."""
    meaning, sound, index = _meaning(source)
    findings = [*meaning, *check_flows(sound, index), *check_english(source)]
    if not meaning:
        findings += check_examples(source, read(source))
    return tidy(findings)


def check_meaning(source: Source) -> tuple[Finding, ...]:
    """Form, names and rules, without trying out workflows and examples: what is needed to use a catalogue at all."""
    return tidy(_meaning(source)[0])


def _meaning(source: Source) -> tuple[list[Finding], Source, Index]:
    """The findings, the documents that have the form of their kind (no others are read further), and every name."""
    findings = list(check_shape(source))
    sound = source.keep(set(source.documents) - {finding.file for finding in findings})
    index = index_of(source)
    findings += check_texts(source)
    findings += check_references(sound, index)
    findings += check_questions(sound, index)
    findings += check_layouts(sound, index)
    findings += check_expressions(sound, index)
    return findings, sound, index


def tidy(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, by file and place."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: (finding.file, finding.pointer)))
