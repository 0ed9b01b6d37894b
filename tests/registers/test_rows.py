"""One row of a register: entered, changed, deleted, found, and never seen by another department."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from portal.audit.models import Event
from portal.audit.queries import broken_links
from portal.errors import Refused
from portal.registers import commands, queries
from portal.registers.models import RegisterRow
from portal.registers.rules import faults, read_row, shape_of, shown
from tests.families import id_number
from tests.registers.conftest import COUNTY, NOON, OTHER_COUNTY, account, keeper

SW = keeper("SW")


def saved(session, one, row, actor=SW, **more):
    return commands.save(session, actor, one, row, now=NOON, **more)


def refused(session, one, row, actor=SW, **more):
    with pytest.raises(Refused) as caught:
        saved(session, one, row, actor, **more)
    return caught.value


def actions(session):
    return list(session.scalars(select(Event.action).order_by(Event.id)))


def test_a_row_is_stored_with_its_identifiers_sealed(session, water):
    row = saved(session, water, account(1))
    assert row.data["id_no"].startswith("sealed:1:")
    assert row.region_code == COUNTY
    assert row.department_code == "SW"
    assert queries.clear(session, row) == account(1)
    assert queries.masked(session, row)["id_no"].endswith(account(1)["id_no"][-2:])
    assert account(1)["id_no"] not in str(row.data) + row.search + row.key + row.person_index


def test_a_key_that_is_an_identifier_is_stored_as_its_blind_index(session, cards):
    number = id_number("1960-05-05", 3)
    row = saved(session, cards, {"cert_no": number + "43", "id_no": number}, keeper("CL"))
    assert number not in f"{row.key}{row.search}{row.data}"
    assert queries.search(session, keeper("CL"), cards, number + "43") == [row]
    assert refused(session, cards, {"cert_no": number + "43", "id_no": number}, keeper("CL")).problem.code == (
        "register-key-taken"
    )


def test_what_is_typed_is_brought_into_one_spelling(water):
    typed = {
        "account_no": " Ｗ１２３ ",
        "id_no": account(1)["id_no"][:17] + " " + account(1)["id_no"][17].lower(),
        "shared_meter": "是",
        "state": "在用",
        "name": " ",
    }
    row = read_row(water, typed)
    assert row["shared_meter"] is True
    assert row["state"] == "open"
    assert row["id_no"] == account(1)["id_no"]
    assert "name" not in row


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({"account_no": ""}, "account_no", "请填写“户号”"),
        ({"id_no": "32131119500101001"}, "id_no", "应是 18 位"),
        ({"id_no": "321311195001010019"}, "id_no", "校验不通过"),
        ({"id_no": "321311195013010010"}, "id_no", "出生日期不存在"),
        ({"name": "长" * 51}, "name", "最多 50 个字,现在是 51 个"),
        ({"state": "gone"}, "state", "选项里没有“gone”"),
        ({"shared_meter": "也许"}, "shared_meter", "请选“是”或“否”"),
        ({"name": "a\x00b"}, "name", "不能使用的字符"),
        ({"name": "\ud800"}, "name", "不能使用的字符"),
        ({"account_no": "9" * 5_000}, "account_no", "最多 20 个字"),
        ({"stranger": "x"}, "stranger", "没有“stranger”这一项"),
    ],
)
def test_a_faulty_value_is_named_in_both_languages(session, water, change, column, words):
    refusal = refused(session, water, account(1, **change))
    (fault,) = refusal.fields
    assert fault.question == column
    assert words in fault.message.zh
    assert fault.message.en.isascii() or "“" in fault.message.en
    assert session.scalar(select(func.count()).select_from(RegisterRow)) == 0


def test_every_faulty_column_is_told_at_once(session, water):
    fields = refused(session, water, {"state": "x", "shared_meter": 3}).fields
    assert [fault.question for fault in fields] == ["account_no", "id_no", "shared_meter", "state"]


def test_days_must_exist(session, elders):
    row = {"id_no": id_number("1940-02-28"), "name": "示例老人", "birth_date": "1940-02-30"}
    assert "没有 1940-02-30" in refused(session, elders, row, keeper("MZ")).fields[0].message.zh
    row["birth_date"] = "some day"
    assert "应是日期" in refused(session, elders, row, keeper("MZ")).fields[0].message.zh


def test_a_change_leaves_a_line_that_names_columns_and_no_values(session, water):
    row = saved(session, water, account(1))
    saved(session, water, account(1, address="新路9号"), row_id=row.id)
    events = session.scalars(select(Event).order_by(Event.id)).all()
    assert [event.action for event in events] == ["register.added", "register.changed"]
    assert events[1].data["columns"] == ["address"]
    assert account(1)["id_no"] not in str([event.data for event in events])
    assert list(broken_links(session)) == []


def test_a_row_may_take_a_new_key_but_not_anothers(session, water):
    first, second = saved(session, water, account(1)), saved(session, water, account(2))
    saved(session, water, account(3), row_id=first.id)
    assert refused(session, water, account(2), row_id=first.id).fields[0].question == "account_no"
    saved(session, water, account(2), row_id=second.id)


def test_deleting_is_written_down(session, water):
    row = saved(session, water, account(1))
    commands.delete(session, SW, water, row.id, now=NOON)
    session.flush()
    assert actions(session)[-1] == "register.deleted"
    assert session.scalar(select(func.count()).select_from(RegisterRow)) == 0


STRANGERS = {
    "another department": keeper("GD"),
    "another county": keeper("SW", OTHER_COUNTY),
    "an auditor": keeper(None, "3213", "auditor"),
    "a head without the function": keeper("SW", COUNTY, "department_head"),
    "a window": keeper(None, COUNTY, "window_clerk"),
}


@pytest.mark.parametrize("who", STRANGERS.values(), ids=STRANGERS)
def test_strangers_see_and_touch_nothing(session, water, who):
    row = saved(session, water, account(1))
    assert queries.search(session, who, water) == []
    assert queries.count(session, who, "utility_accounts") == 0
    assert list(queries.every(session, who, "utility_accounts")) == []
    for attempt in (
        lambda: queries.get(session, who, water.slug, row.id),
        lambda: commands.delete(session, who, water, row.id, now=NOON),
        lambda: commands.reveal(session, who, water, row.id, "reason", now=NOON),
        lambda: saved(session, water, account(1), who, row_id=row.id),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        assert caught.value.problem.status == 404


def test_only_the_keepers_of_a_department_have_its_register(catalogue):
    assert [one.slug for one in queries.kept_by(catalogue, SW)] == ["utility_accounts"]
    assert queries.kept_by(catalogue, STRANGERS["an auditor"]) == ()
    with pytest.raises(Refused) as caught:
        queries.of_actor(keeper("GD"), queries.shape(catalogue, "utility_accounts"))
    assert caught.value.problem.status == 404
    with pytest.raises(Refused, match="utility_accounts"):
        queries.shape(catalogue, "utility_acounts")


def test_a_row_of_another_county_cannot_be_entered(session, elders):
    there = {"id_no": id_number("1940-01-01"), "name": "示例", "region": OTHER_COUNTY + "105001"}
    assert refused(session, elders, there, keeper("MZ")).fields[0].code == "outside"
    assert saved(session, elders, there, keeper("MZ", "3213")).region_code == there["region"]


def test_a_row_is_found_by_number_name_or_part_of_an_address(session, catalogue):
    water = shape_of(catalogue.registers["utility_accounts"], catalogue.bank)
    rows = [saved(session, water, account(n)) for n in (1, 2, 3)]
    for text in (account(2)["id_no"], "W000002", "w000002", "户主2", " 示例户主2 "):
        assert queries.search(session, SW, water, text) == [rows[1]], text
    assert queries.search(session, SW, water, "%") == []
    assert len(queries.search(session, SW, water, "示例")) == 3
    assert queries.search(session, SW, water, after=rows[0].id, limit=1) == [rows[1]]


def test_full_numbers_are_shown_for_a_written_purpose(session, water):
    row = saved(session, water, account(1))
    with pytest.raises(Refused) as caught:
        commands.reveal(session, SW, water, row.id, " ", now=NOON)
    assert caught.value.problem.code == "purpose-missing"
    assert commands.reveal(session, SW, water, row.id, "核对户主", now=NOON)["id_no"] == account(1)["id_no"]
    event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (event.action, event.data["purpose"]) == ("register.revealed", "核对户主")


def test_codes_are_shown_with_their_titles(cards, water):
    assert shown(cards.columns["kind"], "1").zh == "视力残疾"
    assert shown(water.columns["state"], "closed").en == "Closed"
    assert shown(water.columns["shared_meter"], False).zh == "否"
    assert shown(water.columns["name"], None).zh == ""
    assert read_row(cards, {"kind": "1 视力残疾", "grade": "一级"}) == {"kind": "1", "grade": "1"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(row=st.dictionaries(st.sampled_from(["cert_no", "id_no", "kind", "review_date", "x"]), JSON))
def test_any_json_gives_faults_and_never_an_exception(cards, row):
    clean = read_row(cards, row)
    assert faults(cards, clean)  # a certificate's number and an id number that check do not come by chance
