"""Example families: one family of the pack, changed on purpose, for each item somebody helped and somebody refused.

The results are what the rules say of the converted documents; the whole-family expectation of the pack is the proof
that these rules are the right ones (tests/catalogue/test_example_family.py).
"""

from __future__ import annotations

import copy
from typing import Any

from expressions import names
from judging import Judges

ROWS = {"m": "members", "h": "houses", "s": "supporters", "v": "vehicles"}
DAY = "2022-06-01"
NOT_DIBAO = {"s_dibao": False}
DISABLED = {"m0.member_disabled": True, "m0.member_disability_cert_no": "32131119810501002144"}
SEVERE = DISABLED | {"m0.member_disability_grade": "1", "m0.member_disability_kind": "4"}
ALONE: dict[str, Any] = {"drop": 1, "hh_size": 1, "hh_protected_count": 1}
OLD = ALONE | {"m0.member_birth_date": "1938-03-05", "m0.member_labor": "4"}
CHILD = {"m1.member_father_status": "dead", "m1.member_mother_status": "dead"}
EVENT = {"urgent_kind": "injury", "urgent_event": "traffic", "exp_accident": 3000000}
POORER = NOT_DIBAO | {"inc_wage_odd": 2000000}
FLOOD = {"urgent_event": "flood", "disaster_rooms_fallen": 1, "v_disaster_verified": "倒塌1间,三级已核定"}
STUDENT = {
    "member_name": "学生乙", "member_birth_date": "2012-04-01", "member_in_school": True, "member_school_stage": "1",
    "member_disabled": False, "member_disability_grade": None, "member_disability_kind": None,
    "member_medical_insured": "resident", "member_veteran_kind": "none",
}  # fmt: skip

# item -> [(zh, en, what differs from the pack's family)]
CASES: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "destitute_support": [
        ("独居八旬老人,一项不能自理", "An elder of 84 living alone, one task not managed", OLD | {"m0.v_adl_bath": False, "s_dibao": False, "inc_wage_odd": 0}),
        ("独居壮年,未残疾", "A single adult of working age, not disabled", ALONE),
        ("有壮年母亲同住的少年", "A minor living with a mother of working age", {}),
    ],
    "dibao": [
        ("母子二人,零工收入", "Mother and son, odd jobs", {}),
        ("收入超过低保标准", "Income above the standard", {"inc_wage_odd": 3000000}),
        ("低保边缘家庭中的重病单人保", "Single-person dibao for a gravely ill member of a near-dibao family", {"dibao_kind": "single_ill", "inc_wage_odd": 1800000, "hh_protected_count": 1}),
        ("扣除不计入收入后符合", "Within the standard after income that does not count", {"inc_wage_odd": 1600000, "inc_exempt_total": 400000}),
        ("一项收入未答", "One income not answered", {"inc_biz_self": "missing"}),
    ],
    "education_aid": [
        ("低保家庭初中生", "Junior-high student of a dibao family", {}),
        ("两个学生", "Two students", {"add": STUDENT}),
        ("无人在校", "Nobody at school", {"m1.member_in_school": False}),
    ],
    "employment_aid": [
        ("登记失业的低保母亲愿意就业", "A registered unemployed mother on dibao wants work", {"m0.member_unemployed_reg": True, "m0.member_want_job": True}),
        ("无就业意愿", "No wish to work", {}),
    ],
    "housing_aid": [
        ("人均12平方米", "12 m² per person", {}),
        ("人均30平方米", "30 m² per person", {"h0.house_area": 60}),
    ],
    "medical_aid": [
        ("重病自付六万元", "Own payments of 60,000 yuan", {}),
        ("两个病人各有自付", "Two patients with own payments", {"med_self_paid": "missing", "m0.med_self_paid": 1000000, "m1.med_self_paid": 200000}),
        ("没有自付费用", "No own payments", {"med_self_paid": 0}),
    ],
    "disability_living": [("低保内一级残疾", "Grade 1 within dibao", SEVERE), ("无残疾", "Not disabled", {})],
    "charity_aid": [
        ("低保家庭求助八千元", "A dibao family asks for 8,000 yuan", {"charity_asked": 800000}),
        ("没有写明求助金额", "No amount asked", {}),
    ],
    "water_cut": [("低保户有户号", "A dibao household with an account", {}), ("不属于救助对象", "Not recognised", NOT_DIBAO)],
    "power_cut": [("低保户有户号", "A dibao household with an account", {}), ("不属于救助对象", "Not recognised", NOT_DIBAO)],
    "tv_cut": [
        ("农村低保户", "A dibao household in the country", {}),
        ("分散特困户免收", "A destitute household pays nothing", NOT_DIBAO | {"s_tekun": True}),
        ("不属于救助对象", "Not recognised", NOT_DIBAO),
    ],
    "temporary_aid": [
        ("急难:车祸,先行救助", "Emergency: a traffic accident, help first", EVENT | {"app_urgent": True, "auth_signed": False}),
        ("支出型:大病", "Expenditure kind: grave illness", {"urgent_kind": "ill_exp"}),
        ("没有突发困难", "No sudden hardship", {}),
    ],
    "near_dibao": [
        ("收入在低保与两倍之间", "Income between the standard and twice it", POORER),
        ("收入低于低保标准", "Income below the dibao standard", NOT_DIBAO),
    ],
    "expenditure_hardship": [
        ("刚性支出超过收入六成", "Unavoidable spending above 60% of income", POORER),
        ("刚性支出不大", "Little unavoidable spending", POORER | {"exp_medical": 100000}),
    ],
    "disability_care": [("一级残疾", "Grade 1 disability", SEVERE), ("无残疾", "Not disabled", {})],
    "orphan": [("父母双亡的少年", "A minor whose parents are dead", CHILD), ("母亲健在", "The mother is alive", {})],
    "de_facto_child": [
        ("父亡母服刑", "Father dead, mother in prison", {"m1.member_father_status": "dead", "m1.member_mother_status": "jail"}),
        ("父母均正常、未患病", "Parents as usual, not ill", {"m0.member_serious_illness": False, "m1.member_father_status": "normal"}),
    ],
    "elder_bonus": [
        ("八十四岁", "Aged 84", OLD),
        ("九十二岁", "Aged 92", OLD | {"m0.member_birth_date": "1930-01-01"}),
        ("尚未满八十岁", "Not yet 80", {}),
    ],
    "elder_service": [
        ("低保中度失能老人", "An elder on dibao, moderately disabled", OLD | {"m0.elder_ability": "2", "elder_ability": "missing"}),
        ("没有老人", "No elder", {}),
    ],
    "funeral_cut": [
        ("低保家庭逝者在本市火化", "Cremated here, a dibao family", {"deceased_home": "市殡仪馆", "deceased_cremation_date": "2022-05-30"}),
        ("不在本市火化", "Not cremated here", {}),
    ],
    "medical_insure": [("低保家庭居民参保", "Dibao family, residents' insurance", {}), ("不属于资助对象", "Not among the people helped", NOT_DIBAO)],
    "pension_pay": [("低保家庭成员", "Member of a dibao family", {}), ("领取职工养老保险", "In employee insurance", {"m0.member_pension_insured": "worker"})],
    "training_subsidy": [
        ("三月前结业取得证书", "Certificate gained three months ago", {"m0.member_skill_cert": "育婴员四级", "m0.training_end_date": "2022-03-01"}),
        ("没有取得证书", "No certificate", {}),
        ("结业已两年", "Training ended two years ago", {"m0.member_skill_cert": "育婴员四级", "m0.training_end_date": "2020-03-01"}),
    ],
    "danger_house": [
        ("唯一住房鉴定为D级", "The only home, grade D", {"h0.house_only": True, "h0.house_danger_grade": "D"}),
        ("两处住房中一处D级、非唯一", "Two homes, the dangerous one is not the only one", {"h0.house_danger_grade": "D"}),
    ],
    "child_rehab": [
        ("五岁残疾儿童", "A disabled child of five", {"m1.member_birth_date": "2017-02-01", "m1.member_disabled": True}),
        ("十四岁未残疾", "Aged 14, not disabled", {}),
    ],
    "barrier_free": [("低保户有重度残疾人", "A dibao household with a severely disabled member", SEVERE), ("没有重度残疾人", "No severely disabled member", {})],
    "disaster_relief": [("洪涝倒房一间", "One room collapsed in a flood", FLOOD), ("没有受灾", "No disaster", {})],
    "family_planning_support": [
        ("五十二岁独生子女死亡", "Aged 52, the only child is dead", {"m0.member_birth_date": "1970-01-01", "m0.fp_kind": "dead", "fp_kind": "missing", "m1.fp_kind": "none"}),
        ("不属于特扶情形", "None of the kinds", {}),
    ],
    "legal_aid": [("追索劳动报酬的低保对象", "A dibao recipient claims wages", {"legal_matter": "labor"}), ("没有援助事项", "No matter of legal aid", {})],
    "veteran_aid": [
        ("因病致困的退役军人", "A veteran in hardship through illness", {"m0.member_veteran_kind": "retired", "m0.veteran_hardship": "因病致困", "veteran_hardship": "missing", "m1.veteran_hardship": None}),
        ("不是退役军人", "Not a veteran", {}),
    ],
    "rural_monitor": [
        ("收入低于监测线", "Income below the monitoring line", {}),
        ("监测户子女读中职", "Child of a monitored family in vocational school", {"s_monitored": True, "m1.member_school_stage": "4"}),
        ("城镇户籍", "Registered in town", {"hh_hukou_kind": "2"}),
    ],
    "worker_aid": [
        ("深度困难职工", "A worker in deep hardship", {"worker_unit": "市纺织厂", "worker_kind": "deep"}),
        ("收入超过各档", "Income above every line", {"worker_unit": "市纺织厂", "worker_kind": "deep", "exp_medical": 0, "inc_wage_odd": 3000000}),
    ],
    "two_cancers": [
        ("低保妇女确诊乳腺癌", "A woman on dibao with breast cancer", {"cancer_kind": "missing", "m0.cancer_kind": "breast", "m1.cancer_kind": "none"}),
        ("已获得过救助", "Helped before", {"cancer_kind": "missing", "m0.cancer_kind": "breast", "m1.cancer_kind": "none", "cancer_aided_before": True}),
    ],
    "price_subsidy": [("联动机制启动的低保家庭", "A dibao family, linkage active", {"x_cpi_triggered": True}), ("机制未启动", "Linkage not active", {})],
    "wanderer": [("主动发现的流浪人员", "Found by the service", {"app_channel": "proactive", "auth_signed": False}), ("没有急难情形", "No emergency", {})],
    "hope_grant": [("低保家庭高中生", "Senior-high student on dibao", {"m1.member_school_stage": "3"}), ("初中生", "A junior-high student", {})],
    "redcross_aid": [
        ("白血病儿童", "A child with leukaemia", {"child_disease": "missing", "m0.child_disease": "none", "m1.child_disease": "leukemia"}),
        ("没有大病儿童", "No gravely ill child", {}),
    ],
    "gas_cut": [("低保户有燃气户号", "A dibao household with an account", {"util_gas_no": "6600018"}), ("不属于救助对象", "Not recognised", NOT_DIBAO)],
}  # fmt: skip


def changed(family: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The family with its changes: `m0.x` a fact of the first member, "missing" = not known, drop/add a member."""
    facts = copy.deepcopy(family)
    for name, value in changes.items():
        row, _, fact = name.partition(".")
        if name == "drop":
            facts["members"] = facts["members"][:value]
        elif name == "add":
            facts["members"].append(dict(value))
        else:
            place, key = (facts[ROWS[row[0]]][int(row[1:])], fact) if fact else (facts, name)
            if value == "missing":
                place.pop(key, None)
            else:
                place[key] = value
    return facts


def read_only(facts: dict[str, Any], wanted: set[str]) -> dict[str, Any]:
    """Only what the item's rules read, so that an example shows what matters."""
    kept: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, list) and name in set(ROWS.values()):
            rows = [{fact: one for fact, one in row.items() if fact in wanted} for row in value]
            if name in wanted:
                kept[name] = rows
        elif name in wanted:
            kept[name] = value
    return kept


def examples(documents: dict[str, Any], family: dict[str, Any]) -> list[dict[str, Any]]:
    """The examples of every item, judged."""
    judges = Judges(documents)
    derived = {one["id"]: one["value"] for one in documents["form_schemas/derived.json"]["derived"]}
    found = []
    for slug, cases in CASES.items():
        wanted = _reads(documents[f"form_schemas/items/{slug}.json"], derived)
        written = []
        for zh, en, changes in cases:
            facts = read_only(changed(family, changes), wanted)
            judged = judges.judge(slug, facts, DAY)
            expect: dict[str, Any] = {"outcome": judged.outcome, "amount_fen": judged.amount_fen}
            if judged.persons:
                expect["persons"] = [one.row for one in judged.persons if one.outcome == "eligible"]
            written.append({"title": {"zh": zh, "en": en}, "on": DAY, "facts": facts, "expect": expect})
        found.append({"item": slug, "examples": written})
    return found


def _reads(item: dict[str, Any], derived: dict[str, Any]) -> set[str]:
    rules = [rule["when"] for rule in item["rules"]] + [item["benefit"]["amount"]]
    found: set[str] = set()
    pending = list(rules)
    while pending:
        rule = pending.pop()
        found |= names(rule, "status") | _groups(rule)
        for name in names(rule) - found:
            found.add(name)
            if name in derived:
                pending.append(derived[name])
    if any(rule["scope"] == "member" for rule in item["rules"]) or item["benefit"]["scope"] == "member":
        found.add("members")
    if item["benefit"]["scope"] == "house":
        found.add("houses")
    return found


def _groups(rule: Any) -> set[str]:
    if isinstance(rule, list):
        return set().union(*(_groups(part) for part in rule))
    if not isinstance(rule, dict):
        return set()
    found = {rule[key][0] for key in ("any", "all", "count", "sum") if key in rule}
    return found.union(*(_groups(value) for value in rule.values()))
