"""A machine reads our own description and tries what it allows and what it forbids: never a fault, always as described."""

from __future__ import annotations

from dataclasses import replace

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from portal.admin.permissions import sync_permissions
from portal.db import db

EXAMPLES = 8
# The token is ours for every case, and answers of the right shape may still be wrong ones: a family must have members.
NOT_ASKED = [ignored_auth, positive_data_acceptance]


@pytest.fixture
def release(shipped_release):
    return shipped_release


def test_the_program_keeps_to_its_description(app, program, sent):
    app.config["PORTAL"] = replace(app.config["PORTAL"], api_rate="1000000 per minute", login_rate="1000000 per minute")
    document = program().get("/openapi.json").json
    schema = schemathesis.openapi.from_dict(document)
    schema.app = app
    with app.app_context():
        session = db.session()
        sync_permissions(session, app.extensions["appbuilder"].baseviews)
        session.commit()
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if "/items/" in operation.path and "/items/dibao/" not in operation.path and "catalogue" not in operation.path:
            continue
        tried += 1
        for mode in GenerationMode:
            attack(operation, mode, program("officer" if "/items/dibao/" in operation.path else "township").token)
    assert tried > 18


def attack(operation, mode, token):
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case):
        response = case.call(headers={"Authorization": f"Bearer {token}"})
        case.validate_response(response, excluded_checks=NOT_ASKED)

    run()
