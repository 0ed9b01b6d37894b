"""A rule: parsed strictly, compiled once to closures, evaluated in three values against an environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.rules.compiling import Compiled, compile_rule
from portal.rules.outcomes import Environment, Row, Undetermined
from portal.rules.parsing import Fault, RuleError, Vocabulary, faults_of
from portal.rules.reading import Names, names_in
from portal.values import Text

__all__ = ["Derived", "Fault", "Rule", "RuleError", "Vocabulary", "parse"]


@dataclass(frozen=True)
class Rule:
    """One rule. `reads` are the facts it names, `derived` included; scope says in which row it may stand."""

    document: Any
    scope: str
    names: Names
    _run: Compiled = field(repr=False, compare=False)

    @property
    def reads(self) -> frozenset[str]:
        return self.names.reads

    @property
    def params(self) -> frozenset[str]:
        return self.names.params

    @property
    def statuses(self) -> frozenset[str]:
        return self.names.statuses

    @property
    def groups(self) -> frozenset[str]:
        return self.names.groups

    def __hash__(self) -> int:
        return id(self)

    def evaluate(self, env: Environment, row: Row | None = None) -> Any:
        """The value, null, or `Undetermined` with the missing names."""
        return self._run(env, row)

    def explain(self, env: Environment, row: Row | None = None) -> Any:
        """The tree of every step with its value; see `portal.rules.explaining.Trace`."""
        from portal.rules.explaining import trace

        return trace(self.document, env, row)


@dataclass(frozen=True)
class Derived:
    """A named value computed from facts (`d_income_pc_month`), with its title for explanations."""

    id: str
    title: Text
    scope: str
    rule: Rule
    unit: str | None = None


Lookup = Callable[[Environment, Row | None], Any]


def parse(document: Any, vocabulary: Vocabulary | None = None, scope: str = "application") -> Rule:
    """A rule from its JSON. RuleError with every fault at once: pointer, sentence, suggestion."""
    faults = faults_of(document, vocabulary, scope)
    if faults:
        raise RuleError(tuple(faults))
    return Rule(document, scope, names_in(document), compile_rule(document))


def reached(name: str, env: Environment) -> frozenset[str]:
    """Every name a derived value looks at, other derived values followed: a row that has none of them changes nothing."""
    known = env._reached.get(name)  # noqa: SLF001 - the environment keeps what its own rules computed
    if known is None:
        names = env.derived[name].rule.names.all
        deeper = (reached(other, env) for other in names if other in env.derived and other != name)
        known = env._reached[name] = names.union(*deeper)  # noqa: SLF001
    return known


def value_of(name: str, env: Environment, row: Row | None) -> Any:
    """A fact by name: the innermost row first, then the application; derived values in the caller's row."""
    if row is not None and name in row:
        return row[name]
    if name in env.facts:
        return env.facts[name]
    derived: Mapping[str, Derived] = env.derived
    if name in derived:
        key = (name, id(row) if row is not None and not reached(name, env).isdisjoint(row) else 0)
        if key not in env._cache:  # noqa: SLF001 - the environment keeps what its own rules computed
            env._cache[key] = derived[name].rule.evaluate(env, row if key[1] else None)  # noqa: SLF001
        return env._cache[key]  # noqa: SLF001
    return Undetermined(frozenset({name}))
