"""Accounts and their posts as an administrator keeps them; every change is a command, never a filled table row."""

from __future__ import annotations

from flask_appbuilder.models.filters import BaseFilter
from flask_appbuilder.models.sqla.filters import SQLAFilterConverter
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import false, select, true

from portal.access.accounts import (
    Post,
    add_post,
    add_user,
    change_post,
    change_user,
    remove_post,
    reset_password,
)
from portal.access.models import Assignment
from portal.access.rules import ROLES
from portal.admin.cures import AuditedInterface, said
from portal.admin.datamodel import SCOPES
from portal.admin.reference import DEPARTMENT_CODE, REGION_CODE, ReferenceView, holders, searching, titles
from portal.admin.reference_forms import Needed, NewUserForm, PostForm, Suggesting, UserForm, label
from portal.db import db, transaction
from portal.errors import FieldError, Problem, Refused
from portal.organisation.queries import region_titles
from portal.reader import current_actor, forget_actor, now, t, text, today
from portal.values import Text

MANAGE = "user.manage"
NO_USER = Text("没有这个用户。", "There is no such user.")


def managers_only(actor):
    return true() if actor.may(MANAGE) else false()


SCOPES[User] = SCOPES[Assignment] = managers_only


class OfUser(BaseFilter):
    """Posts of the account with this user name."""

    name = said(Text("是", "is"))
    arg_name = "of_user"

    def apply(self, query, value):
        named = select(User.id).where(User.username == str(value).split(" ")[0])
        return query.filter(Assignment.user_id.in_(named))


class PostFilters(SQLAFilterConverter):
    """Posts are looked for by the name of their account, which stands in another table."""

    def convert(self, col_name):
        return [OfUser(col_name, self.datamodel)] if col_name == "username" else super().convert(col_name)


class UserInterface(AuditedInterface):
    """Accounts with the posts they hold today, read once for a page."""

    def get_values(self, lst, list_columns):
        posts = _posts_of([user.id for user in lst])
        for user in lst:
            yield {
                "username": user.username,
                "first_name": user.first_name,
                "active": bool(user.active),
                "posts": t("、", ", ").join(posts.get(user.id, ())),
                "last_login": user.last_login.strftime("%Y-%m-%d") if user.last_login else "",
            }


def _posts_of(user_ids):
    on = today()
    found: dict[int, list[str]] = {}
    rows = db.session.scalars(select(Assignment).where(Assignment.user_id.in_(user_ids)).order_by(Assignment.id)).all()
    current = [row for row in rows if row.first_day <= on and (row.last_day is None or on <= row.last_day)]
    places = region_titles(db.session(), {row.region_code for row in current}) if current else {}
    for row in current:
        role = text(ROLES[row.role].title) if row.role in ROLES else row.role
        place = text(places.get(row.region_code))
        found.setdefault(row.user_id, []).append(
            f"{role}({place}{' ' + row.department_code if row.department_code else ''})"
        )
    return found


class PostInterface(AuditedInterface):
    """Posts with the names of their people and places, read once for a page."""

    filter_converter_class = PostFilters

    def get_values(self, lst, list_columns):
        users = {
            user.id: user for user in db.session.scalars(select(User).where(User.id.in_([a.user_id for a in lst])))
        }
        places = region_titles(db.session(), {a.region_code for a in lst}) if lst else {}
        for assignment in lst:
            user = users.get(assignment.user_id)
            role = ROLES.get(assignment.role)
            yield {
                "username": f"{user.username} {user.first_name}" if user is not None else "",
                "role": text(role.title) if role is not None else assignment.role,
                "region_code": text(places.get(assignment.region_code)) or assignment.region_code,
                "department_code": assignment.department_code or "",
                "items": t("、", ", ").join(assignment.items or ()),
                "first_day": assignment.first_day.isoformat(),
                "last_day": assignment.last_day.isoformat() if assignment.last_day else "",
            }


class StaffView(ReferenceView):
    """Shared by accounts and posts: what is saved goes through a command in one transaction."""

    granted_to = holders(MANAGE)

    def _fill(self, form, item, *, created):
        key = None if created else item.id
        with transaction(db.session()) as session:
            self._command(session, form, None if key is None else session.get_one(type(item), key))
        forget_actor()  # whoever changes his own posts is somebody else from here on


class UsersTable(StaffView):
    """Accounts of staff."""

    datamodel = UserInterface(User)
    route_base = "/users"
    include_route_methods = frozenset(
        {"list", "add", "edit"}
    )  # the trail names people: an account is closed, not deleted
    class_permission_name = "reference:users"
    list_title, add_title, edit_title = titles("用户", "Users")
    add_form, edit_form = NewUserForm, UserForm
    add_columns, edit_columns = ["username", "name", "password"], ["name", "active", "password"]
    list_columns = ["username", "first_name", "active", "posts", "last_login"]
    search_columns = ["username", "first_name", "active"]
    order_columns = ["username", "last_login"]
    base_order = ("username", "asc")
    list_template = "portal/reference/users.html"
    label_columns = {
        "username": label("用户名", "User name"),
        "first_name": label("姓名", "Name"),
        "active": label("启用", "Open"),
        "posts": label("岗位", "Posts"),
        "last_login": label("上次登录", "Last sign-in"),
    }

    def _command(self, session, form, user):
        actor, moment = current_actor(), now()
        if user is None:
            add_user(
                session,
                actor,
                username=form.username.data,
                name=form.name.data,
                password=form.password.data,
                now=moment,
            )
            return
        change_user(session, actor, user, name=form.name.data, active=form.active.data, now=moment)
        if form.password.data:
            reset_password(session, actor, user, form.password.data, now=moment)

    def _edit_form(self, item):
        return UserForm(data={"name": item.first_name, "active": item.active})


def _usernames():
    rows = db.session.scalars(select(User).where(User.active).order_by(User.username).limit(300))
    return [(user.username, user.first_name) for user in rows]


class NewPostForm(PostForm):
    """A post for an account."""

    username = Suggesting(label("用户名", "User name"), [Needed()], suggestions=_usernames)


class PostsTable(StaffView):
    """Who holds which role where, for which department and items, from when to when."""

    datamodel = PostInterface(Assignment)
    route_base = "/reference/posts"
    class_permission_name = "reference:posts"
    list_title, add_title, edit_title = titles("岗位", "Posts")
    add_form, edit_form = NewPostForm, PostForm
    add_columns = ["username", "role", "region_code", "department_code", "items", "first_day", "last_day"]
    edit_columns = ["role", "region_code", "department_code", "items", "first_day", "last_day"]
    list_columns = ["username", "role", "region_code", "department_code", "items", "first_day", "last_day"]
    search_columns = ["username", "region_code", "department_code"]
    search_form = searching(
        "posts", username=("用户名", "User name"), region_code=REGION_CODE, department_code=DEPARTMENT_CODE
    )
    order_columns = ["role", "region_code", "first_day"]
    base_order = ("id", "desc")
    label_columns = {
        "username": label("用户", "User"),
        "role": label("岗位", "Post"),
        "region_code": label("区划", "Region"),
        "department_code": label("部门", "Department"),
        "items": label("仅限事项", "Only these items"),
        "first_day": label("起始日期", "First day"),
        "last_day": label("终止日期", "Last day"),
    }

    def _command(self, session, form, assignment):
        actor, moment = current_actor(), now()
        post = Post(
            role=form.role.data,
            region_code=form.region_code.data,
            first_day=form.first_day.data,
            last_day=form.last_day.data,
            department_code=form.department_code.data,
            items=tuple(form.items.data) if form.items.data else None,
        )
        if assignment is not None:
            change_post(session, actor, assignment, post, now=moment)
            return
        user = session.scalar(select(User).where(User.username == form.username.data.strip().split(" ")[0]))
        if user is None:
            raise Refused(
                Problem("no-such-user", 422, NO_USER), (FieldError("/username", "username", "unknown", NO_USER),)
            )
        add_post(session, actor, user, post, now=moment)

    def _delete(self, item):
        key = item.id
        with transaction(db.session()) as session:
            remove_post(session, current_actor(), session.get_one(Assignment, key), now=now())
        forget_actor()
