"""What the family signs: the application form and the letter of authorisation, its own numbers in full."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.applications.queries import clear_answers
from portal.catalogue.catalogue import Catalogue
from portal.forms import Form
from portal.organisation.queries import CITY_TIME, region_title, region_titles
from portal.rendering.facts import FactGroup, columns_of, facts_view
from portal.values import Text
from portal.verification.rules import people_of
from portal.web.printing.foundation import foundation

SUPPORTER = Text("赡(抚、扶)养人", "Supporter")
DECLARATION = (
    Text(
        "以上内容由本人申报,真实、完整;如有变化,将在三十日内告知。本人知悉隐瞒或者虚报须退回所得并承担责任。",
        "What stands above was declared by me and is true and complete; I shall report changes within thirty days. "
        "I know that what is received through concealment or false statements must be returned.",
    ),
)
AUTHORISING = (
    Text(
        "为申请下列事项,我们授权受理机关及其核对机构在有效期内,向有关部门和机构查询我们的身份、收入、财产和支出信息,仅用于本次认定及其后的复核。",
        "To apply for the items below, we authorise the receiving office and its verification centre to ask the bodies "
        "concerned about our identity, income, property and spending, only for this decision and its later reviews.",
    ),
    Text(
        "我们可以随时书面撤回授权;撤回后不再查询,相关事项可能因此无法认定。",
        "We may withdraw this authorisation in writing at any time; nothing is asked afterwards, and the items may then "
        "not be decided.",
    ),
)


def application_form(db: Session, application: Application, catalogue: Catalogue, lang: str) -> dict[str, Any]:
    """The form as the family signs it: every answer, its own numbers in full."""
    form = catalogue.form("application", application.items)
    answers = clear_answers(db, application)
    view = facts_view(
        form, columns_of(lang, declared=answers), lang=lang, unmask=True, regions=_regions(db, form, answers, lang)
    )
    day = application.submitted_at.astimezone(CITY_TIME).date()
    titles = "、" if lang == "zh" else ", "
    chosen = catalogue.chosen(application.items)
    head = (
        (Text("受理编号", "Number"), application.number),
        (Text("受理日期", "Received on"), day.isoformat()),
        (Text("受理窗口", "Window"), region_title(db, application.window_region).to(lang)),
        (Text("户籍地", "Place of registration"), region_title(db, application.region_code).to(lang)),
        (Text("申请事项", "Items asked for"), titles.join(item.title.to(lang) for item in chosen)),
    )
    return {
        **foundation(form.title, application.number, day, lang),
        "head": [{"label": label.to(lang), "value": value} for label, value in head],
        "groups": [_group(group) for group in view.groups],
        "declaration_title": Text("承诺与签名", "Declaration and signatures").to(lang),
        "declaration": [line.to(lang) for line in DECLARATION],
        "sign_columns": [
            word.to(lang)
            for word in (
                Text("姓名", "Name"),
                Text("与申请人关系", "Relation"),
                Text("签名(指印)", "Signature"),
                Text("日期", "Date"),
            )
        ],
        "signers": _signers(form, answers, lang),
        "signatures": [Text("受理人", "Received by").to(lang), Text("代理人(如有)", "Agent, if any").to(lang)],
    }


def _group(group: FactGroup) -> dict[str, Any]:
    return {"label": group.label, "rows": [{"label": row.label, "value": row.texts[0]} for row in group.rows]}


def _regions(db: Session, form: Form, answers: Mapping[str, Any], lang: str) -> dict[str, str]:
    """The names of every place the answers mention."""
    rows = [answers, *(row for value in answers.values() if isinstance(value, list) for row in value)]
    asked = {question.id for question in form.questions.values() if question.type == "region"}
    codes = {str(row[name]) for row in rows if isinstance(row, Mapping) for name in asked & set(row) if row[name]}
    return {code: title.to(lang) for code, title in region_titles(db, codes).items()}


def _signers(form: Form, answers: Mapping[str, Any], lang: str) -> list[dict[str, str]]:
    """Everybody who signs, numbered as the letters are: those with an id number who are not under fourteen."""
    relations = form.code_lists["relation"].values if "relation" in form.code_lists else {}
    found = []
    for serial, person in enumerate(people_of(answers, each_signs=False), 1):
        if person.facts.get("member_is_minor14") is True:
            continue
        relation = relations.get(str(person.facts.get("member_relation")))
        title = SUPPORTER if person.kind == "supporter" else relation
        found.append(
            {
                "no": f"{serial:02d}",
                "name": person.name,
                "id_number": person.id_number,
                "relation": title.to(lang) if title is not None else "",
            }
        )
    return found


def authorisation(db: Session, application: Application, catalogue: Catalogue, lang: str) -> dict[str, Any]:
    """The letter of authorisation, numbered per person."""
    answers = clear_answers(db, application)
    form = catalogue.form("application", application.items)
    number = str(answers.get("auth_letter_no") or f"{application.number}-A")
    day = application.submitted_at.astimezone(CITY_TIME).date()
    chosen = catalogue.chosen(application.items)
    kinds = {person.kind for person in people_of(answers, each_signs=False)}
    codes = {code for item in chosen for code in item.comparisons}
    asked = [c for c in catalogue.comparisons.values() if c.code in codes and kinds & set(c.people)]
    joiner = "、" if lang == "zh" else "; "
    columns = (
        Text("序号", "No."),
        Text("姓名", "Name"),
        Text("证件号码", "Id number"),
        Text("关系", "Relation"),
        Text("签名(指印)", "Signature"),
        Text("日期", "Date"),
    )
    valid = str(answers.get("auth_valid_until") or "")
    return {
        **foundation(Text("家庭经济状况核对授权委托书", "Letter of authorisation"), number, day, lang),
        "lines": [
            *(line.to(lang) for line in AUTHORISING),
            Text(
                f"申请事项:{'、'.join(item.title.zh for item in chosen)}。有效期至 {valid}。",
                f"Items: {', '.join(item.title.en for item in chosen)}. Valid until {valid}.",
            ).to(lang),
        ],
        "scope_title": Text("核对内容", "What is asked").to(lang),
        "scope": joiner.join(f"{c.title.to(lang)}" for c in asked),
        "people_title": Text("授权人签名", "Who authorises").to(lang),
        "columns": [column.to(lang) for column in columns],
        "people": _signers(form, answers, lang),
        "notes": [
            Text(
                "未成年人由监护人代签。没有签名的人不核对,报告将标明不完整。",
                "Guardians sign for children. Nobody is asked about who did not sign; the report then says it is incomplete.",
            ).to(lang)
        ],
    }
