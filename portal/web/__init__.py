"""Web: the written pages, and the shell every page sits in, generated ones included.

Parses a request, calls one command or query, renders. Knows no rules of the domain.
"""

from __future__ import annotations

# One line per blueprint: the module and the blueprint in it. A new page is a module here and its line.
PAGES: tuple[tuple[str, str], ...] = (
    ("portal.web.home", "home"),
    ("portal.web.account", "account"),
    ("portal.web.apply", "apply"),
    ("portal.web.drafts", "drafts"),
    ("portal.web.applications", "applications"),
    ("portal.web.receipts", "receipts"),
    ("portal.web.track", "track"),
    ("portal.web.desk.inbox", "inbox"),
    ("portal.web.desk.tasks", "tasks"),
    ("portal.web.printing.routes", "printing"),
    ("portal.web.papers", "papers"),
    ("portal.web.phone", "phone"),
    ("portal.web.signatures", "signatures"),
    ("portal.web.citizen.sign_in", "login"),
    ("portal.web.citizen.sign_in", "code"),
    ("portal.web.citizen.mine", "mine"),
    ("portal.web.citizen.mine", "proof"),
    ("portal.web.citizen.checking", "checking"),
    ("portal.web.citizen.choosing", "choosing"),
    ("portal.web.citizen.filling", "filling"),
    ("portal.web.citizen.handing", "handing"),
    ("portal.web.citizen.installed", "installed"),
    ("portal.web.board", "board"),
    ("portal.web.audit", "audit"),
    ("portal.web.entitlements", "entitlements"),
    ("portal.web.catalogue", "catalogue"),
)
