"""A small bank with one question of every type, and a household that answers it without fault."""

import copy
import json
from datetime import date
from pathlib import Path

import pytest

from portal.forms import Bank, compose
from portal.rules import Environment

DOCUMENTS = json.loads((Path(__file__).parent / "small_bank.json").read_text(encoding="utf-8"))
MOTHER, SON = "11010519491231002X", "321302201105010012"
HOUSEHOLD = {
    "app_mode": "self",
    "app_items": ["dibao", "medical_aid"],
    "app_urgent": False,
    "app_reason_text": "因病致困\n请予救助",
    "applicant_name": "测试·甲𠮷",
    "applicant_id_type": "111",
    "applicant_id_no": MOTHER,
    "applicant_phone": "0527-84123456",
    "hh_hukou_region": "321311106201",
    "hh_live_months": 24,
    "hh_size": 2,
    "members": [
        {
            "row_id": "m1",
            "member_name": "测试·甲𠮷",
            "member_id_type": "111",
            "member_id_no": MOTHER,
            "member_sex": "2",
            "member_birth_date": "1949-12-31",
            "member_lives_together": True,
            "member_disabled": False,
        },
        {
            "row_id": "m2",
            "member_name": "测试乙",
            "member_id_type": "414",
            "member_id_no": "E12345678",
            "member_sex": "1",
            "member_birth_date": "2011-05-01",
            "member_lives_together": True,
            "member_disabled": True,
            "member_disability_grade": "2",
            "member_disability_cert_no": "32130220110501001242",
            "member_guardian_name": "测试甲",
        },
    ],
    "inc_wage_local": 720_000,
    "inc_wage_odd": 0,
    "houses": [{"row_id": "h1", "house_kind": "self_built", "house_area": 24.5}],
    "med_patient": "m1",
    "file_medical": ["0a1b2c"],
    "pay_account_no": "4111111111111111",
    "applicant_sign": "sig-1",
}


@pytest.fixture(scope="session")
def bank():
    return Bank.of(DOCUMENTS["sections"], DOCUMENTS["codes"], DOCUMENTS["application"], DOCUMENTS["home_visit"])


@pytest.fixture(scope="session")
def needs():
    return {slug: tuple(ids) for slug, ids in DOCUMENTS["needs"]["application"].items()}


@pytest.fixture(scope="session")
def form(bank, needs):
    return compose(bank, needs)


@pytest.fixture(scope="session")
def composed(form):
    """The form behind a call, so that Hypothesis does not print all of it with every example."""
    return lambda: form


@pytest.fixture(scope="session")
def visit(bank):
    return compose(bank, {s: tuple(i) for s, i in DOCUMENTS["needs"]["home_visit"].items()}, "home-visit")


@pytest.fixture(scope="session")
def sample():
    """The same household for properties; they copy it themselves."""
    return copy.deepcopy(HOUSEHOLD)


@pytest.fixture
def household():
    return copy.deepcopy(HOUSEHOLD)


@pytest.fixture(scope="session")
def env():
    return Environment(facts={}, on=date(2022, 6, 1), params={}, statuses={}, derived={})
