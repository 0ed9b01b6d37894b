"""Items that start by themselves: from a list, at a birthday, by a price index; never twice, never for the wrong people."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from portal.access.rules import SYSTEM, Actor, Grant
from portal.applications.models import Application
from portal.audit.models import Event
from portal.audit.queries import broken_links
from portal.cases import commands, queries
from portal.cases.models import Case, Determination, Task
from portal.cases.occasions import Occasion, day_of_age, nightly, occasion
from portal.catalogue.models import Publication, StoredRelease
from portal.entitlements.models import Entitlement
from portal.errors import Refused
from portal.households.commands import register_people
from portal.households.models import Person
from portal.jobs.runner import deliver_pending
from portal.jobs.starts import run_batch, run_nightly
from portal.notices.models import Notice
from portal.recognitions.commands import grant
from portal.registers import commands as register_commands
from portal.registers.queries import shape
from portal.rules.operators import age
from tests.families import HUKOU, complete, id_number

NOON = datetime(2022, 6, 1, 4, 0, tzinfo=UTC)
TODAY = NOON.date()


class Town:
    """A published catalogue, families that are recognised, and the departments' registers."""

    def __init__(self, db, release):
        self.db, self.release, self.catalogue = db, release, release.catalogue
        db.add(StoredRelease(id=release.id, bundle=release.bundle, first_published_at=NOON))
        db.flush()
        db.add(Publication(release_id=release.id, note="", published_by="tests", published_at=NOON))
        db.commit()

    def family(self, number=1, *, signed=True, status="s_dibao", births=("1970-01-01", "1972-02-02"), region=HUKOU):
        """People who live together, recognised, with a letter of authorisation from an application of theirs."""
        members = [
            {
                "member_name": f"示例{number}成员{n}",
                "member_id_no": id_number(birth, number * 10 + n),
                "member_birth_date": birth,
                "member_relation": "01" if n == 0 else "10",
                "member_lives_together": True,
                "auth_method": "paper",
            }
            for n, birth in enumerate(births)
        ]
        answers = {
            "applicant_name": members[0]["member_name"],
            "applicant_id_no": members[0]["member_id_no"],
            "applicant_phone": "13900000000",
            "hh_hukou_region": region,
            "hh_hukou_kind": "1",
            "members": members,
        }
        household, people = register_people(self.db, self.catalogue, answers, region, today=TODAY)
        if signed:
            self.earlier(household, people["applicant"], answers)
        if status:
            person = people["members/0"].id if self.catalogue.statuses[status].subject == "person" else None
            grant(self.db, status, household.id, person, source="tests", first_day=date(2022, 1, 1), last_day=None)
        self.db.commit()
        return household, members

    def earlier(self, household, applicant, answers, *, until="2023-01-01", items=("dibao",)):
        from portal.applications.commands import store

        letter = {"auth_signed": True, "auth_valid_until": until, "auth_letter_no": "SQ1"}
        application = store(
            self.db,
            Actor(None, "tests"),
            self.catalogue,
            release_id=self.release.id,
            household=household,
            applicant=applicant,
            items=list(items),
            answers={**answers, **letter},
            provenance={},
            papers=[],
            channel="window",
            window_region="321311106",
            idempotency_key=None,
            now=NOON - timedelta(days=90),
        )
        application.status = "decided"
        return application

    def row(self, register, row):
        one = shape(self.catalogue, register)
        keeper = Actor(None, "tests", (Grant("department_officer", "3213", one.register.department),))
        saved = register_commands.save(self.db, keeper, one, row, now=NOON)
        self.db.commit()
        return saved

    def water(self, member, number="W1", **more):
        return self.row(
            "utility_accounts",
            {"account_no": number, "id_no": member["member_id_no"], "name": member["member_name"], **more},
        )

    def run(self, item, source, *, day=0, **more):
        return run_batch(self.db, SYSTEM, item, source, now=NOON + timedelta(days=day), **more)

    def deliver(self, day=0):
        while deliver_pending(self.db, now=NOON + timedelta(days=day), everything=True):
            pass


@pytest.fixture
def town(session, shipped_release):
    return Town(session, shipped_release)


def counted(report):
    return {outcome: count for outcome, count in report.counts.items() if count}


def one(session, model, **where):
    return session.scalars(select(model).filter_by(**where)).one()


def many(session, model):
    return session.scalar(select(func.count()).select_from(model))


# --- from a register ------------------------------------------------------------------------------------------------


def test_a_list_starts_confirms_and_opens_the_right_by_itself(town, session):
    household, members = town.family()
    town.water(members[0], shared_meter=False, state="open")
    report = town.run("water_cut", "register:utility_accounts")
    assert counted(report) == {"opened": 1}
    case = one(session, Case, item="water_cut")
    assert (case.status, case.outcome, case.household_id) == ("confirmed", "eligible", household.id)
    assert case.amount_fen == 1465
    prepared, confirmed = session.scalars(select(Determination).order_by(Determination.id))
    assert (prepared.kind, confirmed.kind) == ("prepared", "confirmed")
    assert {prepared.decided_by, confirmed.decided_by} == {"system"}
    town.deliver()
    right = one(session, Entitlement, case_id=case.id)
    assert (right.amount_fen, right.status, right.first_day) == (1465, "active", date(2022, 7, 1))
    letters = session.scalars(select(Notice).order_by(Notice.id)).all()
    assert [letter.kind for letter in letters] == ["started", "result"]
    assert "免申即享" in letters[0].body["lines"][0]["zh"]
    assert not session.scalars(select(Task).where(Task.status == "open")).all()
    application = one(session, Application, id=case.application_id)
    assert (application.status, application.channel) == ("decided", "proactive")
    assert application.provenance == {"started_by": "register:utility_accounts"}
    assert application.answers["util_water_no"] == "W1"
    assert list(broken_links(session)) == []


def test_running_again_starts_nobody_twice(town, session):
    _, members = town.family()
    town.water(members[0])
    town.run("water_cut", "register:utility_accounts")
    for day in (0, 1, 40, 400):
        assert counted(town.run("water_cut", "register:utility_accounts", day=day)) == {"passed_over": 1}
    assert many(session, Case) == 1


def test_a_trial_keeps_nothing_and_says_the_same(town, session):
    _, members = town.family()
    town.water(members[0])
    town.water(members[1], "W2")
    tried = town.run("water_cut", "register:utility_accounts", dry_run=True)
    assert counted(tried) == {"opened": 1, "passed_over": 1}  # one household has one reduction
    assert many(session, Case) == 0
    assert many(session, Notice) == 0
    assert not session.scalars(select(Event).where(Event.action == "batch.run")).all()
    assert counted(town.run("water_cut", "register:utility_accounts")) == counted(tried)


def test_only_recognised_households_are_meant(town, session):
    _, members = town.family(1, status=None)
    town.water(members[0])
    town.row("utility_accounts", {"account_no": "W9", "id_no": id_number("1960-01-01"), "name": "路人"})
    report = town.run("water_cut", "register:utility_accounts")
    assert counted(report) == {"passed_over": 2}
    ((_, reason),) = report.reasons
    assert reason.zh == "不在已认定的困难家庭中。"
    assert many(session, Case) == 0


def test_a_closed_account_starts_nothing(town):
    _, members = town.family()
    town.water(members[0], state="closed")
    report = town.run("water_cut", "register:utility_accounts")
    assert [line.reason.en for line in report.lines] == ["Closed on the register."]


def test_a_recognition_that_has_ended_starts_nothing(town, session):
    household, members = town.family(status=None)
    grant(session, "s_dibao", household.id, None, source="t", first_day=date(2021, 1, 1), last_day=date(2021, 12, 31))
    session.commit()
    town.water(members[0])
    assert counted(town.run("water_cut", "register:utility_accounts")) == {"passed_over": 1}


def test_without_a_letter_in_force_a_person_has_to_sign_and_to_judge(town, session):
    _, members = town.family(signed=False)
    town.water(members[0])
    assert counted(town.run("water_cut", "register:utility_accounts")) == {"opened": 1}
    case = one(session, Case, item="water_cut")
    assert case.status == "open"
    open_steps = {task.step for task in session.scalars(select(Task).where(Task.status == "open"))}
    assert open_steps == {"authorise", "decide"}


def test_a_letter_that_has_run_out_is_no_letter(town, session):
    household, members = town.family(signed=False)
    person = session.scalar(select(Person).where(Person.name == members[0]["member_name"]))
    answers = {"applicant_name": person.name, "hh_hukou_region": HUKOU, "members": members}
    town.earlier(household, person, answers, until="2022-05-31")
    session.commit()
    town.water(members[0])
    town.run("water_cut", "register:utility_accounts")
    application = one(session, Application, channel="proactive")
    assert "auth_signed" not in application.answers
    assert "auth_letter_no" not in application.answers


def test_somebody_who_applied_for_it_already_is_passed_over(town, session):
    _, members = town.family()
    town.water(members[0])
    clerk = Actor(None, "clerk", (Grant("window_clerk", "321302"),))
    facts = {
        "applicant_name": members[0]["member_name"],
        "applicant_id_no": members[0]["member_id_no"],
        "hh_hukou_region": HUKOU,
        "util_owner": members[0]["member_name"],
        "members": [dict(member) for member in members],
    }
    answers = complete(town.release, ["water_cut"], facts)
    commands.submit(
        session, clerk, town.release, items=["water_cut"], answers=answers, window_region="321302", now=NOON
    )
    session.commit()
    report = town.run("water_cut", "register:utility_accounts")
    assert [line.reason.zh for line in report.lines] == ["已有在办或在享的该事项。"]


def test_what_was_refused_waits_for_the_next_period(town, session):
    _, members = town.family(signed=False)
    town.water(members[0])
    town.run("water_cut", "register:utility_accounts")
    case = one(session, Case, item="water_cut")
    case.status, case.closed_on = "refused", TODAY
    case.application.status = "decided"
    session.commit()
    assert counted(town.run("water_cut", "register:utility_accounts", day=1)) == {"passed_over": 1}
    assert counted(town.run("water_cut", "register:utility_accounts", day=31)) == {"opened": 1}


def test_a_window_application_is_confirmed_by_a_person_even_when_the_list_holds(town, session):
    """What is automatic to the end is only what nobody asked for."""
    _, members = town.family()
    clerk = Actor(None, "clerk", (Grant("window_clerk", "321302"),))
    facts = {
        "applicant_name": members[0]["member_name"],
        "applicant_id_no": members[0]["member_id_no"],
        "hh_hukou_region": HUKOU,
        "util_water_no": "W1",
        "util_owner": members[0]["member_name"],
        "auth_signed": True,
        "members": [dict(member) for member in members],
    }
    answers = complete(town.release, ["water_cut"], facts)
    commands.submit(
        session, clerk, town.release, items=["water_cut"], answers=answers, window_region="321302", now=NOON
    )
    township = Actor(2, "township", (Grant("township_officer", "321311106"),))
    for who, step, action in (
        (township, "accept", "accept"),
        (Actor(3, "clerk", (Grant("window_clerk", "321302"),)), "authorise", "authorised"),
    ):
        task = next(r.task for r in queries.inbox(session, who, today=TODAY).rows if r.task.step == step)
        commands.act(session, who, task.id, action, {"signed": True}, now=NOON)
    case = one(session, Case, item="water_cut")
    assert (case.status, case.prepared_outcome, case.step) == ("prepared", "eligible", "confirm")


@pytest.mark.parametrize(
    ("item", "register", "row"),
    [
        ("power_cut", "power_accounts", {"account_no": "1234567890"}),
        ("gas_cut", "gas_accounts", {"account_no": "G1"}),
        ("tv_cut", "tv_accounts", {"account_no": "T1"}),
    ],
)
def test_the_other_utilities_start_from_their_own_registers(town, session, item, register, row):
    _, members = town.family()
    town.row(register, {**row, "id_no": members[0]["member_id_no"], "name": members[0]["member_name"]})
    assert counted(town.run(item, f"register:{register}")) == {"opened": 1}
    assert one(session, Case, item=item).status == "confirmed"


# --- from recognitions ----------------------------------------------------------------------------------------------


def insured(town, session, **more):
    """A family whose insurance is known from its last application."""
    household, members = town.family(2, births=("1980-01-01", "1982-02-02", "2010-03-03"), **more)
    application = session.scalars(select(Application).where(Application.household_id == household.id)).first()
    rows = [
        {**row, "member_medical_insured": "resident", "member_pension_insured": "none", "member_in_school": n == 2}
        for n, row in enumerate(application.answers["members"])
    ]
    application.answers = {**application.answers, "members": rows}
    session.commit()
    return household, members


def test_insurance_starts_for_everybody_of_a_recognised_household(town, session):
    _, members = insured(town, session)
    assert counted(town.run("medical_insure", "recognitions")) == {"opened": 1}
    case = one(session, Case, item="medical_insure")
    assert case.prepared_outcome == "eligible"
    assert [person["row"] for person in case.persons] == [0, 1, 2]
    step = one(session, Task, status="open")
    assert step.step == "verify"  # the comparisons of the item are asked, because the family has signed for them
    assert len(members) == 3
    assert counted(town.run("medical_insure", "recognitions")) == {"passed_over": 1}


def test_the_pension_is_paid_only_for_those_of_the_age(town, session):
    insured(town, session)
    assert counted(town.run("pension_pay", "recognitions")) == {"opened": 1}
    assert [person["row"] for person in one(session, Case, item="pension_pay").persons] == [0, 1]


def test_a_new_member_is_started_alone(town, session):
    household, members = insured(town, session)
    town.run("medical_insure", "recognitions")
    case = one(session, Case, item="medical_insure")
    case.status = "withdrawn"
    case.application.status = "withdrawn"
    from portal.recognitions.commands import award

    for member in members:
        person = session.scalar(select(Person).where(Person.name == member["member_name"]))
        award(
            session, item="medical_insure", household_id=household.id, person_id=person.id, reason="", amount_fen=1,
            first_day=TODAY, last_day=None,
        )  # fmt: skip
    session.commit()
    assert counted(town.run("medical_insure", "recognitions", day=400)) == {"passed_over": 1}
    baby = {"member_name": "示例新成员", "member_id_no": id_number("2022-05-05", 77), "member_birth_date": "2022-05-05"}
    answers = {"applicant_name": members[0]["member_name"], "applicant_id_no": members[0]["member_id_no"]}
    register_people(session, town.catalogue, {**answers, "members": [*members, baby]}, HUKOU, today=TODAY)
    session.commit()
    assert counted(town.run("medical_insure", "recognitions", day=1)) == {"opened": 1}
    newest = session.scalars(select(Application).order_by(Application.id.desc())).first()
    assert [row["member_name"] for row in newest.answers["members"]] == ["示例新成员"]


def test_a_personal_recognition_is_not_the_sisters(town, session):
    _, members = insured(town, session, status="s_orphan")
    town.run("medical_insure", "recognitions")
    case = one(session, Case, item="medical_insure")
    assert [person["row"] for person in case.persons if person["outcome"] == "eligible"] == [0]
    assert members


# --- at a birthday --------------------------------------------------------------------------------------------------


def elder(town, birth, number=1, **more):
    row = {"id_no": id_number(birth, number), "name": f"示例老人{number}", "birth_date": birth, "region": HUKOU, **more}
    return town.row("elderly_roster", {name: value for name, value in row.items() if value is not None})


def test_a_reminder_thirty_days_before_and_the_start_on_the_day(town, session):
    elder(town, "1942-06-25")  # 80 on 25 June 2022
    assert counted(town.run("elder_bonus", "birthday", day=-7)) == {}
    assert counted(town.run("elder_bonus", "birthday")) == {"reminded": 1}
    application = one(session, Application)
    assert application.status == "submitted"
    (notice,) = session.scalars(select(Notice))
    assert (notice.kind, "2022-06-25" in notice.body["lines"][0]["zh"]) == ("reminder", True)
    task = one(session, Task, status="open")
    assert (task.step, task.due_on) == ("accept", date(2022, 6, 25))
    for day in (1, 10, 23):
        assert counted(town.run("elder_bonus", "birthday", day=day)) == {"passed_over": 1}
    assert counted(town.run("elder_bonus", "birthday", day=24)) == {"opened": 1}
    assert many(session, Application) == 1
    assert one(session, Case, item="elder_bonus").opened_on == date(2022, 6, 25)
    assert counted(town.run("elder_bonus", "birthday", day=25)) == {"passed_over": 1}


def test_a_signed_elder_is_judged_by_the_list_and_confirmed_by_a_person(town, session):
    _, members = town.family(3, births=("1940-01-01", "1941-01-01", "1970-01-01"), status=None)
    elder(town, "1940-01-01", 30)
    report = town.run("elder_bonus", "birthday")
    assert counted(report) == {"opened": 2}  # one on the roster, the other known to the platform
    cases = session.scalars(select(Case).order_by(Case.id)).all()
    assert {case.amount_fen for case in cases} == {5000}
    assert {case.step for case in cases} == {"confirm"}
    assert [len(case.application.answers["members"]) for case in cases] == [1, 1]
    head = Actor(9, "head", (Grant("township_head", "321311106"),))
    for row in queries.inbox(session, head, today=TODAY).rows:
        commands.act(session, head, row.task.id, "confirm", {}, now=NOON)
    session.commit()
    town.deliver()
    assert sorted(right.persons[0]["name"] for right in session.scalars(select(Entitlement))) == sorted(
        member["member_name"] for member in members[:2]
    )
    assert counted(town.run("elder_bonus", "birthday", day=60)) == {"passed_over": 2}


def test_people_without_a_region_are_passed_over_with_the_reason(town):
    elder(town, "1940-01-01", region=None)
    report = town.run("elder_bonus", "birthday")
    assert [line.reason.zh for line in report.lines] == ["不知道户籍地。"]


def test_the_dead_are_not_congratulated(town, session):
    town.family(4, births=("1940-01-01",), status=None)
    elder(town, "1940-01-01", 40)
    person = session.scalar(select(Person).where(Person.name == "示例4成员0"))
    person.died_on = date(2022, 1, 1)
    session.commit()
    report = town.run("elder_bonus", "birthday")
    assert [line.reason.zh for line in report.lines] == ["已故。"]


def test_nobody_too_young_is_even_looked_at(town):
    elder(town, "1942-07-02")
    assert counted(town.run("elder_bonus", "birthday")) == {}


def test_a_leap_day_birthday(town, session):
    """Born on 29 February 1944: in 2024 the day exists."""
    elder(town, "1944-02-29")
    report = run_batch(session, SYSTEM, "elder_bonus", "birthday", now=datetime(2024, 2, 28, 4, tzinfo=UTC))
    assert counted(report) == {"reminded": 1}
    report = run_batch(session, SYSTEM, "elder_bonus", "birthday", now=datetime(2024, 2, 29, 4, tzinfo=UTC))
    assert counted(report) == {"opened": 1}


@given(born=st.dates(date(1920, 1, 1), date(2010, 12, 31)), years=st.integers(1, 120))
def test_the_day_of_an_age_is_the_first_on_which_the_rules_count_it(shipped_release, born, years):
    from dataclasses import replace

    from portal.catalogue.model import Birthday

    item = replace(shipped_release.catalogue.item("elder_bonus"), birthday=Birthday(years, 30))
    day = day_of_age(Occasion(item, "birthday", "", str(years)), born)
    assert age(born.isoformat(), day) == years
    assert age(born.isoformat(), day - timedelta(days=1)) == years - 1


# --- by a price index -----------------------------------------------------------------------------------------------


def test_a_price_index_starts_every_recognised_household_for_that_month(town, session):
    town.family(5)
    town.family(6, status="s_bianyuan")
    town.family(7, status=None)
    report = town.run("price_subsidy", "price_index:2022-05")
    assert counted(report) == {"opened": 2}
    cases = session.scalars(select(Case).order_by(Case.id)).all()
    assert {case.prepared_outcome for case in cases} == {"eligible"}
    assert {case.department_code for case in cases} == {"FG"}
    assert {case.step for case in cases} == {"confirm"}
    assert [len(case.persons) for case in cases] == [2, 2]
    assert counted(town.run("price_subsidy", "price_index:2022-05", day=3)) == {"passed_over": 2}
    head = Actor(9, "head", (Grant("department_head", "3213", "FG"),))
    tasks = [row.task.id for row in queries.inbox(session, head, today=TODAY).rows]
    done = commands.act_on_many(session, head, tasks, "confirm", now=NOON)
    assert all(isinstance(result, Task) for _, result in done)
    session.commit()
    town.deliver()
    rights = session.scalars(select(Entitlement)).all()
    assert {(right.first_day, right.last_day) for right in rights} == {(date(2022, 5, 1), date(2022, 5, 31))}
    assert counted(town.run("price_subsidy", "price_index:2022-06", day=30)) == {"opened": 2}


# --- what cannot be started -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "source", "code"),
    [
        ("dibao", "birthday", "not-automatic"),
        ("dibao", "register:utility_accounts", "not-automatic"),
        ("water_cut", "birthday", "not-automatic"),
        ("water_cut", "register:student_roster", "not-automatic"),
        ("water_cut", "register:nothing", "no-such-register"),
        ("water_cut", "price_index:2022-05", "not-automatic"),
        ("price_subsidy", "price_index:2022-13", "no-month"),
        ("price_subsidy", "price_index:", "no-month"),
        ("price_subsidy", "recognitions", "not-automatic"),
        ("elder_bonus", "recognitions", "not-automatic"),
        ("water_cut", "moon", "no-source"),
        ("wather_cut", "register:utility_accounts", "unknown-item"),
    ],
)
def test_a_wrong_item_or_source_is_refused(shipped_release, item, source, code):
    with pytest.raises(Refused) as caught:
        occasion(shipped_release.catalogue, item, source, TODAY)
    assert caught.value.problem.code == code


def test_every_item_that_starts_by_itself_is_on_the_nights_list(shipped_release):
    assert set(nightly(shipped_release.catalogue)) == {
        ("elder_bonus", "birthday"),
        ("gas_cut", "register:gas_accounts"),
        ("medical_insure", "recognitions"),
        ("pension_pay", "recognitions"),
        ("power_cut", "register:power_accounts"),
        ("tv_cut", "register:tv_accounts"),
        ("water_cut", "register:utility_accounts"),
    }


def test_a_night_starts_everything_and_writes_it_down(town, session):
    _, members = town.family()
    town.water(members[0])
    reports = run_nightly(session, SYSTEM, now=NOON)
    assert sum(report.counts["opened"] for report in reports) == 3  # water, insurance, pension
    runs = session.scalars(select(Event).where(Event.action == "batch.run")).all()
    assert len(runs) == len(reports) == 7
    assert {run.data["item"] for run in runs} == {report.item for report in reports}


def test_a_value_the_list_brings_and_the_form_refuses_is_said(town, session):
    _, members = town.family()
    one_ = shape(town.catalogue, "power_accounts")
    town.row("power_accounts", {"account_no": "1234567890", "id_no": members[0]["member_id_no"]})
    from portal.registers.models import RegisterRow

    row = session.scalars(select(RegisterRow).where(RegisterRow.register == one_.slug)).one()
    row.data = {**row.data, "account_no": "too short"}
    session.commit()
    report = town.run("power_cut", "register:power_accounts")
    assert counted(report) == {"refused": 1}
    assert "用电户号" in report.lines[0].reason.zh
    assert many(session, Case) == 0


def test_what_the_rules_refuse_is_not_opened_at_all(town, session):
    household, members = town.family(8, region="320102001001", status="s_worker")
    town.water(members[0])
    report = town.run("water_cut", "register:utility_accounts")
    assert counted(report) == {"refused": 1}
    assert "户籍" in report.lines[0].reason.zh
    assert not session.scalars(select(Application).where(Application.channel == "proactive")).all()
    assert household
