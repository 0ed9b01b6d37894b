"""The measured promise: what the separate ways would have cost a family and what this way costs, with definitions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item
from portal.catalogue.planning import plan
from portal.values import Text


@dataclass(frozen=True)
class Measure:
    """One figure both ways, with what exactly was counted."""

    name: str
    title: Text
    separate: float
    together: float
    definition: Text

    @property
    def saved(self) -> float:
        return round(self.separate - self.together, 1)

    @property
    def percent(self) -> float:
        return round(100 * self.saved / self.separate, 1) if self.separate else 0.0

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.title.to_json(),
            "separate": self.separate,
            "together": self.together,
            "saved": self.saved,
            "percent": self.percent,
            "definition": self.definition.to_json(),
        }


DEFINITIONS = {
    "questions": (
        Text("要回答的问题", "Questions asked"),
        Text(
            "分开办:各事项单独成表,每张表的问题数之和(含每张表都要填的共同问题);一次办:合并后的一张表,同一问题只问一次。",
            "Separate: the questions of one form per item, added up, common questions counted on every form. "
            "This way: the one composed form, each question once.",
        ),
    ),
    "typed": (
        Text("要动手填写的问题", "Questions typed by a person"),
        Text(
            "两边都按“一次办”的表计算:分开办为全部问题,一次办为除去由比对、台账、系统预填或推算之后仍要人填写的问题。",
            "Both counted on the composed form: all of its questions, against those left when comparisons, registers "
            "and the platform have filled or computed theirs.",
        ),
    ),
    "papers": (
        Text("要交的材料(份)", "Papers handed in (lines)"),
        Text(
            "分开办:改革前各事项材料清单的份数之和;一次办:所选事项改革后清单合并去重,同一材料只交一次。",
            "Separate: the lines of each item's former list of papers, added up. "
            "This way: the items' present lists merged, every kind once.",
        ),
    ),
    "paper_kinds": (
        Text("材料种类", "Kinds of paper"),
        Text(
            "改革前与改革后清单中不同材料的种类数。38 项合计 105 种减为 66 种,即少 39 种"
            "(37.1 %;原报道写 37.2 %,没有整数总数能同时满足 39 与 37.2 %)。",
            "Distinct kinds on the former and the present lists. Over all 38 items 105 became 66, 39 fewer (37.1 %; "
            "the report says 37.2 %, but no whole total gives both 39 and 37.2 %).",
        ),
    ),
    "days_mean": (
        Text("平均承诺时限(工作日)", "Mean promised limit (working days)"),
        Text(
            "所选事项改革前、后办理时限的平均值。38 项平均由 16.0 个工作日减为 8.0 个。",
            "The mean of the chosen items' limits before and after. Over all 38 items 16.0 working days became 8.0.",
        ),
    ),
    "days_last": (
        Text("最后一项办结(工作日)", "Last item decided (working days)"),
        Text(
            "分开办:逐项申请,须先取得认定的事项在认定办结后才能申请,取最长的一条;一次办:并行准备,取最晚的承诺日。均不含补正等暂停。",
            "Separate: items that need a recognition can only be asked for once it is granted; the longest such chain. "
            "This way: prepared in parallel; the latest promised day. Pauses such as supplements are not counted.",
        ),
    ),
    "trips": (
        Text("跑动次数", "Trips"),
        Text(
            "分开办:每个部门一次(每个部门的事项同一天办);一次办:到任一窗口一次。自动发放、到龄提醒等无需申请的事项不计。",
            "Separate: one trip to each department concerned. This way: one trip to any window. "
            "Items that start by themselves (lists, birthdays) count no trip.",
        ),
    ),
}


def savings(catalogue: Catalogue, items: Iterable[str] | None = None) -> tuple[Measure, ...]:
    """What the chosen items (all when none are named) cost both ways."""
    chosen = catalogue.chosen(catalogue.items if items is None else items)
    form = catalogue.form("application", [item.slug for item in chosen])
    report = form.report
    applied = [item for item in chosen if "application" in item.starts]
    kinds_before = {paper for item in chosen for paper in item.materials_before}
    kinds_after = {paper for item in chosen for paper in item.materials_after}
    figures: dict[str, tuple[float, float]] = {
        "questions": (report["separate_sum"], report["asked"]),
        "typed": (report["asked"], report["typed"]),
        "papers": (sum(len(item.materials_before) for item in chosen), len(kinds_after)),
        "paper_kinds": (len(kinds_before), len(kinds_after)),
        "days_mean": (_mean([item.time_limit.before for item in chosen]), _mean([i.time_limit.after for i in chosen])),
        "days_last": (_chain(catalogue, chosen), plan(catalogue, [item.slug for item in chosen]).promised_days),
        "trips": (len({item.department for item in applied}), min(1, len(applied))),
    }
    return tuple(
        Measure(name, DEFINITIONS[name][0], separate, together, DEFINITIONS[name][1])
        for name, (separate, together) in figures.items()
    )


def _mean(numbers: Sequence[Any]) -> float:
    return round(float(sum(numbers)) / len(numbers), 1) if numbers else 0.0


def _chain(catalogue: Catalogue, chosen: tuple[Item, ...]) -> float:
    """The longest row of former limits when an item can only be asked for after the recognition it needs."""
    steps = {step.item: step.waits_for for step in plan(catalogue, [item.slug for item in chosen]).steps}

    def ends(slug: str, path: tuple[str, ...]) -> float:
        before = float(catalogue.items[slug].time_limit.before)
        needs = [ends(need, (*path, slug)) for need in steps[slug] if need not in path and need != slug]
        return before + min(needs, default=0.0)

    return max((ends(slug, ()) for slug in steps), default=0.0)
