"""How an item stands for a family while its form is being filled: met, just missed, not met, or still to be verified."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from portal.rules.judging import Judgement, Reason
from portal.values import Text

# A limit missed by no more than this share of it is worth a second look: a figure misread, a cost not yet deducted.
CLOSE: Final = Fraction(1, 10)
STANDINGS: Final[dict[str, Text]] = {
    "met": Text("已符合", "Met"),
    "near": Text("差一点", "Just missed"),
    "not_met": Text("不符合", "Not met"),
    "open": Text("待核实", "To be verified"),
}


def standing(judgement: Judgement) -> str:
    """One of `STANDINGS`. Whatever a person must still decide, ask or compare is to be verified, never refused."""
    if judgement.outcome == "eligible":
        return "met"
    if judgement.outcome != "not_eligible":
        return "open"
    failed = [reason for reason in judgement.reasons if reason.holds is False and reason.on_fail == "reject"]
    return "near" if failed and all(map(_is_close, failed)) else "not_met"


def _is_close(reason: Reason) -> bool:
    miss = reason.near_miss
    return miss is not None and miss.gap <= CLOSE * abs(miss.right)
