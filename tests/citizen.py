"""A citizen with a phone: signs in with a code, fills the one form section by section, as a browser would send it."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

from PIL import Image

from portal.access.citizens import make_code
from portal.db import db, transaction
from tests.factories import csrf_of
from tests.window import posted

PHONE = "13900001234"


def picture(colour: str = "white") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(made, "PNG")
    return made.getvalue()


@dataclass
class Citizen:
    """One phone's browser."""

    client: Any

    @property
    def app(self) -> Any:
        return self.client.application

    def page(self, address: str, status: int = 200) -> str:
        answer = self.client.get(address)
        assert answer.status_code == status, (address, answer.status_code, answer.headers.get("Location"))
        return str(answer.get_data(as_text=True))

    def post(self, address: str, data: dict[str, Any] | None = None, **rest: Any) -> Any:
        token = csrf_of(self.page("/track"))
        return self.client.post(address, data={"csrf_token": token, **(data or {})}, **rest)

    def enter(self, phone: str = PHONE) -> Citizen:
        """Sign in by the pages a person sees; the demonstration tells the code."""
        assert self.post("/me/login", {"phone": phone}).status_code == 303
        code = re.search(r"验证码是 (\d{6})|code is (\d{6})", self.page("/me/code"))
        assert code
        answer = self.post("/me/code", {"code": code[1] or code[2]})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return self

    def code(self, phone: str = PHONE) -> str:
        """A code made behind the pages, for what comes after it."""
        from portal.reader import now

        with self.app.test_request_context(), transaction(db.session()) as session:
            return make_code(session, phone, now=now())

    def begin(self, items: list[str]) -> str:
        answer = self.post("/me/apply", {"items": items})
        assert answer.status_code == 303, answer.get_data(as_text=True)[:1500]
        return str(answer.headers["Location"])

    def fill(self, draft: str, form: Any, answers: dict[str, Any]) -> list[str]:
        """Every section with its part of the answers, and “next” pressed; the sections that were shown."""
        pairs = posted(form, answers)
        done: list[str] = []
        for _ in range(60):
            sections = re.findall(rf'href="{draft}/([a-z_]+)">', self.page(draft))
            left = [one for one in sections if one not in {"papers", "signatures", "check", *done}]
            if not left:
                return done
            section = left[0]
            page = self.page(f"{draft}/{section}")
            shown = set(re.findall(r' name="([a-z][^"]*)"', page))
            data: dict[str, Any] = {"_next": "1"}
            for name, value in pairs:
                if name in shown or name.endswith("-none") or "-row_id" in name:
                    data.setdefault(name, []).append(value)
            answer = self.post(f"{draft}/{section}", data)
            told = re.findall(r'class="alert-link" href="#([^"]+)">([^<]+)', answer.get_data(as_text=True))
            assert answer.status_code == 303, (section, told)
            done.append(section)
        raise AssertionError("the form never ends")

    def hand_in(self, draft: str) -> None:
        """The id card photographed, the letter signed."""
        for address, data in (
            (f"{draft}/papers", {"paper": "id_card", "place": "", "files": (io.BytesIO(picture()), "id.png")}),
            (f"{draft}/sign", {"signature": "", "scan": (io.BytesIO(picture("black")), "sign.png")}),
        ):
            answer = self.post(address, data, content_type="multipart/form-data")
            assert answer.status_code == 303, answer.get_data(as_text=True)[:800]
