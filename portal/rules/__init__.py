"""The rule language: a strict subset of JsonLogic, three-valued and exact, and the judging of an item by its rules.

Pure: no clock, no files, no database. An unanswered fact gives *undetermined*, never *eligible*; money is integer 分.
"""

from portal.rules.explaining import NearMiss, Term, Trace, near_miss_in_words, terms_of, trace
from portal.rules.judging import Benefit, Judgement, PersonJudgement, Policy, Reason, Requirement, judge
from portal.rules.operators import parse_day
from portal.rules.outcomes import Environment, Undetermined
from portal.rules.parsing import Fault, RuleError, Vocabulary
from portal.rules.residual import Reducer
from portal.rules.rule import Derived, Rule, parse

__all__ = [
    "Benefit",
    "Derived",
    "Environment",
    "Fault",
    "Judgement",
    "NearMiss",
    "PersonJudgement",
    "Policy",
    "Reason",
    "Reducer",
    "Requirement",
    "Rule",
    "RuleError",
    "Term",
    "Trace",
    "Undetermined",
    "Vocabulary",
    "judge",
    "near_miss_in_words",
    "parse",
    "parse_day",
    "terms_of",
    "trace",
]
