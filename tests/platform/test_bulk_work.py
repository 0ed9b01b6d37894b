"""Many cases at once: a preview that promises only what is kept, a result for every row, and no way around the scope."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from portal.cases.models import Case, Determination
from portal.db import db, open_session, transaction
from tests.factories import post
from tests.platform.town import COUNTY, VILLAGE, hand

LIST = "/items/dibao"


@pytest.fixture
def families(settings, vault, town):
    """Six families in our county who ask for the minimum living allowance; the last one is not eligible."""
    with open_session(settings.database_url, vault) as session, transaction(session):
        town.db = session
        cases = []
        for number in range(6):
            wage = 5_000_000 if number == 5 else 0
            cases.append(
                town.accepted(["dibao"], village=VILLAGE, dibao_kind="household", inc_wage_local=wage)["dibao"].id
            )
            town.finish_front(session.get_one(Case, cases[-1]).application, ["dibao"], visit=True)
    return cases


def previewed(page):
    """The rows the preview offers, as its form would send them."""
    fields = dict(re.findall(r'name="(seen_[0-9]+)" value="([^"]*)"', page))
    return {"rowid": re.findall(r'name="rowid" value="([0-9]+)"', page), **fields}


def states(app):
    with app.app_context():
        return dict(db.session.execute(select(Case.id, Case.prepared_outcome)).all())


def test_a_preview_does_nothing_and_says_what_will_happen(as_, town_app, families):
    before = states(town_app)
    page = post(as_("mz"), f"{LIST}/action_post", {"action": "agree", "rowid": families})
    assert page.status_code == 200
    assert states(town_app) == before
    assert "可办理 5 件,不能一并办理 1 件" in page.text
    assert "系统建议为“不符合”,请逐件研判" in page.text
    assert "认定符合," in page.text
    assert previewed(page.text)["rowid"] == [str(number) for number in families[:5]]


def test_what_was_previewed_is_done_with_a_reason_for_each(as_, town_app, families):
    mz = as_("mz")
    page = post(mz, f"{LIST}/action_post", {"action": "agree", "rowid": families}).text
    own = {f"reason_{families[0]}": "逐件核过", "reason": "材料齐全,按建议认定"}
    result = post(mz, f"{LIST}/bulk", {"bulk": "agree", **previewed(page), **own})
    assert result.status_code == 200
    assert "办理了 5 件,没有办理 0 件" in result.text
    found = states(town_app)
    assert [found[number] for number in families] == ["eligible"] * 5 + [""]
    with town_app.app_context():
        reasons = dict(db.session.execute(select(Determination.case_id, Determination.reason)).all())
    assert reasons[families[0]] == "逐件核过"
    assert reasons[families[1]] == "材料齐全,按建议认定"
    again = post(mz, f"{LIST}/bulk", {"bulk": "agree", **previewed(page), **own})
    assert "办理了 0 件,没有办理 5 件" in again.text


def test_what_changed_after_the_preview_is_left_alone(as_, town_app, families, settings, vault):
    mz = as_("mz")
    rows = previewed(post(mz, f"{LIST}/action_post", {"action": "agree", "rowid": families[:2]}).text)
    rows[f"seen_{families[0]}"] = rows[f"seen_{families[0]}"].replace(":", ":1", 1)
    result = post(mz, f"{LIST}/bulk", {"bulk": "agree", **rows})
    assert "办理了 1 件,没有办理 1 件" in result.text
    assert "预览之后情况已变化" in result.text
    assert states(town_app)[families[0]] == ""


def test_forged_rows_are_not_there_and_nothing_is_done(as_, town_app, families, town):
    before = states(town_app)
    for strange in ("2", "999999", "abc", "1 or 1=1"):
        rows = [str(families[0]), strange]
        assert post(as_("mz"), f"{LIST}/action_post", {"action": "agree", "rowid": rows}).status_code == 404
        data = {"bulk": "agree", "rowid": rows, f"seen_{strange}": "x"}
        assert post(as_("mz"), f"{LIST}/bulk", data).status_code == 404
    assert post(as_("mz"), f"{LIST}/bulk", {"bulk": "drop", "rowid": families[:1]}).status_code == 404
    assert post(as_("jy"), f"{LIST}/bulk", {"bulk": "agree", "rowid": families[:1]}).status_code == 403
    assert states(town_app) == before


def test_who_may_not_decide_is_offered_nothing_and_refused(as_, town_app, families):
    supervisor = as_("supervisor")
    page = supervisor.get(f"{LIST}/list/").text
    assert 'name="rowid"' not in page
    assert 'name="action"' not in page
    for name in ("agree", "confirm"):
        assert post(supervisor, f"{LIST}/action_post", {"action": name, "rowid": families}).status_code == 403
        assert post(supervisor, f"{LIST}/bulk", {"bulk": name, "rowid": families}).status_code == 403
    assert 'value="agree"' in as_("mz").get(f"{LIST}/list/").text
    assert 'value="confirm"' not in as_("mz").get(f"{LIST}/list/").text
    assert 'value="confirm"' in as_("mz_head").get(f"{LIST}/list/").text


def test_nobody_confirms_blindly(as_, town_app, families, settings, vault, town):
    with open_session(settings.database_url, vault) as session, transaction(session):
        town.db = session
        officer = hand("department_officer", COUNTY, "MZ", number=town.users["mz"])
        for number, amount in ((families[0], None), (families[1], 12300)):
            case = session.get_one(Case, number)
            payload = {} if amount is None else {"amount_fen": amount}
            town.do(case.application, officer, "decide", "eligible", payload, item="dibao", reason="另行核定")
        town.publicity_over(12)
    page = post(as_("mz_head"), f"{LIST}/action_post", {"action": "confirm", "rowid": families[:3]}).text
    assert "可办理 2 件,不能一并办理 1 件" in page
    assert "研判理由:另行核定" in page
    assert page.index(f'value="{families[1]}"') < page.index("金额与建议") < page.index(f'value="{families[0]}"')
    result = post(as_("mz_head"), f"{LIST}/bulk", {"bulk": "confirm", **previewed(page), "reason": "同意"})
    assert "办理了 2 件,没有办理 0 件" in result.text
    with town_app.app_context():
        assert db.session.get(Case, families[0]).status == "confirmed"
