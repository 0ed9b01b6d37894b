"""Rules as items write them: an income line, a make-up payment, a share of bills with a ceiling, steps by kind."""

from __future__ import annotations

from fractions import Fraction

from tests.rules.tables.vectors import Vector, unknown

PC = {"d_pc_month": {"scope": "application", "rule": {"/": [{"/": [{"var": "income_year"}, 12]}, {"var": "hh_size"}]}}}
LINE = {"<": [{"var": "d_pc_month"}, {"param": "p_dibao"}]}
DIBAO = {"p_dibao": "62000"}
GAP = {"max": [0, {"-": [{"*": [{"param": "p_dibao"}, {"var": "hh_size"}]}, {"/": [{"var": "income_year"}, 12]}]}]}
BILLS = {"min": [{"param": "p_cap"}, {"*": [{"var": "self_paid"}, {"param": "p_rate"}]}]}
RATES = {"p_cap": "3500000", "p_rate": "7/10"}
CARE = {
    "*": [
        {"param": "p_wage"},
        {"match": [{"var": "care"}, {"1": {"param": "p_none"}, "2": {"param": "p_half"}, "3": {"param": "p_full"}}]},
    ]
}
WAGES = {"p_wage": "184000", "p_none": "3/100", "p_half": "1/6", "p_full": "1/3"}


def family(income: int | None, size: int) -> dict[str, int | None]:
    return {"income_year": income, "hh_size": size}


VECTORS = (
    Vector("an income just below the line", LINE, True, family(1487999, 2), params=DIBAO, derived=PC),
    Vector("an income on the line is not below it", LINE, False, family(1488000, 2), params=DIBAO, derived=PC),
    Vector("a third of a 分 below the line is below it", LINE, True, family(2231999, 3), params=DIBAO, derived=PC),
    Vector("no income asked is no income known", LINE, unknown("income_year"), {"hh_size": 2}, params=DIBAO, derived=PC),
    Vector("no size", LINE, unknown("hh_size"), {"income_year": 0}, params=DIBAO, derived=PC),
    Vector("no standard that day", LINE, unknown("p_dibao"), family(0, 2), derived=PC),
    Vector("everything is missing", LINE, unknown("hh_size", "income_year", "p_dibao"), derived=PC),
    Vector("a null income is below no line", LINE, False, family(None, 2), params=DIBAO, derived=PC),
    Vector("a make-up payment", GAP, 64000, family(720000, 2), params=DIBAO),
    Vector("a make-up payment keeps its fraction until the end", GAP, Fraction(644000, 12), family(100000, 1), params=DIBAO),
    Vector("a make-up payment is never negative", GAP, 0, family(9000000, 2), params=DIBAO),
    Vector("a share of the bills", BILLS, 700000, {"self_paid": 1000000}, params=RATES),
    Vector("a share of the bills up to the ceiling", BILLS, 3500000, {"self_paid": 9000000}, params=RATES),
    Vector("a share of an odd bill", BILLS, Fraction(7, 10), {"self_paid": 1}, params=RATES),
    Vector("care money in full", CARE, Fraction(184000, 3), {"care": "3"}, params=WAGES),
    Vector("care money by half", CARE, Fraction(92000, 3), {"care": "2"}, params=WAGES),
    Vector("care money of an unknown kind", CARE, unknown("care"), {"care": "9"}, params=WAGES),
    Vector("care money without its rate", CARE, unknown("p_full"), {"care": "3"}, params={"p_wage": "184000"}),
)  # fmt: skip
