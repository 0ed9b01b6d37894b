"""A window with its clerks, and hands that fill the one form as a browser would send it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from portal.catalogue.models import Publication, StoredRelease
from portal.db import db
from portal.organisation.models import Region
from portal.rendering.display import input_text
from tests.factories import OTHER_COUNTY, TOWNSHIP, csrf_of, make_department, make_regions, make_user, sign_in
from tests.families import complete, id_number

ITEMS = ["dibao", "education_aid"]
VILLAGE = "321311106201"
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
# A number that ends in X, because people type it in many ways.
HEAD = next(n for n in (id_number("1980-01-01", serial) for serial in range(11, 99, 2)) if n.endswith("X"))


def put_in_force(release: Any, note: str = "tests") -> None:
    """A release as the one in force, without checking the shipped documents a second time."""
    if db.session.get(StoredRelease, release.id) is None:
        db.session.add(StoredRelease(id=release.id, bundle=release.bundle, first_published_at=datetime.now(UTC)))
        db.session.flush()
    db.session.add(Publication(release_id=release.id, note=note, published_by="tests", published_at=datetime.now(UTC)))
    db.session.commit()


def posted(form: Any, answers: dict[str, Any]) -> list[tuple[str, str]]:
    """Answers as names and values of a page."""
    sent: list[tuple[str, str]] = []

    def add(prefix: str, questions: Any, values: dict[str, Any]) -> None:
        for question in questions:
            value = values.get(question.id)
            for one in value if isinstance(value, list) else [value]:
                if one is not None:
                    sent.append((f"{prefix}{question.id}", input_text(question, one)))

    add("", form.scalars, answers)
    for group, questions in form.rows.items():
        rows = answers.get(group)
        if rows == []:
            sent.append((f"{group}-none", "1"))
        for at, row in enumerate(rows or ()):
            sent.append((f"{group}-{at}-row_id", row.get("row_id") or f"{group[0]}{at + 1}"))
            add(f"{group}-{at}-", questions, row)
    return sent


def hidden_values(page: str) -> list[tuple[str, str]]:
    """The page's own fields: the token, the release and the revision."""
    found = re.findall(r'<input type="hidden" name="(csrf_token|_release|_revision|_checked)" value="([^"]*)"', page)
    return list(dict(found).items())


@dataclass
class Window:
    """The application with a published catalogue, seen by the clerk of another county."""

    app: Any
    release: Any
    clerk: int = 0
    items: list[str] = field(default_factory=lambda: list(ITEMS))

    def __post_init__(self) -> None:
        with self.app.app_context():
            make_regions(db.session())
            db.session.add(
                Region(code=VILLAGE, name="青墩村", name_en="Qingdun Village", level="village", parent_code=TOWNSHIP)
            )
            make_department(db.session())
            put_in_force(self.release)
            self.clerk = self.hire("window_clerk", OTHER_COUNTY)

    def hire(self, role: str, region: str, department: str | None = None, name: str = "Clerk Example") -> int:
        with self.app.app_context():
            user = make_user(db.session(), role, region=region, department=department, name=name)
            db.session.commit()
            return int(user.id)

    def sit(self, user: int | None = None, lang: str = "zh") -> Any:
        """A browser in which somebody has signed in."""
        client = sign_in(self.app.test_client(), user or self.clerk)
        with client.session_transaction() as cookie:
            cookie["locale"] = lang
        return client

    @property
    def form(self) -> Any:
        return self.release.catalogue.form("application", self.items)

    def answers(self, **more: Any) -> dict[str, Any]:
        """What a family of one says, complete and valid."""
        facts = {
            "applicant_name": "Liu Example",
            "applicant_id_no": HEAD,
            "applicant_phone": "13900001234",
            "app_reason_text": "A test",
            "hh_hukou_region": VILLAGE,
            "hh_hukou_address": "1 Example Road",
            "hh_live_address": "1 Example Road",
        }
        facts |= more
        head = {"row_id": "m1", "member_name": facts["applicant_name"], "member_id_no": facts["applicant_id_no"]}
        facts.setdefault("members", [{**head, "member_sex": "1", "member_lives_together": True}])
        now = datetime.now(UTC)
        found = complete(self.release, self.items, facts, now=now, window=OTHER_COUNTY)
        latin: dict[str, Any] = in_latin(found)
        return latin

    def begin(self, client: Any, **form: Any) -> str:
        """Choose items for a new person; gives the draft's address."""
        page = client.get("/apply/items").get_data(as_text=True)
        token = csrf_of(page)
        data = {"csrf_token": token, "items": self.items, **form}
        answer = client.post("/apply/items", data=data)
        assert answer.status_code == 303, answer.get_data(as_text=True)[:2000]
        return str(answer.headers["Location"])

    def press(self, client: Any, address: str, button: str, answers: dict[str, Any], **more: Any) -> Any:
        """Fill the page of a draft with these answers and press a button."""
        page = client.get(address).get_data(as_text=True)
        return self.send(client, address, button, answers, page=page, **more)

    def send(self, client: Any, address: str, button: str, answers: dict[str, Any], *, page: str, **more: Any) -> Any:
        """Press a button on a page that was opened before."""
        own = dict(hidden_values(page))
        papers = more.pop("papers", ["id_card", "auth_letter", "unified_form"])
        name, _, value = button.partition("=")
        pairs = [
            *own.items(),
            *posted(self.form, answers),
            *(("_paper", paper) for paper in papers),
            (name, value or "1"),
            *more.items(),
        ]
        return client.post(address.partition("?")[0], data=as_form(pairs))

    def submitted(self, client: Any | None = None, **answers: Any) -> str:
        """One application taken at the window; its number."""
        client = client or self.sit()
        answer = self.press(client, self.begin(client), "_submit", self.answers(**answers))
        assert answer.status_code == 303, answer.get_data(as_text=True)[:3000]
        return str(answer.headers["Location"]).split("/")[2]


def in_latin(value: Any) -> Any:
    """Answers without Chinese, so that an English page shows only its own words."""
    if isinstance(value, dict):
        return {name: in_latin(one) for name, one in value.items()}
    if isinstance(value, list):
        return [in_latin(one) for one in value]
    return "Example" if isinstance(value, str) and CHINESE.search(value) else value


def as_form(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    return data
