"""The shapes of families a township knows, as a table: how often each comes, and how it is made.

Incomes are shares of the living standard: below 1 a family is poor, from 1 to 2 it stands near the line, above it does not
qualify. Each shape asks for the items such a family would, so that rules come out every way they can.
"""

from __future__ import annotations

from collections.abc import Callable

from portal.demo.families import Family, disabled, ill
from portal.demo.people import MAN, WOMAN

UTILITIES = ("power_cut", "water_cut", "tv_cut")


def single_elder(f: Family) -> None:
    """An old person alone, living on the basic pension."""
    age = f.dice.randrange(66, 94)
    frail = f.dice.random() < 0.4
    f.add(
        "01",
        f.dice.choice((MAN, WOMAN)),
        age,
        elder_ability="2" if frail else "0",
        member_self_care="2" if frail else "1",
    )
    f.earns(f.dice.uniform(0.1, 0.6), "inc_biz_planting")
    f.lives_in(f.dice.randrange(28, 60))
    f.says(hh_category=["lonely_elder"], hh_poverty_cause="elder", app_reason=["no_income"])
    if f.dice.random() < 0.5:
        f.asks("destitute_support")
        f.says(tekun_mode="scattered")
        f.maybe(0.2, "dibao")  # the two exclude each other: one is closed when the other is confirmed
        if f.dice.random() < 0.3:
            f.supporter("20", MAN, age - 25, f.dice.choice(("able", "severe_dis")))
    else:
        f.asks("dibao")
    f.maybe(0.5, *UTILITIES)
    if age >= 80:
        f.asks("elder_bonus")
    f.maybe(0.4, "elder_service")


def students(f: Family) -> None:
    """Parents with two children at school, one of them perhaps at university."""
    f.couple(f.dice.randrange(40, 50))
    f.pupil(f.dice.randrange(13, 16), "2")
    f.pupil(f.dice.choice((17, 19)), f.dice.choice(("3", "6")))
    f.earns(f.dice.uniform(0.35, 1.15), "inc_wage_migrant")
    f.lives_in(f.dice.randrange(30, 110))
    f.says(exp_education=1_200_000, hh_poverty_cause="school", app_reason=["education"])
    f.asks("dibao", "education_aid")
    f.maybe(0.5, "housing_aid")
    f.maybe(0.3, "hope_grant")
    f.maybe(0.4, *UTILITIES)


def disabled_member(f: Family) -> None:
    """Somebody severely disabled, cared for by a parent or a spouse."""
    f.couple(f.dice.randrange(45, 62))
    who = f.members[1]
    grade = f.dice.choice(("1", "1", "2", "3"))
    who.update(disabled(who["member_id_no"], f.dice.choice("4567"), grade))
    f.earns(f.dice.uniform(0.3, 0.95))
    f.lives_in(f.dice.randrange(50, 90))
    f.says(exp_care=600_000, barrier_kind=["rail", "toilet"], hh_poverty_cause="disability", app_reason=["disability"])
    f.asks("dibao", "disability_living", "disability_care")
    f.maybe(0.4, "barrier_free")
    f.maybe(0.3, "pension_pay")
    f.maybe(0.3, "power_cut")


def two_patients(f: Family) -> None:
    """A couple both in treatment; the bills are larger than the income."""
    f.couple(f.dice.randrange(48, 66))
    for row, paid in zip(f.members, (f.dice.randrange(20, 70), f.dice.randrange(2, 9)), strict=True):
        row.update(ill(f.dice.choice(("示例慢性肾病", "示例恶性肿瘤", "示例心脏病")), paid * 100_000))
    paid = sum(row["med_self_paid"] for row in f.members)
    f.earns(f.dice.uniform(1.05, 2.3))
    f.lives_in(f.dice.randrange(60, 110))
    f.says(exp_medical=paid, hh_poverty_cause="illness", app_reason=["illness"])
    f.asks(f.dice.choice(("near_dibao", "expenditure_hardship")), "medical_aid")
    f.maybe(0.3, "charity_aid")
    f.says(charity_project="big_ill", charity_asked=800_000)


def orphan(f: Family) -> None:
    """A grandmother with a grandchild whose parents are dead, lost or in prison."""
    f.add("01", WOMAN, f.dice.randrange(62, 74))
    father, mother = f.dice.choice((("dead", "dead"), ("dead", "missing"), ("dead", "jail"), ("jail", "lost_contact")))
    f.pupil(
        f.dice.randrange(8, 15),
        "1",
        relation="40",
        member_father_status=father,
        member_mother_status=mother,
        child_target=True,
        child_identify_basis="父母均不能履行抚养义务",
    )
    f.earns(f.dice.uniform(0.2, 0.7), "inc_biz_planting")
    f.lives_in(f.dice.randrange(40, 70))
    f.says(hh_poverty_cause="orphan", app_reason=["no_income"])
    f.asks("orphan" if {father, mother} <= {"dead", "missing"} else "de_facto_child", "education_aid")
    f.maybe(0.5, "medical_insure")


def migrants(f: Family) -> None:
    """Parents who work elsewhere, children with them at home, income about the line."""
    f.couple(f.dice.randrange(33, 42))
    f.pupil(f.dice.randrange(7, 12), "1")
    f.earns(f.dice.uniform(0.9, 2.4), "inc_wage_migrant")
    f.lives_in(f.dice.randrange(80, 140))
    f.says(hh_poverty_cause="other", app_reason=["education"], inc_work_cost_deduct=200_000)
    f.asks("near_dibao", "education_aid")
    f.maybe(0.3, "housing_aid")


def two_houses(f: Family) -> None:
    """Poor by income, but a second house stands in the register: a person must look at it."""
    f.couple(f.dice.randrange(52, 64))
    f.earns(f.dice.uniform(0.3, 0.9))
    f.lives_in(f.dice.randrange(70, 110))
    f.lives_in(f.dice.randrange(60, 90), "resettle")
    f.says(hh_poverty_cause="jobless", app_reason=["no_income"])
    f.asks("dibao")
    f.maybe(0.4, "temporary_aid", "medical_insure")
    f.says(urgent_kind="other")


def near_line(f: Family) -> None:
    """A mother and child within a few yuan of the line."""
    f.add("01", WOMAN, f.dice.randrange(34, 45), member_marital="40")
    f.pupil(f.dice.randrange(7, 15), f.dice.choice(("1", "2")))
    f.earns(f.dice.uniform(0.96, 1.04))
    f.lives_in(f.dice.randrange(20, 60), f.dice.choice(("rent", "borrow", "commodity")))
    f.says(
        hh_category=["single_parent"],
        hh_poverty_cause="no_labor",
        app_reason=["no_labor"],
        housing_need="rent_subsidy",
        housing_rent_month=60_000,
    )
    f.asks("dibao", "education_aid", "housing_aid")
    f.maybe(0.3, "legal_aid")
    f.says(legal_matter="support", legal_desc="请求支付子女抚养费(示例)")


def emergency(f: Family) -> None:
    """An accident or a flood: help first, papers afterwards."""
    f.couple(f.dice.randrange(38, 58))
    f.pupil(f.dice.randrange(9, 15), "1")
    f.earns(f.dice.uniform(0.8, 2.2))
    f.lives_in(f.dice.randrange(70, 110))
    flood = f.dice.random() < 0.4
    f.says(
        app_urgent=True,
        app_reason=["disaster"],
        hh_poverty_cause="disaster" if flood else "accident",
        urgent_kind="disaster_urgent" if flood else "injury",
        urgent_event="flood" if flood else "traffic",
        urgent_date=f.today.isoformat(),
        urgent_loss=f.dice.randrange(20, 80) * 100_000,
        disaster_rooms_fallen=int(flood),
        exp_accident=2_400_000,
    )
    f.asks("temporary_aid")
    if flood:
        f.asks("disaster_relief")


def workers(f: Family) -> None:
    """A worker's family with debts from an illness."""
    f.couple(f.dice.randrange(36, 50))
    f.members[1].update(ill("示例慢性病", 3_000_000))
    f.members[0].update(member_occupation="24", member_employer="示例纺织厂", member_medical_insured="worker")
    f.pupil(f.dice.randrange(9, 15), "1")
    f.earns(f.dice.uniform(0.9, 2.6), "inc_wage_local")
    f.lives_in(f.dice.randrange(60, 95), "commodity")
    f.says(
        hh_category=["worker"],
        worker_unit="示例纺织厂工会",
        exp_medical=3_000_000,
        hh_poverty_cause="illness",
        app_reason=["illness"],
    )
    f.asks("worker_aid", "medical_aid")
    f.maybe(0.5, "gas_cut", "tv_cut")


def women_ill(f: Family) -> None:
    """A woman with one of the two cancers."""
    f.add("01", WOMAN, f.dice.randrange(38, 58), cancer_kind=f.dice.choice(("breast", "cervical")), cancer_stage="II")
    f.members[0].update(ill("示例恶性肿瘤", f.dice.randrange(20, 60) * 100_000))
    f.members[0]["cancer_aided_before"] = f.dice.random() < 0.15
    f.earns(f.dice.uniform(0.2, 0.9))
    f.lives_in(f.dice.randrange(40, 80))
    f.says(exp_medical=f.members[0]["med_self_paid"], hh_poverty_cause="illness", app_reason=["illness"])
    f.asks("dibao", "two_cancers", "medical_aid")


def veterans(f: Family) -> None:
    """A retired soldier in hardship."""
    kind = f.dice.choice(("retired", "retired", "retired", "none"))
    f.add("01", MAN, f.dice.randrange(55, 75), member_veteran_kind=kind, veteran_hardship="因病致困(示例)")
    f.members[0].update(ill("示例慢性病", 900_000))
    f.earns(f.dice.uniform(0.8, 2.0), "inc_trans_pension")
    f.lives_in(f.dice.randrange(60, 90))
    f.says(hh_category=["veteran"], hh_poverty_cause="illness", app_reason=["illness"])
    f.asks("veteran_aid")
    f.maybe(0.4, "medical_aid")


def disabled_child(f: Family) -> None:
    """A young child in rehabilitation."""
    f.couple(f.dice.randrange(29, 38))
    child = f.add("20", MAN, f.dice.randrange(3, 12), rehab_target=True, rehab_kind="autism")
    child.update(disabled(child["member_id_no"], "6", f.dice.choice("23")))
    child.update(rehab_institution="示例康复中心", child_target=True)
    f.earns(f.dice.uniform(0.6, 1.9))
    f.lives_in(f.dice.randrange(70, 100))
    f.says(exp_rehab=2_400_000, hh_poverty_cause="disability", app_reason=["disability"])
    f.asks("child_rehab", "near_dibao")
    f.maybe(0.3, "disability_care")


def unsafe_house(f: Family) -> None:
    """A country family in a house that was certified as dangerous."""
    f.couple(f.dice.randrange(50, 64))
    f.earns(f.dice.uniform(0.3, 0.95), "inc_biz_planting")
    f.lives_in(f.dice.randrange(45, 80), house_danger_grade=f.dice.choice("CDDB"), house_structure="earth")
    f.says(hh_hukou_kind="1", hh_poverty_cause="other", app_reason=["housing"], housing_need="rebuild")
    f.asks("dibao", "danger_house")
    f.maybe(0.4, "rural_monitor")


def jobless(f: Family) -> None:
    """Somebody who lost work, wants some, and learned a trade."""
    f.couple(f.dice.randrange(41, 52))
    f.members[1].update(
        member_unemployed_reg=True,
        member_want_job=True,
        member_occupation="70",
        member_job_hard=f.dice.random() < 0.6,
        member_skill_cert="示例家政服务证书",
        training_course="示例家政服务",
        training_end_date=f.today.replace(day=1).isoformat(),
    )
    f.earns(f.dice.uniform(0.4, 1.5))
    f.lives_in(f.dice.randrange(60, 90))
    f.says(hh_poverty_cause="jobless", app_reason=["no_income"])
    f.asks("employment_aid", "training_subsidy")
    f.maybe(0.5, "dibao")


def lost_child(f: Family) -> None:
    """Parents whose only child died."""
    f.couple(f.dice.randrange(52, 66))
    for row in f.members:
        row["fp_kind"] = f.dice.choice(("dead", "disabled"))
        row["fp_birth_history"] = "只生育一个子女(示例)"
    f.earns(f.dice.uniform(0.9, 2.2))
    f.lives_in(f.dice.randrange(60, 100))
    f.says(hh_category=["lost_only_child"], hh_poverty_cause="elder", app_reason=["other"])
    f.asks("family_planning_support")


def bereaved(f: Family) -> None:
    """A family that buries somebody."""
    f.couple(f.dice.randrange(45, 60))
    f.earns(f.dice.uniform(0.9, 2.4))
    f.lives_in(f.dice.randrange(70, 100))
    f.says(deceased_name="示例逝者", deceased_home="示例殡仪馆", hh_poverty_cause="other", app_reason=["other"])
    f.asks("funeral_cut")


def found_on_the_road(f: Family) -> None:
    """Somebody without shelter, brought in by a grid worker."""
    f.add("01", MAN, f.dice.randrange(40, 66), member_health="38")
    f.earns(0.05)
    f.says(app_urgent=True, urgent_kind="other", urgent_event="other", app_reason=["no_income"], app_mode="ex_officio")
    f.says(hh_poverty_cause="other")
    f.asks("wanderer")


def well_off(f: Family) -> None:
    """A family above every line that asks all the same, with a car."""
    f.couple(f.dice.randrange(38, 52))
    f.pupil(f.dice.randrange(9, 15), "1")
    f.earns(f.dice.uniform(2.1, 4.0), "inc_wage_local")
    f.lives_in(f.dice.randrange(90, 140), "commodity")
    f.drives("car")
    f.says(fin_deposit=9_000_000, hh_poverty_cause="other", app_reason=["other"])
    f.asks("dibao", "housing_aid")


def sick_child(f: Family) -> None:
    """A child with leukaemia or a heart defect."""
    f.couple(f.dice.randrange(31, 42))
    disease = f.dice.choice(("leukemia", "chd"))
    f.pupil(
        f.dice.randrange(7, 12), "1", child_disease=disease, child_transplanted=False, **ill("示例儿童大病", 4_500_000)
    )
    f.earns(f.dice.uniform(0.7, 1.9))
    f.lives_in(f.dice.randrange(70, 100))
    f.says(exp_medical=4_500_000, hh_poverty_cause="illness", app_reason=["illness"])
    f.asks("near_dibao", "redcross_aid", "medical_aid")


Shape = Callable[[Family], None]
# How many of a hundred families have each shape.
SHAPES: tuple[tuple[int, Shape], ...] = (
    (17, single_elder),
    (14, students),
    (12, disabled_member),
    (8, two_patients),
    (5, orphan),
    (6, migrants),
    (3, two_houses),
    (6, near_line),
    (4, emergency),
    (4, workers),
    (3, women_ill),
    (2, veterans),
    (3, disabled_child),
    (3, unsafe_house),
    (3, jobless),
    (2, lost_child),
    (1, bereaved),
    (1, found_on_the_road),
    (2, well_off),
    (1, sick_child),
)
