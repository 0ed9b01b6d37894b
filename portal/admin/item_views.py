"""The generated list of an item and the screen on which its cases are decided, alone or many at once."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import action, expose
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.security.decorators import has_access

from portal.admin import bulk as bulk_work
from portal.admin import deciding
from portal.admin.approval import approval
from portal.admin.bulk import BULKS
from portal.admin.columns import NUMBERS, card_of
from portal.admin.cures import SafeModelView, said
from portal.admin.datamodel import COUNTED
from portal.cases.commands import act
from portal.cases.disclosing import unmask
from portal.cases.models import Case, Task
from portal.cases.rules import OUTCOMES
from portal.catalogue.catalogue import Catalogue
from portal.catalogue.model import Item
from portal.db import db, transaction
from portal.errors import FORBIDDEN, INVALID, Refused
from portal.reader import current_actor, lang, now, t, text, today
from portal.workflow.engine import REASON_MISSING

SENT = 303
# Two permissions for each item, not one for each page: every list asks for all of its reader's, and what may be done with
# a case is decided by posts and the workflow anyway.
METHODS = {
    **dict.fromkeys(("list", "show", "disclose"), "read"),
    **dict.fromkeys(("decide", "bulk", "agree", "confirm"), "write"),
}


class ItemView(SafeModelView):
    """One item's list and approval screen; subclasses are made from the release."""

    item: Item
    catalogue: Catalogue
    granted_to: tuple[str, ...] = ()
    include_route_methods = SafeModelView.include_route_methods | {"decide", "disclose", "bulk"}
    method_permission_name = METHODS
    add_form = edit_form = DynamicForm  # nothing is added or edited here; FAB would make forms from the table
    add_columns = edit_columns = show_columns = ["id"]
    list_template = "portal/items/list.html"
    show_template = "portal/items/approval.html"
    page_size = 25

    # --- list -------------------------------------------------------------------------------------------------------

    @expose("/")
    @expose("/list/")
    @has_access
    def list(self):
        return super().list()

    def counted_to(self, before):
        return min(COUNTED, before + self.datamodel.ahead)

    def _get_list_widget(self, filters, *args, **kwargs):
        actor = current_actor()
        open_now = {name: self.actions[name] for name, bulk in BULKS.items() if actor.may(bulk.function)}
        return super()._get_list_widget(filters, *args, number_columns=NUMBERS, own_actions=open_now, **kwargs)

    # --- one case ---------------------------------------------------------------------------------------------------

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk):
        return self._screen(self._key(pk))

    @expose("/show/<pk>", methods=["POST"])
    @has_access
    def decide(self, pk):
        """One button of the decision form. What is refused comes back with everything that was typed."""
        case_id = self._key(pk)
        task = self._task(case_id, request.form.get("task", ""))
        screen = self._approval(case_id)
        work = next((one for one in screen.work if one.task.id == task.id), None)
        entered = deciding.read(request.form, work, {person.row for person in screen.judgement.persons})
        refusal = self._carried_out(entered)
        if refusal is not None:
            return self._screen(case_id, refusal=refusal, entered=entered)
        flash(t("已办理。", "Done."), "success")
        if self.datamodel.get(case_id) is None:  # stepping back from a file ends the right to look at it
            return redirect(url_for(f"{self.endpoint}.list"), code=SENT)
        return redirect(url_for(f"{self.endpoint}.show", pk=case_id), code=SENT)

    def _carried_out(self, entered):
        """None when it was done; otherwise why not, and nothing has changed."""
        if entered.faults:
            return Refused(INVALID, entered.faults, count=len(entered.faults))
        try:
            with transaction(db.session()) as session:
                act(
                    session,
                    current_actor(),
                    entered.task_id,
                    entered.action,
                    entered.payload,
                    reason=entered.reason,
                    to=entered.to,
                    now=now(),
                )
        except Refused as refusal:
            db.session.rollback()
            return refusal
        return None

    @expose("/show/<pk>/numbers", methods=["POST"])
    @has_access
    def disclose(self, pk):
        """The same screen once with full numbers, for a purpose that is kept in the trail."""
        case_id = self._key(pk)
        try:
            with transaction(db.session()) as session:
                unmask(session, current_actor(), case_id, request.form.get("purpose", ""), now=now())
        except Refused as refusal:
            db.session.rollback()
            return self._screen(case_id, refusal=refusal)
        return self._screen(case_id, unmasked=True)

    def _key(self, pk):
        """The key of a case of this item the reader may see; anything else is not there."""
        case = self.datamodel.get(pk, self._base_filters)
        if case is None:
            abort(404)
        return case.id

    def _task(self, case_id, number):
        """A task of this very case, done or not: a forged one is not there."""
        task = db.session.get(Task, int(number)) if number.isascii() and number.isdigit() and len(number) < 18 else None
        if task is None or task.case_id != case_id:
            abort(404)
        return task

    def _approval(self, case_id, *, unmasked=False):
        return approval(
            db.session(), current_actor(), case_id, now=now(), today=today(), lang=lang(), unmasked=unmasked
        )

    def _screen(self, case_id, *, refusal=None, entered=None, unmasked=False):
        screen = self._approval(case_id, unmasked=unmasked)
        errors, status = {}, 200
        if refusal is not None:
            status = 409 if refusal.problem.status == 404 else refusal.problem.status
            errors = {fault.question: text(fault.message) for fault in refusal.fields}
            if refusal.problem is REASON_MISSING:
                errors["reason"] = text(refusal.text)
        page = self.render_template(
            self.show_template,
            title=self.show_title,
            screen=screen,
            card=card_of(screen.case, today()),
            refusal=refusal,
            errors=errors,
            entered=entered,
            outcomes=OUTCOMES,
            list_address=url_for(f"{self.endpoint}.list"),
        )
        return page, status

    # --- many cases -------------------------------------------------------------------------------------------------

    @action("agree", said(BULKS["agree"].title), single=False)
    def agree(self, cases):
        return self._preview(cases, BULKS["agree"])

    @action("confirm", said(BULKS["confirm"].title), single=False)
    def confirm(self, cases):
        return self._preview(cases, BULKS["confirm"])

    def _preview(self, cases, chosen):
        """What will happen to each; nothing is done yet."""
        if not current_actor().may(chosen.function):
            raise Refused(FORBIDDEN)
        rows = bulk_work.preview(db.session(), current_actor(), cases, chosen, now())
        return self._bulk_page("portal/items/preview.html", chosen, rows=rows)

    @expose("/bulk", methods=["POST"])
    @has_access
    def bulk(self):
        """Do what the preview showed to the rows that are still ticked."""
        chosen = BULKS.get(request.form.get("bulk", ""))
        if chosen is None:
            abort(404)
        if not current_actor().may(chosen.function):
            raise Refused(FORBIDDEN)
        cases = self._rows(request.form.getlist("rowid"))
        if not cases:
            flash(t("没有勾选,未办理。", "Nothing was ticked and nothing was done."), "warning")
            return redirect(url_for(f"{self.endpoint}.list"), code=SENT)
        numbers = [case.id for case in cases]
        with transaction(db.session()) as session:
            results = bulk_work.carry_out(
                session,
                current_actor(),
                [session.get_one(Case, number) for number in numbers],
                chosen,
                seen={n: request.form.get(f"seen_{n}", "") for n in numbers},
                reasons={n: request.form.get(f"reason_{n}", "").strip() for n in numbers},
                reason=request.form.get("reason", "").strip(),
                now=now(),
            )
        return self._bulk_page("portal/items/results.html", chosen, results=results)

    def _bulk_page(self, template, chosen, **context):
        return self.render_template(
            template, title=self.list_title, bulk=chosen, list_address=url_for(f"{self.endpoint}.list"), **context
        )
