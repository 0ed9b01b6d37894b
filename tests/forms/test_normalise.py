"""Normalising: people type differently, what is stored is spelt one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.forms import born_on, masked, normalise, normalise_value, resident_id_fault
from portal.forms.identity import check_character, from_fifteen, passes_luhn, sex_of


@pytest.mark.parametrize(
    ("question", "typed", "stored"),
    [
        ("applicant_name", "  测试\u3000甲 ", "测试\u3000甲"),
        ("applicant_name", "e\u0301\u200b", "é"),
        ("applicant_name", " \u200b ", None),
        ("app_reason_text", "一\r\n二\r三 ", "一\n二\n三"),
        ("applicant_id_no", " 11010519491231002x", "11010519491231002X"),
        ("applicant_id_no", "110105 19491231 002X", "11010519491231002X"),
        ("applicant_id_no", "110105491231002", "11010519491231002X"),
        ("applicant_id_no", "110105499931002", "110105499931002"),
        ("applicant_phone", "+86 138-0013-8000", "13800138000"),
        ("applicant_phone", "0527 - 84123456", "0527-84123456"),
        ("applicant_phone", "(0527)84123456", "052784123456"),
        ("hh_hukou_region", "321311106201 宿豫区仓集镇测试村", "321311106201"),
        ("member_birth_date", "20250308", "2025-03-08"),
        ("member_birth_date", "2025/3/8", "2025-03-08"),
        ("member_birth_date", "2025.03.8", "2025-03-08"),
        ("member_birth_date", "2025年3月8日", "2025-03-08"),
        ("member_birth_date", "昨天", "昨天"),
        ("pay_account_no", "6222 0000-1111 2222", "6222000011112222"),
        ("inc_wage_local", 10.0, 10),
        ("inc_wage_local", 10.5, 10.5),
        ("app_items", [" dibao "], ["dibao"]),
        ("app_items", [], None),
        ("app_mode", None, None),
        ("file_medical", "f1", ["f1"]),
    ],
)
def test_one_spelling_is_stored(form, question, typed, stored):
    assert normalise_value(form.questions[question], typed) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("2022-06-01 09:30", "2022-06-01T09:30:00+08:00"),
        ("20220601 9:30", "2022-06-01T09:30:00+08:00"),
        ("2022-06-01T09:30:15.123Z", "2022-06-01T09:30:15Z"),
        ("2022-06-01", "2022-06-01"),
    ],
)
def test_a_time_without_a_zone_is_beijing_time(visit, typed, stored):
    assert normalise_value(visit.questions["visit_start"], typed) == stored


def test_full_width_input_becomes_plain(form):
    assert normalise_value(form.questions["applicant_phone"], "１３８００１３８０００") == "13800138000"
    assert (
        normalise_value(form.questions["applicant_id_no"], "１１０１０５１９４９１２３１００２ｘ")
        == "11010519491231002X"
    )
    assert normalise_value(form.questions["member_birth_date"], "２０２５０３０８") == "2025-03-08"


def test_blanks_leave_and_wrong_shapes_stay(form, household):
    assert normalise(form, household) == household
    assert normalise(form, {"app_mode": " ", "stranger": None, "hh_size": "2"}) == {"hh_size": "2"}
    assert normalise(form, {"members": "x", "houses": [1]}) == {"members": "x", "houses": [1]}
    assert normalise(form, 7) == 7


@given(
    text=st.text(max_size=30),
    name=st.sampled_from(
        [
            "applicant_name",
            "applicant_id_no",
            "applicant_phone",
            "app_reason_text",
            "member_birth_date",
            "pay_account_no",
        ]
    ),
)
def test_normalising_twice_changes_nothing(composed, text, name):
    question = composed().questions[name]
    once = normalise_value(question, text)
    assert once is None or normalise_value(question, once) == once


@given(
    born=st.dates(
        min_value=__import__("datetime").date(1900, 1, 1), max_value=__import__("datetime").date(2030, 12, 31)
    ),
    order=st.integers(0, 999),
)
def test_citizen_numbers_check(born, order):
    body = f"321302{born:%Y%m%d}{order:03d}"
    number = body + check_character(body)
    assert resident_id_fault(number) is None
    assert born_on(number) == born
    assert sex_of(number) == ("1" if order % 2 else "2")
    changed = number[:5] + str((int(number[5]) + 1) % 10) + number[6:]
    assert resident_id_fault(changed) == "id_checksum"
    if born.year < 2000:
        assert (
            from_fifteen(body[:6] + body[8:]) == f"{body[:6]}19{body[8:]}{check_character(body[:6] + '19' + body[8:])}"
        )


def test_numbers_are_masked_and_accounts_checked():
    assert masked("11010519491231002X") == "1101**********002X"
    assert masked("E12345678") == "E1*****78"
    assert masked("1234567") == "*******"
    assert passes_luhn("4111111111111111")
    assert not passes_luhn("4111111111111112")
