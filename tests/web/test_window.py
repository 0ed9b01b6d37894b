"""A clerk's way: find the person, choose items, fill the one form, hand over a receipt, follow the file."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from portal.applications.models import Application, Draft
from portal.audit.models import Event
from portal.cases.models import Task
from portal.db import db
from tests.factories import COUNTY, OTHER_COUNTY, OTHER_TOWNSHIP, TOWNSHIP, csrf_of, post
from tests.families import id_number
from tests.window import HEAD, hidden_values


def text_of(answer):
    return answer.get_data(as_text=True)


def words_of(answer):
    """What a person reads, without tags."""
    page = re.sub(r"<(script|style).*?</\1>", "", text_of(answer), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def count(app, model):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model))


# --- the whole way ---------------------------------------------------------------------------------------------------


def test_one_family_from_the_search_box_to_the_receipt(window, app):
    client = window.sit()
    nobody = client.get(f"/apply?q={HEAD}")
    assert "没有找到" in text_of(nobody)
    address = re.search(r'href="(/apply/items\?new=[^"]+)"', text_of(nobody)).group(1).replace("&amp;", "&")
    plan = client.get(address + "&items=dibao&items=education_aid")
    assert "待“最低生活保障”确认后确认" in text_of(plan)
    answer = client.post(
        "/apply/items", data={"csrf_token": csrf_of(text_of(plan)), "new": HEAD, "items": window.items}
    )
    draft = answer.headers["Location"]
    assert f'value="{HEAD}"' in text_of(client.get(draft))

    refused = window.press(client, draft, "_submit", {"applicant_name": "Liu Example"}, papers=[])
    assert refused.status_code == 422
    assert 'id="error-summary" autofocus' in text_of(refused)
    assert 'href="#paper-id_card"' in text_of(refused)
    assert 'value="Liu Example"' in text_of(refused)

    taken = window.press(client, draft, "_submit", window.answers())
    assert taken.status_code == 303
    receipt = client.get(taken.headers["Location"])
    assert receipt.status_code == 200
    number = taken.headers["Location"].split("/")[2]
    assert number in text_of(receipt)
    assert "data:image/svg+xml" in text_of(receipt)
    with app.app_context():
        application = db.session.scalar(select(Application))
        task = db.session.scalar(select(Task))
        assert (application.number, application.window_region) == (number, OTHER_COUNTY)
        assert (task.step, task.region_code) == ("accept", TOWNSHIP)
        assert application.papers == ["auth_letter", "id_card", "unified_form"]
    file = client.get(f"/applications/{number}")
    assert "提交申请" in text_of(file)
    assert HEAD not in text_of(file)

    again = post(client, f"/applications/{number}/withdraw", {"reason": " "})
    assert again.status_code == 422
    gone = post(client, f"/applications/{number}/withdraw", {"reason": "申请人改变主意"})
    assert gone.status_code == 303
    assert "已撤回" in text_of(client.get(f"/applications/{number}"))


def test_a_known_family_is_found_and_nothing_known_is_typed_again(window):
    client = window.sit()
    window.submitted(client)
    found = client.get("/apply?q=" + quote(f" {HEAD[:6]} {HEAD[6:]} "))
    assert "已有在办事项" in text_of(found)
    assert HEAD not in words_of(found)
    address = re.search(r'href="(/apply/items\?person=[^"]+)"', text_of(found)).group(1).replace("&amp;", "&")
    items = client.get(address + "&items=medical_aid")
    assert "已在办或在享" in text_of(items)
    handle = re.search(r'name="person" value="([^"]+)"', text_of(items)).group(1)
    draft = window.begin(client, person=handle, items=["medical_aid", "housing_aid", "dibao"])
    form = text_of(client.get(draft))
    assert "教育救助:已推送" in form
    assert 'value="Liu Example"' in form
    assert "来自上次申请" in form
    assert "来自平台人员档案" in form
    assert not re.search(r'id="q-inc_wage_local"[^>]*value="[0-9]', form)
    assert not re.search(r'name="declare_true"[^>]*checked', form)


@pytest.mark.parametrize(
    "typed",
    [
        HEAD,
        HEAD.lower(),
        f"{HEAD[:6]} {HEAD[6:14]} {HEAD[14:]}",
        "".join(chr(ord(c) + 0xFEE0) for c in HEAD),
        f"\u3000{HEAD}\u200b",
    ],
)
def test_an_id_number_is_found_however_it_is_typed(window, typed):
    window.submitted()
    assert "找到 1 人" in text_of(window.sit().get(f"/apply?q={quote(typed)}"))


def test_a_slip_in_an_id_number_is_no_new_person(window):
    wrong = HEAD[:-1] + ("1" if HEAD[-1] != "1" else "2")
    page = text_of(window.sit().get(f"/apply?q={wrong}"))
    assert "校验" in page
    assert "登记新申请人" not in page


def test_less_than_a_number_finds_people_at_home_only(window):
    window.submitted()
    assert "没有找到" in text_of(window.sit().get("/apply?q=Liu"))
    at_home = window.sit(window.hire("window_clerk", TOWNSHIP))
    assert "找到 1 人" in text_of(at_home.get("/apply?q=Liu"))


# --- buttons of the form -------------------------------------------------------------------------------------------


def test_every_button_keeps_what_was_typed(window):
    client = window.sit()
    draft = window.begin(client)
    answers = {"applicant_name": "Liu Example", "members": [{"row_id": "m1", "member_name": "Liu Example"}]}
    added = window.press(client, draft, "_add=members", answers)
    assert added.headers["Location"].endswith("#s-member-r-members-1")
    assert 'name="members-1-row_id"' in text_of(client.get(draft))
    answers["members"].append({"row_id": "m2", "member_name": "Ma Example"})
    none = window.press(client, draft, "_none=income", answers)
    assert none.headers["Location"].endswith("#s-income")
    page = text_of(client.get(draft))
    assert re.search(r'id="q-inc_wage_local"[^>]*value="0"', page)
    assert 'value="Ma Example"' in page
    window.press(client, draft, "_remove=members-0", answers)
    page = text_of(client.get(draft))
    assert 'name="members-1-row_id"' not in page
    assert re.search(r'name="members-0-row_id" value="m2"', page)


def test_what_cannot_be_read_is_kept_and_named(window):
    client = window.sit()
    draft = window.begin(client)
    saved = window.press(client, draft, "_save", {}, inc_wage_local="一千", applicant_id_no="12345")
    assert saved.status_code == 303
    page = text_of(client.get(draft + "?checked=1"))
    assert 'value="一千"' in page
    assert "应是金额" in page
    assert 'value="12345"' in page


def test_the_applicant_is_the_first_member_without_typing_him_twice(window):
    client = window.sit()
    draft = window.begin(client)
    window.press(client, draft, "_refresh", {"applicant_name": "Liu Example", "applicant_id_no": HEAD.lower()})
    page = text_of(client.get(draft))
    assert re.search(rf'id="q-members-0-member_id_no"[^>]*value="{HEAD}"', page)
    assert re.search(r'id="q-members-0-member_birth_date"[^>]*value="1980-01-01"', page)


def test_items_are_changed_in_the_middle_and_answers_stay(window):
    client = window.sit()
    draft = window.begin(client)
    changed = window.press(client, draft, "_items", {"applicant_name": "Liu Example"})
    page = text_of(client.get(changed.headers["Location"]))
    token = csrf_of(page)
    number = draft.rpartition("/")[2]
    data = {"csrf_token": token, "draft": number, "items": ["dibao", "medical_aid"]}
    assert client.post("/apply/items", data=data).headers["Location"] == draft
    page = text_of(client.get(draft))
    assert "医疗救助" in page
    assert 'value="Liu Example"' in page


def test_an_emergency_is_taken_before_its_papers(window):
    client = window.sit()
    draft = window.begin(client)
    answers = window.answers(app_urgent=True)
    assert window.press(client, draft, "_submit", {**answers, "app_urgent": False}, papers=[]).status_code == 422
    taken = window.press(client, draft, "_submit", answers, papers=[])
    assert taken.status_code == 303
    assert "还要补交" in text_of(client.get(taken.headers["Location"]))


# --- once, and by the right people ---------------------------------------------------------------------------------


def test_pressing_submit_twice_is_one_application(window, app):
    client = window.sit()
    draft = window.begin(client)
    page = text_of(client.get(draft))
    answers = window.answers()
    first = window.send(client, draft, "_submit", answers, page=page)
    second = window.send(client, draft, "_submit", answers, page=page)
    assert first.headers["Location"] == second.headers["Location"]
    assert count(app, Application) == 1


def test_two_tabs_choose_place_by_place(window):
    client = window.sit()
    draft = window.begin(client)
    old = text_of(client.get(draft))
    window.press(client, draft, "_save", {"applicant_name": "First Tab", "applicant_phone": "13900000001"})
    mine = {"applicant_name": "Second Tab", "hh_live_address": "2 Example Road"}
    conflict = window.send(client, draft, "_save", mine, page=old)
    assert conflict.status_code == 409
    page = text_of(conflict)
    assert "First Tab" in page
    assert "Second Tab" in page
    assert "13900000001" in page
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    data = {**dict(hidden), "_take:applicant_name": "mine", "_take:applicant_phone": "theirs", "_resolve": "chosen"}
    assert client.post(draft, data=data).status_code == 303
    page = text_of(client.get(draft))
    for value in ("Second Tab", "13900000001", "2 Example Road"):
        assert f'value="{value}"' in page


def test_a_second_tab_with_nothing_new_is_no_conflict(window):
    client = window.sit()
    draft = window.begin(client)
    old = text_of(client.get(draft))
    window.press(client, draft, "_save", {"applicant_name": "Liu Example"})
    same = window.send(client, draft, "_save", {"applicant_name": "Liu Example"}, page=old)
    assert same.status_code == 303


def test_a_colleague_goes_on_and_a_stranger_finds_nothing(window):
    client = window.sit()
    draft = window.begin(client)
    window.press(client, draft, "_save", {"applicant_name": "Liu Example"})
    colleague = window.sit(window.hire("window_clerk", OTHER_COUNTY))
    assert "Liu Example" in text_of(colleague.get("/drafts"))
    assert colleague.get(draft).status_code == 200
    for role, region in (("window_clerk", COUNTY), ("township_officer", OTHER_TOWNSHIP), ("supervisor", "3213")):
        stranger = window.sit(window.hire(role, region))
        assert stranger.get(draft).status_code in {403, 404}
        assert post(stranger, draft, {"applicant_name": "Forged"}).status_code in {403, 404}
        assert post(stranger, f"{draft}/discard").status_code in {403, 404}
    assert 'value="Liu Example"' in text_of(client.get(draft))


def test_a_draft_is_thrown_away_with_a_trace(window, app):
    client = window.sit()
    draft = window.begin(client)
    assert post(client, f"{draft}/discard").status_code == 303
    assert client.get(draft).status_code == 404
    assert count(app, Draft) == 0
    with app.app_context():
        actions = set(db.session.scalars(select(Event.action)))
    assert {"draft.begun", "draft.discarded"} <= actions
    assert window.begin(client) != draft


def test_both_windows_see_a_file_and_nobody_else(window):
    number = window.submitted()
    assert window.sit(window.hire("window_clerk", TOWNSHIP)).get(f"/applications/{number}").status_code == 200
    for role, region, department in (
        ("window_clerk", OTHER_TOWNSHIP, None),
        ("window_clerk", "321302105", None),
        ("department_officer", COUNTY, "MZ"),
    ):
        other = window.sit(window.hire(role, region, department))
        for address in ("", "/receipt", "/letters/1"):
            assert other.get(f"/applications/{number}{address}").status_code in {403, 404}
        assert post(other, f"/applications/{number}/withdraw", {"reason": "x"}).status_code in {403, 404}
        assert post(other, f"/applications/{number}/unmask", {"purpose": "x"}).status_code in {403, 404}


def test_full_numbers_are_shown_for_a_purpose_that_is_kept(window, app):
    client = window.sit()
    number = window.submitted(client)
    assert post(client, f"/applications/{number}/unmask", {"purpose": ""}).status_code == 422
    shown = post(client, f"/applications/{number}/unmask", {"purpose": "与银行核对账号"})
    assert HEAD in text_of(shown)
    with app.app_context():
        event = db.session.scalar(select(Event).where(Event.action == "application.unmasked"))
        assert event.data["purpose"] == "与银行核对账号"


# --- hostile input ----------------------------------------------------------------------------------------------------


def test_nonsense_in_addresses_is_refused_plainly(window):
    client = window.sit()
    for address in (
        "/apply/items?items=no_such_item",
        "/apply/items?person=forged.handle",
        "/apply/items?draft=abc",
        "/apply/items?draft=99999999999999",
        "/drafts/999999",
        "/applications/1' or 1=1",
    ):
        assert client.get(address).status_code == 404, address
    assert client.get("/applications?before=abc&status=nonsense&q=%00").status_code in {200, 400}
    assert post(client, "/apply/items", {"items": ["price_subsidy"]}).status_code == 422
    assert post(client, "/apply/items", {"items": []}).status_code == 422
    assert post(client, "/apply/items", {"items": ["no_such_item"]}).status_code == 404


def test_a_handle_serves_only_the_clerk_who_found_the_person(window):
    client = window.sit()
    window.submitted(client)
    page = text_of(client.get(f"/apply?q={HEAD}"))
    handle = re.search(r"person=([^&\"]+)", page).group(1)
    assert client.get(f"/apply/items?person={handle}").status_code == 200
    other = window.sit(window.hire("window_clerk", OTHER_COUNTY))
    assert other.get(f"/apply/items?person={handle}").status_code == 404


def test_a_window_of_somebody_else_is_not_taken(window, app):
    client = window.sit()
    window.begin(client, window=COUNTY)
    with app.app_context():
        assert db.session.scalar(select(Draft.window_region)) == OTHER_COUNTY


def test_the_platforms_own_answers_cannot_be_sent(window, app):
    client = window.sit()
    draft = window.begin(client)
    sent = window.press(
        client, draft, "_submit", window.answers(), app_channel="online", app_accept_region=COUNTY, app_items="gas_cut"
    )
    assert sent.status_code == 303
    with app.app_context():
        answers = db.session.scalar(select(Application.answers))
    assert answers["app_accept_region"] == OTHER_COUNTY
    assert answers["app_items"] == window.items


def test_a_form_of_an_older_release_keeps_its_answers(window, app, shipped_release):
    from portal.catalogue.documents import Source
    from portal.catalogue.release import build
    from tests.window import put_in_force

    client = window.sit()
    draft = window.begin(client)
    page = text_of(client.get(draft))
    documents = {**shipped_release.source.documents}
    bundles = next(path for path in documents if path.endswith("bundles.json"))
    documents[bundles] = {**documents[bundles], "bundles": documents[bundles]["bundles"][:1]}
    with app.app_context():
        put_in_force(build(Source(documents)))
    stale = window.send(client, draft, "_submit", {"applicant_name": "Liu Example"}, page=page, inc_wage_local="一千")
    assert stale.status_code == 409
    assert "目录已更新" in text_of(stale)
    assert 'value="Liu Example"' in text_of(stale)
    assert 'value="一千"' in text_of(stale)
    with app.app_context():
        assert db.session.scalar(select(Draft.answers)) == {}
    assert "已换到新表" in text_of(client.get(draft))
    kept = window.send(client, draft, "_save", {"applicant_name": "Liu Example"}, page=text_of(stale))
    assert kept.status_code == 303
    assert "已换到新表" not in text_of(client.get(draft))


def test_a_script_that_saves_by_itself_is_answered_in_json(window):
    client = window.sit()
    draft = window.begin(client)
    own = dict(hidden_values(text_of(client.get(draft))))
    headers = {"Accept": "application/json"}
    saved = client.post(draft, data={**own, "applicant_name": "Liu Example", "_save": "1"}, headers=headers)
    assert saved.json["revision"] == 2
    late = client.post(draft, data={**own, "applicant_name": "Other", "_save": "1"}, headers=headers)
    assert (late.status_code, late.json["conflict"]) == (409, True)


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_pages_by_key_and_finds_by_number_name_phone_and_id(window, app):
    client = window.sit()
    numbers = [window.submitted(client, applicant_id_no=id_number("1980-01-01", 11 + 2 * n)) for n in range(3)]
    app.config["PORTAL"] = app.config["PORTAL"].__class__(**{**vars(app.config["PORTAL"]), "page_size": 2})
    first = text_of(client.get("/applications"))
    assert numbers[2] in first
    assert numbers[0] not in first
    older = re.search(r'href="(/applications\?before=[0-9]+)"', first).group(1)
    assert numbers[0] in text_of(client.get(older))
    for wanted in (numbers[1], id_number("1980-01-01", 13)):
        page = text_of(client.get(f"/applications?q={wanted}"))
        assert numbers[1] in page
        assert numbers[0] not in page
    assert "没有符合条件" in text_of(client.get("/applications?status=refused"))


# --- what registers know ---------------------------------------------------------------------------------------------


def test_a_register_answers_once_for_a_person_named_and_says_so(window, app):
    from portal.access.queries import actor_for
    from portal.db import transaction
    from portal.reader import now
    from portal.registers.commands import save
    from portal.registers.queries import shape

    window.items = ["dibao", "disability_living"]
    officer = window.hire("department_officer", COUNTY, "CL")
    with app.app_context(), app.test_request_context(), transaction(db.session()) as session:
        save(
            session,
            actor_for(session, officer, "Officer Example", today=now().date()),
            shape(window.release.catalogue, "disability_cards"),
            {"cert_no": f"{HEAD}42", "name": "Liu Example", "id_no": HEAD, "kind": "4", "grade": "2"},
            now=now(),
        )
    client = window.sit()
    draft = window.begin(client, items=window.items)
    window.press(client, draft, "_refresh", {"applicant_name": "Liu Example", "applicant_id_no": HEAD})
    page = text_of(client.get(draft))
    assert re.search(r'name="members-0-member_disability_grade".*?<option value="2" selected>', page, re.DOTALL)
    assert "来自残疾人证台账" in page
    cleared = {"applicant_name": "Liu Example", "applicant_id_no": HEAD}
    cleared["members"] = [{"row_id": "m1", "member_name": "Liu Example", "member_id_no": HEAD}]
    window.press(client, draft, "_save", cleared)
    page = text_of(client.get(draft))
    assert not re.search(
        r'name="members-0-member_disability_grade"[^>]*>\s*<option value="">[^<]*</option><option[^>]*selected', page
    )
    with app.app_context():
        filled = db.session.scalars(select(Event).where(Event.action == "draft.filled")).all()
    assert [event.data["registers"] for event in filled] == [["disability_cards"]]


def test_a_family_with_something_under_way_is_told_at_the_first_identifier(window):
    client = window.sit()
    number = window.submitted(client)
    draft = window.begin(client)
    assert number not in text_of(client.get(draft))
    window.press(client, draft, "_save", {"applicant_id_no": HEAD})
    page = text_of(client.get(draft))
    assert "已有在办事项" in page
    assert number in page


def test_a_clerk_of_two_windows_says_which_one_takes_it(window, app):
    from datetime import UTC, date, datetime

    from flask_appbuilder.security.sqla.models import User

    from portal.access.commands import assign

    with app.app_context():
        user = db.session.get(User, window.clerk)
        assign(
            db.session(),
            user,
            role="window_clerk",
            region_code=TOWNSHIP,
            actor_name="tests",
            now=datetime.now(UTC),
            first_day=date(2020, 1, 1),
        )
        db.session.commit()
    client = window.sit()
    page = text_of(client.get(f"/apply?window={TOWNSHIP}"))
    assert f'<option value="{TOWNSHIP}" selected>' in page
    window.begin(client, window=TOWNSHIP)
    with app.app_context():
        assert db.session.scalar(select(Draft.window_region)) == TOWNSHIP


def test_who_may_only_read_sees_the_file_and_no_button(window):
    number = window.submitted()
    supervisor = window.sit(window.hire("supervisor", "3213"))
    page = text_of(supervisor.get(f"/applications/{number}"))
    assert 'id="withdraw"' not in page
    assert supervisor.get("/apply").status_code == 403
    assert post(supervisor, f"/applications/{number}/withdraw", {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("app_database", ["sqlite", "postgres"], indirect=True)
def test_two_people_pressing_submit_at_the_same_instant_make_one_application(window, app):
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    draft = window.begin(window.sit())
    clerks = [window.clerk, *(window.hire("window_clerk", OTHER_COUNTY) for _ in range(3))]
    clients = [window.sit(clerk) for clerk in clerks]
    pages = [text_of(client.get(draft)) for client in clients]
    answers, start = window.answers(), Barrier(len(clients))

    def press(client, page):
        start.wait()
        return window.send(client, draft, "_submit", answers, page=page)

    with ThreadPoolExecutor(len(clients)) as hands:
        taken = list(hands.map(press, clients, pages))
    assert {answer.status_code for answer in taken} == {303}
    assert len({answer.headers["Location"] for answer in taken}) == 1
    assert count(app, Application) == 1
