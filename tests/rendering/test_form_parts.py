"""The form's files reach the browser through the application, as it delivers everything else."""

import gzip
import re

import pytest

from portal.rendering.forms import STATIC


@pytest.mark.parametrize("name", sorted(path.name for path in STATIC.iterdir() if path.is_file()))
def test_every_file_of_the_form_is_served_and_may_be_kept(client, name):
    with client.get(f"/static/forms/{name}") as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] != "no-store"
        assert answer.mimetype in {"text/css", "text/javascript"}


CORE = ("forms", "live", "answers", "rules", "keys", "widgets")


def test_the_scripts_every_form_needs_stay_small():
    """Rows, hints, divisions and saving are fetched when a page uses them."""
    sizes = {name: len(gzip.compress((STATIC / f"{name}.js").read_bytes(), 9)) for name in CORE}
    assert sum(sizes.values()) < 20 * 1024, sizes


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_no_script_makes_programs_of_texts(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write|outerHTML", text)


def test_the_macros_are_found_by_the_application(app):
    assert app.jinja_env.get_template("portal/forms/form.html")
