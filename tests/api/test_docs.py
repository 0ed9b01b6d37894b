"""The page about the API tells the truth: every example runs, and the page for people can be read and used."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.factories import PASSWORD, sign_in

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/api.md").read_text(encoding="utf-8")


def examples():
    """(command, what it prints) of every example in order; `...` stands for anything."""
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = example.partition("\n")
            yield command, printed.strip()


def test_every_example_runs_and_prints_what_the_page_says(live, people, tmp_path):
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    found = list(examples())
    script = "\n".join(f"{command}\necho '--- {at}'" for at, (command, _) in enumerate(found))
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PORTAL": live, "PASSWORD": PASSWORD, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rest = done.stdout
    for at, (command, printed) in enumerate(found):
        output, _, rest = rest.partition(f"--- {at}\n")
        wanted = ".*".join(re.escape(part) for part in printed.split("..."))
        assert re.fullmatch(wanted + (".*" if printed.endswith("...") else ""), output.strip(), re.DOTALL), (
            command,
            output,
        )


def test_the_page_names_every_address_of_the_table():
    from portal.api.routes import ROUTES

    for route in ROUTES:
        stem = re.sub(r"/?{\w+}.*", "", route.path)
        assert stem in PAGE, route.path


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [1366, 390])
def test_the_page_for_people(app, live, people, chromium, lang, width):
    from axe_playwright_python.sync_playwright import Axe

    client = sign_in(app.test_client(), people["configurator"])
    context = chromium.new_context(viewport={"width": width, "height": 844}, locale="zh-CN")
    context.add_cookies([{"name": "portal", "value": client.get_cookie("portal").value, "url": live}])
    page, faults = context.new_page(), []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.goto(f"{live}/api/v1/docs")
    if lang == "en":
        page.click("button[value=en]")
    page.wait_for_selector(".opblock-tag")
    for tag in page.query_selector_all(".opblock-tag"):
        tag.click()
    page.click("[id$='-plan'] .opblock-summary-control")
    page.click("[id$='-plan'] .try-out__btn")
    page.click("[id$='-plan'] .execute")
    page.wait_for_selector("[id$='-plan'] .live-responses-table tr.response")
    assert "200" in page.inner_text("[id$='-plan'] .live-responses-table tr.response")
    assert page.inner_text("[id$='-plan'] .execute") == ("发送" if lang == "zh" else "Execute")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(v["id"], [node["html"] for node in v["nodes"][:5]]) for v in found] == []
    assert faults == []
    context.close()
