"""Publishing under load: two real worker processes, clients that never stop asking, a changed catalogue put in force."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.app import create_app
from portal.settings import shipped
from tests.bench.lists import COUNTY, Desk
from tests.bench.measuring import Table, Times, short
from tests.bench.towns import SECRET, Place
from tests.servers import free_port

ITEM = "education_aid"
NEW = "教育救助(改版)"
WORKERS, CLIENTS, LIMIT = 2, 4, 10.0
SURE = 24  # answers in a row, each over a connection of its own, after which every worker has spoken


def measure(place: Place, table: Table) -> None:
    table.title(f"Publishing under load on {place.kind}: {WORKERS} workers, {CLIENTS} clients")
    officer = Desk(
        place,
        create_app(place.settings, place.release),
        "department_officer",
        COUNTY,
        place.release.catalogue.item(ITEM).department,
    )
    cookie = officer.client.get_cookie("portal")
    assert cookie is not None
    with served(place) as port, hammered(port, cookie.value) as seen:
        time.sleep(2)
        before = len(seen)
        started = time.monotonic()
        changed(place)
        published = time.monotonic()
        everywhere = until_everywhere(port, cookie.value)
        time.sleep(1)
        during = seen[before:]
    failed = [answer for answer in seen if answer[0] != 200]
    table.add(
        "publish: check, explore, build once, permissions, commit",
        short(published - started),
        "the whole command, a process of its own",
        "10 s",
        published - started <= LIMIT,
    )
    total = everywhere - started
    table.add(
        "… visible in every worker",
        short(total),
        f"{short(everywhere - published)} after the command ended",
        "10 s",
        total <= LIMIT,
    )
    told = f"{len(during)} of them while it was published and taken over"
    table.add("… requests, of them failed", f"{len(seen):,}, {len(failed)}", told, "0 failed", not failed)
    table.add(
        "… answer times meanwhile",
        str(Times(tuple(spent for _, spent in during))),
        f"p95 {short(Times(tuple(s for _, s in during)).at(0.95))}",
    )
    if failed:
        table.say(str(Counter(status for status, _ in failed)))


@contextmanager
def served(place: Place) -> Iterator[int]:
    """`portal run` with its worker processes, ready to answer."""
    port = free_port()
    arguments = ["run", "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS), "--no-worker"]
    process = portal(place, arguments)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and answered(port, "/login/")[0] != 200:
        time.sleep(0.2)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(60)


def portal(place: Place, arguments: list[str]) -> subprocess.Popen[bytes]:
    env = os.environ | {
        "PORTAL_DATABASE_URL": place.url,
        "PORTAL_SECRET_KEY": SECRET,
        "PORTAL_DEMO": "1",
        "PORTAL_FILES": str(place.settings.files),
    }
    program = "from portal.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def changed(place: Place) -> None:
    """The catalogue with another title for one item, published by the command."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("form_schemas", "workflows"):
            shutil.copytree(shipped(name), Path(folder) / name)
        file = Path(folder) / "form_schemas" / "items" / f"{ITEM}.json"
        document = json.loads(file.read_text("utf-8"))
        document["title"]["zh"] = NEW
        file.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        assert portal(place, ["catalogue", "publish", folder, "--note", "bench"]).wait(120) == 0


def answered(port: int, path: str, cookie: str = "") -> tuple[int, str]:
    """One request over a connection of its own, so that any worker may take it. Status 0: nobody answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"Cookie": f"portal={cookie}", "Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()


@contextmanager
def hammered(port: int, cookie: str) -> Iterator[list[tuple[int, float]]]:
    """Clients that ask for pages until the end; every status and time."""
    seen: list[tuple[int, float]] = []
    stop = threading.Event()

    def client(path: str) -> None:
        while not stop.is_set():
            start = time.perf_counter()
            status, _ = answered(port, path, cookie)
            seen.append((status, time.perf_counter() - start))

    paths = (f"/items/{ITEM}/list/", "/items", "/inbox", "/password")
    threads = [threading.Thread(target=client, args=(paths[n % len(paths)],)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)


def until_everywhere(port: int, cookie: str) -> float:
    """The moment from which every answer is the new release's."""
    deadline = time.monotonic() + 60
    since, in_a_row = time.monotonic(), 0
    while in_a_row < SURE:
        assert time.monotonic() < deadline, "the new release was not served everywhere in time"
        _, page = answered(port, f"/items/{ITEM}/list/", cookie)
        if NEW in page:
            if in_a_row == 0:
                since = time.monotonic()
            in_a_row += 1
        else:
            in_a_row = 0
    return since
