"""The generated list of a register, its rows' screens and forms, and taking in and giving out whole files."""

from __future__ import annotations

import io

from flask import Response, abort, flash, redirect, request, send_file, stream_with_context, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access

from portal.admin import waiting_files
from portal.admin.cures import SafeModelView
from portal.admin.register_forms import SEEN, filled, say_faults, tell_sealed, typed
from portal.db import db, transaction
from portal.errors import Problem, Refused
from portal.reader import current_actor, lang, now, t, text
from portal.registers import commands, queries
from portal.registers.rules import Shape
from portal.registers.sheets import csv_lines, open_sheet, write_workbook
from portal.values import Text

SENT = 303
SHOWN_FAULTS = 100
CSV, XLSX = "csv", "xlsx"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NO_FILE = Problem("no-file", 422, Text("请选择要导入的文件。", "Choose the file to import."))
BAD_FORMAT = Problem("bad-format", 422, Text("请选择 Excel 或 CSV。", "Choose Excel or CSV."))


def brought() -> waiting_files.Waiting:
    """The file of the request. Refused when none was chosen."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Refused(NO_FILE)
    return waiting_files.Waiting(file.filename[-100:], file.read())


def chosen_format(form) -> str:
    ending = form.get("format", "")
    if ending not in {CSV, XLSX}:
        raise Refused(BAD_FORMAT)
    return ending


class RegisterView(SafeModelView):
    """One register of one department; subclasses are made from the release."""

    shape: Shape
    granted_to: tuple[str, ...] = ()
    include_route_methods = frozenset(
        {"list", "show", "reveal", "add", "edit", "delete"}
        | {"choose_file", "look", "take_in", "faults", "choose_export", "export", "template"}
    )
    list_template = "portal/registers/list.html"
    page_size = 50
    show_columns = ["id"]  # the screen reads the row itself; FAB would read the table

    def _actor(self):
        """The reader, if he keeps this register; otherwise it does not exist for him."""
        actor = current_actor()
        queries.of_actor(actor, self.shape)
        return actor

    def _row(self, pk):
        self._actor()
        row = self.datamodel.get(pk, self._base_filters)
        if row is None:
            abort(404)
        return row

    def _to(self, route, **values):
        return redirect(url_for(f"{self.endpoint}.{route}", **values), code=SENT)

    def _page(self, template, status=200, **context):
        page = self.render_template(
            f"portal/registers/{template}.html", title=self.list_title, shape=self.shape, view=self.endpoint, **context
        )
        return page, status

    # --- rows -------------------------------------------------------------------------------------------------------

    @expose("/")
    @expose("/list/")
    @has_access
    def list(self):
        self._actor()
        return super().list()

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk):
        row = self._row(pk)
        (values,) = self.datamodel.get_values([row], None)
        return self._page("show", row=row, values=values, errors={})

    @expose("/show/<pk>/numbers", methods=["POST"])
    @has_access
    def reveal(self, pk):
        """The same screen once with full numbers, for a purpose that is kept in the trail."""
        row = self._row(pk)
        number, purpose = row.id, request.form.get("purpose", "")
        try:
            with transaction(db.session()) as session:
                clear = commands.reveal(session, self._actor(), self.shape, number, purpose, now=now())
        except Refused as refusal:
            db.session.rollback()
            return self._screen_again(pk, refusal)
        row = self._row(pk)
        (values,) = self.datamodel.get_values([row], None)
        return self._page("show", row=row, values={**values, **{n: clear.get(n) for n in self.shape.sealed}}, errors={})

    def _screen_again(self, pk, refusal):
        row = self._row(pk)
        (values,) = self.datamodel.get_values([row], None)
        errors = {fault.question: text(fault.message) for fault in refusal.fields}
        return self._page("show", refusal.problem.status, row=row, values=values, errors=errors)

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self):
        self._actor()
        form = self.add_form()
        if request.method == "POST":
            row_id = self._saved(form, None)
            if row_id is not None:
                flash(t("已新增。", "Added."), "success")
                return self._to("show", pk=row_id)
        return self._form_page(form, t("新增", "Add"))

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk):
        row = self._row(pk)
        before, number = queries.clear(db.session(), row), row.id
        form = self.edit_form()
        tell_sealed(form, self.shape, before)
        if request.method == "POST":
            saved = self._saved(form, number, before)
            if saved is not None:
                flash(t("已保存。", "Saved."), "success")
                return self._to("show", pk=saved)
        else:
            filled(form, self.shape, before)
            form[SEEN].data = row.updated_at.isoformat()
        return self._form_page(form, t("修改", "Change"), pk=number)

    def _saved(self, form, row_id, before=None):
        """The key of the stored row; None when it was refused, and then the form says why."""
        given = typed(form, self.shape, before)
        seen = (form[SEEN].data or None) if row_id is not None else None
        try:
            with transaction(db.session()) as session:
                row = commands.save(session, self._actor(), self.shape, given, now=now(), row_id=row_id, seen=seen)
                return row.id
        except Refused as refusal:
            db.session.rollback()
            if refusal.problem.status == 404:
                raise
            say_faults(form, refusal.fields, refusal.text)
            return None

    def _form_page(self, form, heading, pk=None):
        columns = [*self.shape.columns, SEEN]
        widget = self.edit_widget(
            route_base=self.route_base, form=form, include_cols=columns, exclude_cols=[], fieldsets=None
        )
        return self._page("form", 422 if form.errors else 200, heading=heading, widget=widget, pk=pk)

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk):
        number = self._row(pk).id
        with transaction(db.session()) as session:
            commands.delete(session, self._actor(), self.shape, number, now=now())
        flash(t("已删除。", "Deleted."), "success")
        return self._to("list")

    # --- a file in --------------------------------------------------------------------------------------------------

    @expose("/import", methods=["GET"])
    @has_access
    def choose_file(self):
        self._actor()
        return self._page("import", refusal=None)

    @expose("/import", methods=["POST"])
    @has_access
    def look(self):
        """What the file would come to; nothing is kept yet."""
        actor = self._actor()
        try:
            waiting = brought()
            sheet = open_sheet(io.BytesIO(waiting.content), self.shape)
            result = commands.examine(db.session(), actor, self.shape, sheet, now=now(), most_faults=SHOWN_FAULTS)
        except Refused as refusal:
            db.session.rollback()
            return self._page("import", refusal.problem.status, refusal=refusal)
        token = waiting_files.keep(self._purpose(), waiting)
        return self._page("preview", result=result, token=token, name=waiting.name)

    def _purpose(self):
        return f"register:{self.shape.slug}"

    @expose("/import/confirm", methods=["POST"])
    @has_access
    def take_in(self):
        """Keep what the look showed: every row, or the good ones only."""
        actor, token = self._actor(), request.form.get("token", "")
        waiting = waiting_files.fetch(self._purpose(), token)
        keep_good = request.form.get("keep") == "good"
        try:
            with transaction(db.session()) as session:
                sheet = open_sheet(io.BytesIO(waiting.content), self.shape)
                result = commands.take_in(
                    session, actor, self.shape, sheet, keep_good=keep_good, now=now(), name=waiting.name
                )
        except Refused as refusal:  # the register changed since the look
            db.session.rollback()
            return self._page("import", refusal.problem.status, refusal=refusal)
        waiting_files.drop(token)
        left_out = (
            t(f",{result.faulty} 行有误未导入", f", {result.faulty} faulty rows left out") if result.faulty else ""
        )
        flash(
            t(
                f"已导入:新增 {result.added} 行,变更 {result.changed} 行,不变 {result.unchanged} 行{left_out}。",
                f"Imported: {result.added} new, {result.changed} changed, {result.unchanged} as they were{left_out}.",
            ),
            "warning" if result.faulty else "success",
        )
        return self._to("list")

    @expose("/import/faults", methods=["POST"])
    @has_access
    def faults(self):
        """Every fault of the file as a list to work through."""
        waiting = waiting_files.fetch(self._purpose(), request.form.get("token", ""))
        sheet = open_sheet(io.BytesIO(waiting.content), self.shape)
        result = commands.examine(db.session(), self._actor(), self.shape, sheet, now=now(), most_faults=100_000)
        lines = commands.fault_lines(result, lang())
        return self._attachment(Response(lines, mimetype="text/csv"), t("错误清单", "faults"), CSV)

    @expose("/template.xlsx", methods=["GET"])
    @has_access
    def template(self):
        """An empty sheet with the right header, its columns formatted so that numbers keep their digits."""
        self._actor()
        target = io.BytesIO()
        write_workbook(self.shape, [], lang(), target)
        target.seek(0)
        return self._attachment(send_file(target, mimetype=XLSX_TYPE), t("模板", "template"), XLSX)

    # --- a file out -------------------------------------------------------------------------------------------------

    @expose("/export", methods=["GET"])
    @has_access
    def choose_export(self):
        actor = self._actor()
        rows = queries.count(db.session(), actor, self.shape.slug)
        return self._page("export", rows=rows, cap=queries.COUNT_CAP, refusal=None, entered={})

    @expose("/export", methods=["POST"])
    @has_access
    def export(self):
        """The rows the reader may see, as a file; written down before the first of them leaves."""
        actor, form = self._actor(), request.form
        try:
            ending = chosen_format(form)
            with transaction(db.session()) as session:
                rows = commands.export(
                    session,
                    actor,
                    self.shape,
                    in_clear=form.get("numbers") == "full",
                    purpose=form.get("purpose", ""),
                    now=now(),
                )
        except Refused as refusal:
            db.session.rollback()
            count = queries.count(db.session(), actor, self.shape.slug)
            status = refusal.problem.status
            return self._page("export", status, rows=count, cap=queries.COUNT_CAP, refusal=refusal, entered=form)
        if ending == CSV:
            lines = stream_with_context(csv_lines(self.shape, rows, lang()))
            return self._attachment(Response(lines, mimetype="text/csv"), "", CSV)
        target = io.BytesIO()
        write_workbook(self.shape, rows, lang(), target)
        target.seek(0)
        return self._attachment(send_file(target, mimetype=XLSX_TYPE), "", XLSX)

    def _attachment(self, response, kind, ending):
        name = f"{self.shape.slug}{'-' if kind else ''}{kind}.{ending}"
        response.headers.set("Content-Disposition", "attachment", filename=name)
        return response
