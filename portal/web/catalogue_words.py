"""The catalogue's own codes in words: layers, decision levels, ways to start, what a failed rule leads to, units."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from portal.values import Text, yuan

LAYERS: dict[str, Text] = {
    "basic_living": Text("基本生活", "Basic living"),
    "special": Text("专项救助", "Special aid"),
    "urgent": Text("急难救助", "Urgent aid"),
    "utility": Text("公用事业减免", "Utilities"),
    "welfare": Text("福利", "Welfare"),
    "social_force": Text("社会力量", "Social forces"),
}
LEVELS: dict[str, Text] = {
    "county": Text("县(区)部门", "county department"),
    "county_or_township": Text("县(区)部门,可委托乡镇", "county department, or a township by delegation"),
    "county_to_national": Text("县(区)部门,逐级上报", "county department, passed upwards"),
    "township": Text("乡镇(街道)", "township"),
    "township_for_small": Text("小额由乡镇,其余由县(区)部门", "township for small sums, county department otherwise"),
    "enterprise": Text("公用事业企业(市级)", "the utility, for the whole city"),
    "city_triggered": Text("市级触发", "the city"),
}
STARTS: dict[str, Text] = {
    "application": Text("申请", "by application"),
    "discovery": Text("主动发现", "by discovery"),
    "list": Text("名单(免申即享)", "from a list, without application"),
    "birthday": Text("到龄自动", "at a birthday"),
    "reminder": Text("到期提醒", "by reminder"),
    "price_index": Text("物价指数触发", "by the price index"),
}
ON_FAIL: dict[str, Text] = {
    "reject": Text("不满足:不符合", "Not met: not eligible"),
    "manual": Text("不满足:由人判定", "Not met: a person judges"),
    "return": Text("不满足:退回补充", "Not met: to be supplied"),
    "refer": Text("不满足:转介", "Not met: referred"),
    "note": Text("仅提示", "A note only"),
    "route": Text("决定由谁办", "Decides whose it is"),
}
SCOPES: dict[str, Text] = {
    "application": Text("按家庭", "for the household"),
    "member": Text("按每名成员", "for each member"),
    "house": Text("按每处住房", "for each house"),
}
UNITS: dict[str, Text] = {
    "fen": Text("元", "yuan"),
    "m3": Text("立方米", "m³"),
    "kwh": Text("千瓦时", "kWh"),
    "months": Text("个月", "months"),
    "percent": Text("%", "%"),
    "count": Text("", ""),
    "ton": Text("吨", "tonnes"),
    "ratio": Text("", ""),
    "m2": Text("㎡", "m²"),
}


def standard(value: Any, unit: str, lang: str) -> str:
    """A standard's value with its unit: money in yuan, parts of 分 kept (52.83 分 is 0.5283 yuan)."""
    if value is None:
        return "—"
    exact = Fraction(value)
    if unit == "fen":
        shown = yuan(int(exact)) if exact.denominator == 1 else f"{float(exact / 100):g}"
    else:
        shown = f"{float(exact):g}"
    return f"{shown} {UNITS[unit].to(lang) if unit in UNITS else unit}".strip()
