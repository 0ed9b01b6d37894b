"""Settings are checked before anything starts; what is wrong is said by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.settings import SETTINGS, Settings, SettingsError, load, markdown, shipped

GOOD = {"PORTAL_SECRET_KEY": "a secret of at least twenty-four characters"}


def faults(environment):
    with pytest.raises(SettingsError) as caught:
        load(environment)
    return [fault.en for fault in caught.value.faults]


def test_the_defaults_are_usable():
    settings = load(GOOD)
    assert settings.https
    assert not settings.demo
    assert Path(settings.database_url.removeprefix("sqlite:///")).is_absolute()


def test_a_misspelt_key_stops_and_says_what_was_meant():
    assert faults({**GOOD, "PORTAL_DATABSE_URL": "x"}) == [
        "There is no setting PORTAL_DATABSE_URL. Did you mean PORTAL_DATABASE_URL?"
    ]


def test_every_fault_is_told_at_once():
    told = faults(
        {
            "PORTAL_DEMO": "perhaps",
            "PORTAL_PAGE_SIZE": "0",
            "PORTAL_SECRET_KEY": "short",
            "PORTAL_DATABASE_URL": "mysql://x/y",
        }
    )
    assert [sentence.split()[0] for sentence in told] == [
        "PORTAL_DATABASE_URL",
        "PORTAL_SECRET_KEY",
        "PORTAL_DEMO",
        "PORTAL_PAGE_SIZE",
    ]


def test_other_programs_variables_are_none_of_our_business():
    assert load({**GOOD, "PATH": "/bin", "PORTALS": "2"})


def test_outside_a_demo_the_secret_must_be_given():
    settings = load({})
    with pytest.raises(SettingsError, match="PORTAL_SECRET_KEY is missing"):
        _ = settings.secret_key


def test_a_demo_needs_neither_secret_nor_https():
    settings = load({"PORTAL_DEMO": "1"})
    assert settings.secret_key
    assert not settings.https


def test_an_application_without_a_secret_does_not_start():
    from portal.app import create_app

    with pytest.raises(SettingsError):
        create_app(load({}))


def test_every_setting_is_a_field_and_is_documented():
    fields = {setting.field for setting in SETTINGS} - {"secret_key"} | {"given_secret"}
    assert fields == set(Settings.__dataclass_fields__)
    page = shipped("docs") / "settings.md"
    assert page.read_text("utf-8") == markdown(), "run: portal settings --markdown > docs/settings.md"


def test_only_config_reads_the_environment():
    root = shipped("portal")
    readers = {
        file.relative_to(root).as_posix()
        for file in root.rglob("*.py")
        if "environ" in file.read_text("utf-8").replace("environment", "")
    }
    # A terminal's language is not a setting of the platform; serving.py speaks of the request's WSGI environ.
    assert readers <= {"commands/terminal.py", "serving.py"}
