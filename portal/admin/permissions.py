"""Permissions of generated views, written when a release is published: only what is new, in a handful of statements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.access.roles import named


def sync_permissions(db: Session, views: Iterable[Any]) -> int:
    """Grant each view's permissions to the roles it names in `granted_to`. Returns how many permissions are new.

    Views of earlier releases keep theirs: running cases still need their pages.
    """
    wanted: dict[tuple[str, str], set[str]] = {}
    for view in views:
        roles = set(getattr(view, "granted_to", ()))
        for permission in view.base_permissions if roles else ():
            wanted.setdefault((permission, view.class_permission_name), set()).update(roles)
    permissions = _made(db, Permission, {permission for permission, _ in wanted})
    menus = _made(db, ViewMenu, {menu for _, menu in wanted})
    db.flush()  # pairs refer to both by id
    pairs = {
        (pair.permission_id, pair.view_menu_id): pair
        for pair in db.scalars(
            select(PermissionView)
            .where(PermissionView.view_menu_id.in_([menu.id for menu in menus.values()]))
            .options(selectinload(PermissionView.role))
        )
    }
    holders = named(db, {role for roles in wanted.values() for role in roles})
    new = 0
    for (permission, menu), roles in wanted.items():
        key = permissions[permission].id, menus[menu].id
        pair = pairs.get(key)
        if pair is None:
            pair = PermissionView(permission_id=key[0], view_menu_id=key[1])
            db.add(pair)
            new += 1
        if {role.name for role in pair.role} != roles:
            pair.role = [holders[role] for role in sorted(roles)]
    return new


def _made(db: Session, kind: type[Permission | ViewMenu], names: set[str]) -> dict[str, Permission | ViewMenu]:
    found = {row.name: row for row in db.scalars(select(kind).where(kind.name.in_(names)))}
    for name in sorted(names - set(found)):
        found[name] = kind(name=name)
        db.add(found[name])
    return found
