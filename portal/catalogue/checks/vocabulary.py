"""The words rules may use in this catalogue: facts with their row group, standards, recognitions and codes."""

from __future__ import annotations

from collections.abc import Iterable

from portal.catalogue.checks.index import Index, entries
from portal.catalogue.documents import Source
from portal.catalogue.reading import codes_of
from portal.forms.questions import RULE_SCOPES, SCALAR_GROUPS
from portal.rules import Vocabulary

# In which rows a derived value of a scope stands.
GROUP_OF_SCOPE = {"application": "application", "member": "members", "house": "houses"}


def vocabulary_of(source: Source, index: Index) -> Vocabulary:
    """Questions and derived values by row group, the codes of choice questions, standards and recognitions."""
    variables = {name: _group(question.group) for name, question in index.questions.items()}
    for _, document in source.of_kind("derived"):
        for _, entry in entries(document, "derived"):
            variables[entry["id"]] = GROUP_OF_SCOPE[entry["scope"]]
    # Names of a damaged file still count as known.
    variables = {**dict.fromkeys(index.known("derived"), "application"), **variables}
    lists = {document["id"]: frozenset(value["code"] for value in document["values"]) for document in codes_of(source)}
    return Vocabulary(
        variables=variables,
        params=frozenset(index.known("parameter")),
        statuses=frozenset(index.known("status")),
        codes={q.id: lists[q.codes] for q in index.questions.values() if q.codes is not None and q.codes in lists},
    )


def with_returned(words: Vocabulary, fields: Iterable[str]) -> Vocabulary:
    """The same words and the fields a comparison brings back, which its conflict rules name `r_…`."""
    returned = dict.fromkeys((f"r_{name}" for name in fields), "application")
    return Vocabulary({**words.variables, **returned}, words.params, words.statuses, words.codes)


def scope_of(group: str) -> str:
    """How a rule that stands with a question of this group is scoped."""
    return "application" if group in SCALAR_GROUPS else RULE_SCOPES.get(group, group)


def _group(group: str) -> str:
    return "application" if group in SCALAR_GROUPS else group
