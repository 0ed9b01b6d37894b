"""Names: facts in the row and on the application, derived values, standards, recognitions; null and missing."""

from __future__ import annotations

from fractions import Fraction

from tests.rules.tables.vectors import Vector, unknown

A = {"var": "a"}
S = {"status": "s_dibao"}
P = {"param": "p_line"}
DOUBLE = {"d_double": {"scope": "application", "rule": {"*": [A, 2]}}}
CHAIN = DOUBLE | {"d_four": {"scope": "application", "rule": {"*": [{"var": "d_double"}, 2]}}}
OF_ROW = {"d_old": {"scope": "member", "rule": {">=": [{"age": {"var": "member_birth_date"}}, 60]}}}

VECTORS = (
    Vector("a literal number is itself", 7, 7),
    Vector("a literal decimal is exact", 0.1, Fraction(1, 10)),
    Vector("a literal text is itself", "dibao", "dibao"),
    Vector("a literal truth is itself", True, True),
    Vector("null is a value", None, None),
    Vector("a literal list is itself", ["1", "2"], ["1", "2"]),
    Vector("a fact of the application", A, 5, {"a": 5}),
    Vector("a fact answered with none is null", A, None, {"a": None}),
    Vector("a fact nobody answered is unknown and named", A, unknown("a"), {"b": 1}),
    Vector("zero is an answer", A, 0, {"a": 0}),
    Vector("an empty text is an answer", A, "", {"a": ""}),
    Vector("false is an answer", A, False, {"a": False}),
    Vector("the row comes before the application", A, 1, {"a": 2}, row={"a": 1}),
    Vector("what the row does not say, the application may", A, 2, {"a": 2}, row={"b": 1}),
    Vector("null in the row is an answer and hides the application", A, None, {"a": 2}, row={"a": None}),
    Vector("neither row nor application knows", A, unknown("a"), {}, row={}),
    Vector("a look beyond the facts that nobody answered", {"var": "x_has_benefit_longcare"}, unknown("x_has_benefit_longcare")),
    Vector("a derived value", {"var": "d_double"}, 10, {"a": 5}, derived=DOUBLE),
    Vector("a derived value of a derived value", {"var": "d_four"}, 20, {"a": 5}, derived=CHAIN),
    Vector("a derived value lacks what its rule lacks", {"var": "d_four"}, unknown("a"), {}, derived=CHAIN),
    Vector("a derived value of null is null", {"var": "d_four"}, None, {"a": None}, derived=CHAIN),
    Vector("a derived value takes the caller's row", {"var": "d_double"}, 6, {"a": 5}, row={"a": 3}, derived=DOUBLE),
    Vector(
        "a derived value about a member, in his row", {"var": "d_old"}, True, row={"member_birth_date": "1950-01-01"}, derived=OF_ROW
    ),
    Vector("a derived value about a member, in an unanswered row", {"var": "d_old"}, unknown("member_birth_date"), row={}, derived=OF_ROW),
    Vector("a derived name that means nothing", {"var": "d_nothing"}, unknown("d_nothing")),
    Vector("a standard", P, 62000, params={"p_line": "62000"}),
    Vector("a standard with a fraction of a 分", P, Fraction(5283, 100), params={"p_line": "5283/100"}),
    Vector("a standard not in force is unknown", P, unknown("p_line")),
    Vector("a fact does not stand in for a standard", P, unknown("p_line"), {"p_line": 1}),
    Vector("a recognition in force", S, True, statuses={"s_dibao": True}),
    Vector("a recognition not in force", S, False, statuses={"s_dibao": False}),
    Vector("a recognition nobody looked up is unknown", S, unknown("s_dibao")),
    Vector("a recognition of one person stands in his row", S, True, statuses={"s_dibao": False}, row={"s_dibao": True}),
    Vector("a person without it, in a family with it", S, False, statuses={"s_dibao": True}, row={"s_dibao": False}),
    Vector("a recognition among the facts", S, True, {"s_dibao": True}),
    Vector("a recognition answered with none is not held", S, False, {"s_dibao": None}),
    Vector("a recognition answered with none in the row is not held", S, False, statuses={"s_dibao": True}, row={"s_dibao": None}),
    Vector("what was looked up comes before what was sent", S, False, {"s_dibao": True}, statuses={"s_dibao": False}),
    Vector("present: an answer", {"present": A}, True, {"a": "x"}),
    Vector("present: zero is an answer", {"present": A}, True, {"a": 0}),
    Vector("present: false is an answer", {"present": A}, True, {"a": False}),
    Vector("present: null is not", {"present": A}, False, {"a": None}),
    Vector("present: an empty text is not", {"present": A}, False, {"a": ""}),
    Vector("present: an empty list is not", {"present": A}, False, {"a": []}),
    Vector("present: a list with something is", {"present": A}, True, {"a": ["x"]}),
    Vector("present: missing is unknown, for nobody asked", {"present": A}, unknown("a")),
    Vector("present: its argument may stand in a list", {"present": [A]}, True, {"a": 1}),
    Vector("not present", {"not": {"present": A}}, True, {"a": None}),
)  # fmt: skip
