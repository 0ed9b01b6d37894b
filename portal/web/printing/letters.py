"""Letters to the applicant: what was written, and the receipt with its QR code."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import segno
from sqlalchemy.orm import Session

from portal.applications.models import Application
from portal.catalogue.catalogue import Catalogue
from portal.notices.models import Notice
from portal.organisation.queries import CITY_TIME, region_title
from portal.values import Text, yuan
from portal.web.printing.foundation import foundation

LETTER_COLUMNS = (
    (Text("事项", "Item"), True),
    (Text("结果", "Result"), False),
    (Text("金额", "Amount"), False),
    (Text("理由", "Reason"), True),
)


def _letter(title: Text, number: str, day: date, lang: str, **more: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"to": "", "lines": [], "rows": [], "columns": [], "notes": [], "signatures": []}
    return {**foundation(title, number, day, lang, more.pop("issuer", "")), **empty, **more}


def _said(text: Mapping[str, str] | None, lang: str) -> str:
    return "" if not text else text.get(lang) or text.get("zh", "")


def letter(db: Session, application: Application, notice: Notice, lang: str) -> dict[str, Any]:
    """A letter that was written to the applicant, for the template `letter`."""
    day = notice.written_at.astimezone(CITY_TIME).date()
    items = notice.body.get("items") or []
    appeals = [appeal for item in items if (appeal := _said(item.get("appeal"), lang))]
    return _letter(
        Text.of(notice.title),
        notice.number,
        day,
        lang,
        issuer=region_title(db, application.region_code[:9]).to(lang),
        to=f"{application.applicant_name}:" if lang == "zh" else f"To {application.applicant_name}",
        lines=[_said(line, lang) for line in notice.body.get("lines") or []],
        columns=_columns(LETTER_COLUMNS, lang) if items else [],
        rows=[_item_row(item, lang) for item in items],
        notes=list(dict.fromkeys(appeals)),
    )


def _columns(columns: Iterable[tuple[Text, bool]], lang: str) -> list[dict[str, Any]]:
    return [{"title": title.to(lang), "wide": wide} for title, wide in columns]


def _item_row(item: Mapping[str, Any], lang: str) -> list[str]:
    amount = item.get("amount_fen")
    money = "" if amount is None else f"{yuan(amount)} {Text('元', 'yuan').to(lang)} {_said(item.get('period'), lang)}"
    return [_said(item["title"], lang), _said(item["outcome"], lang), money.strip(), str(item.get("reason") or "")]


def receipt(
    db: Session,
    application: Application,
    catalogue: Catalogue,
    lang: str,
    *,
    address: str,
    promised: Mapping[str, date],
) -> dict[str, Any]:
    """The receipt handed over at the window; `address` is where progress is followed, shown as a QR code."""
    day = application.submitted_at.astimezone(CITY_TIME).date()
    place = region_title(db, application.region_code[:9])
    columns = (
        (Text("申请事项", "Item asked for"), True),
        (Text("办理部门", "Department"), True),
        (Text("承诺办结", "Promised by"), False),
    )
    chosen = catalogue.chosen(application.items)
    papers = [catalogue.papers[paper].title.to(lang) for paper in application.papers if paper in catalogue.papers]
    joiner = "、" if lang == "zh" else ", "
    return _letter(
        Text("收件回执", "Receipt"),
        application.number,
        day,
        lang,
        issuer=region_title(db, application.window_region).to(lang),
        to=f"{application.applicant_name}({application.applicant_masked})",
        lines=[
            Text(
                f"您的申请已收件,并即时推送至{place.zh}办理。受理编号 {application.number}。",
                f"Your application was received and pushed to {place.en} at once. Its number is {application.number}.",
            ).to(lang),
            Text(f"已交材料:{joiner.join(papers)}。", f"Papers handed in: {joiner.join(papers)}.").to(lang),
        ],
        columns=_columns(columns, lang),
        rows=[
            [
                item.title.to(lang),
                catalogue.departments[item.department].title.to(lang),
                promised[item.slug].isoformat() if item.slug in promised else "",
            ]
            for item in chosen
        ],
        notes=[
            Text(
                "承诺日期自户籍地乡镇受理的次日起按工作日计算;补正等暂停时间不计入。",
                "The promised days are counted in working days from the day after the home township accepts; "
                "pauses, such as for missing papers, are not counted.",
            ).to(lang)
        ],
        qr=_qr(address),
        qr_words=Text(
            "扫码或凭受理编号和身份证号查询进度。", "Scan, or use the number and your id number, to follow it."
        ).to(lang),
        signatures=[Text("申请人签名", "Applicant").to(lang), Text("受理人签名", "Received by").to(lang)],
    )


def _qr(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", border=1, xmldecl=False)
    return drawn.getvalue().decode()
