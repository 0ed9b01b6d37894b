"""What can be chosen in the studio's fields, read from the documents themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from portal.catalogue.documents import Source
from portal.studio.fields import Option, Options
from portal.values import Text


def _text(document: Mapping[str, Any] | None, name: str) -> Text:
    title = document.get("title") if isinstance(document, Mapping) else None
    return Text(title.get("zh", name), title.get("en", name)) if isinstance(title, Mapping) else Text(name, name)


def listed(kind: str, inside: str, key: str = "id") -> Options:
    """The entries of the one document of a kind: departments, papers, recognitions, comparisons."""

    def options(source: Source) -> Sequence[Option]:
        return [Option(str(e[key]), _text(e, str(e[key]))) for e in source.one(kind).get(inside, ()) if key in e]

    return options


def items(source: Source) -> Sequence[Option]:
    """Every item, by its title."""
    return [Option(str(d.get("slug")), _text(d, str(d.get("slug")))) for _, d in source.of_kind("items")]


def workflows(source: Source) -> Sequence[Option]:
    """Workflows an item may run; the shared front is not one of them."""
    return [
        Option(str(d.get("workflow")), _text(d, str(d.get("workflow"))))
        for _, d in source.of_kind("workflow")
        if d.get("scope") == "case"
    ]


def needs(source: Source) -> Sequence[Option]:
    """Recognitions that may be needed first."""
    return listed("statuses", "statuses")(source)


def questions(form: str) -> Options:
    """The questions a form can ask, by section."""

    def options(source: Source) -> Sequence[Option]:
        found = []
        for _, document in source.of_kind("questions"):
            head = _text(document, str(document.get("section")))
            found += [
                Option(str(q["id"]), _text(q, str(q["id"])), head)
                for q in document.get("questions", ())
                if isinstance(q, Mapping) and form in q.get("forms", ()) and "id" in q
            ]
        return found

    return options


def asked(source: Source) -> Sequence[Option]:
    """Every question, for lists and search fields."""
    return [*questions("application")(source), *questions("home_visit")(source)]


def layers(source: Source) -> Sequence[Option]:
    """The layers the present items stand in."""
    words = {
        "basic_living": Text("基本生活救助", "Basic living"),
        "special": Text("专项救助", "Special aid"),
        "emergency": Text("急难救助", "Emergency"),
        "utility": Text("公用事业减免", "Utility reductions"),
    }
    found = dict.fromkeys(str(d.get("layer")) for _, d in source.of_kind("items"))
    return [Option(layer, words.get(layer, Text(layer, layer))) for layer in found]


def fixed(*pairs: tuple[str, str, str]) -> Options:
    """A closed list: (value, zh, en)."""
    options = [Option(value, Text(zh, en)) for value, zh, en in pairs]
    return lambda _source: options


UNITS: Final = fixed(("household", "家庭", "household"), ("person", "个人", "person"))
LEVELS: Final = fixed(
    ("county", "县(区)部门", "county department"),
    ("county_or_township", "县(区),可委托乡镇", "county, may be delegated to the township"),
    ("township", "乡镇", "township"),
    ("township_for_small", "小额由乡镇,其余县(区)", "township for small sums, county otherwise"),
    ("city", "市级部门", "city department"),
    ("enterprise", "公用企业", "utility company"),
    ("city_triggered", "市级触发", "triggered by the city"),
    ("county_to_national", "县(区)初审、逐级上报", "county first, then upwards"),
)
STARTS: Final = fixed(
    ("application", "申请", "by application"),
    ("discovery", "主动发现", "by discovery"),
    ("list", "台账", "from a list"),
    ("birthday", "到龄", "at a birthday"),
    ("price_index", "物价指数", "by a price index"),
    ("reminder", "提醒", "after a reminder"),
)
FRONT: Final = fixed(
    ("accept", "受理", "accept"),
    ("authorise", "授权", "authorise"),
    ("verify", "核对", "compare"),
    ("visit", "入户", "visit"),
    ("opinion", "乡镇意见", "township opinion"),
)
PERIODS: Final = fixed(
    ("once", "一次", "once"),
    ("month", "每月", "monthly"),
    ("quarter", "每季", "quarterly"),
    ("term", "每学期", "per term"),
    ("year", "每年", "yearly"),
    ("none", "不发放", "nothing is paid"),
)
SCOPES: Final = fixed(
    ("application", "全家", "the household"), ("member", "逐人", "each member"), ("house", "逐房", "each house")
)
AWARDS: Final = fixed(("household", "给家庭", "to the household"), ("persons", "给符合的人", "to the persons"))
SURVEY: Final = fixed(
    ("required", "必须入户", "visit required"), ("optional", "顺带入户", "asked if visited"), ("none", "不入户", "none")
)
