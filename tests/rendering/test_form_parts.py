"""The form's files reach the browser through the application, as it delivers everything else."""

import pytest

from portal.rendering.forms import STATIC


@pytest.mark.parametrize("name", sorted(path.name for path in STATIC.iterdir() if path.is_file()))
def test_every_file_of_the_form_is_served_and_may_be_kept(client, name):
    with client.get(f"/static/forms/{name}") as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] != "no-store"
        assert answer.mimetype in {"text/css", "text/javascript"}


def test_the_macros_are_found_by_the_application(app):
    assert app.jinja_env.get_template("portal/forms/form.html")
