"""Every fault of a catalogue is reported with its file, its place, both languages and what was probably meant."""

from __future__ import annotations

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.catalogue.canonical import escape
from portal.catalogue.checks import check, check_meaning
from portal.catalogue.documents import Source

F = "form_schemas"
DIBAO = f"{F}/items/dibao.json"


def at(document, pointer):
    """The parent of a pointer's last token, and that token."""
    *path, last = [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]
    for token in path:
        document = document[int(token)] if isinstance(document, list) else document[token]
    return document, int(last) if isinstance(document, list) else last


def spoil(documents, file, pointer, value=...):
    """The documents with one value replaced or, without a value, removed."""
    spoiled = copy.deepcopy(documents)
    parent, last = at(spoiled[file], pointer)
    if value is ...:
        del parent[last]
    elif isinstance(parent, list) and last == len(parent):
        parent.append(value)
    else:
        parent[last] = value
    return Source(spoiled)


def found(findings, file, pointer):
    return [finding for finding in findings if finding.file == file and finding.pointer == pointer]


def test_the_small_catalogue_has_no_fault(small):
    assert check(small) == ()


FAULTS = [
    ("an unknown question", DIBAO, "/questions/1", "inc_wages", "no question 'inc_wages'", "'inc_wage'"),
    ("an unknown survey question", DIBAO, "/survey/0", "v_food_stores", "no question", "'v_food_store'"),
    ("an unknown department", DIBAO, "/department", "MX", "no department 'MX'", None),
    ("an unknown workflow", DIBAO, "/workflow", "simpel", "no workflow 'simpel'", "'simple'"),
    ("an unknown paper", DIBAO, "/materials/after/0", "id_cart", "no paper 'id_cart'", "'id_card'"),
    ("an unknown comparison", DIBAO, "/comparisons/0", "C51", "no comparison 'C51'", None),
    ("an unknown co-applied item", DIBAO, "/co_apply/0", "education_ait", "no item", "'education_aid'"),
    ("an unknown recognition", f"{F}/items/education_aid.json", "/needs/0", "s_dibau", "no recognition", "'s_dibao'"),
    ("an unknown recognition granted", DIBAO, "/grants", "s_dibo", "no recognition", "'s_dibao'"),
    ("a column that is not asked", DIBAO, "/view/list/0", "hh_kind", "does not ask 'hh_kind'", None),
    ("an item that needs itself", DIBAO, "/needs/0", "dibao", "cannot point to itself", None),
    ("an unknown item in the order", f"{F}/exclusions.json", "/order/0", "dibau", "no item 'dibau'", "'dibao'"),
    ("an unknown code list", f"{F}/questions/household.json", "/questions/1/codes", "hukou", "no code list", "'hukou_kind'"),
    ("a choice without codes", f"{F}/questions/household.json", "/questions/0/type", "choice", "needs its code list", None),
    ("a question twice", f"{F}/questions/income.json", "/questions/1/id", "hh_size", "already defined", None),
    ("a money question nobody has", f"{F}/questions/income.json", "/none_of_these/questions/0", "inc_vage", "not in this section", "'inc_wage'"),
    ("no layout for a question", f"{F}/home_visit.json", "/core/0", "hh_size", "layout does not show it", None),
    ("an unknown question on the form", f"{F}/application.json", "/layout/elements/0/elements/0/scope", "#/properties/hh_sise", "no question", "'hh_size'"),
    ("a question twice on the form", f"{F}/application.json", "/layout/elements/2/elements/1/scope", "#/properties/inc_wage", "already stands", None),
    ("a row question outside its rows", f"{F}/application.json", "/layout/elements/1/elements/0/scope", "#/properties/member_name", "belongs to 'members'", None),
    ("a missing translation", DIBAO, "/title/en", "", "English is missing", None),
    ("an unknown key", DIBAO, "/workflw", "x", "has no meaning here", "'workflow'"),
    ("a value that is not allowed", DIBAO, "/rules/0/on_fail", "rejects", "is not one of", "'reject'"),
    ("a wrong type", DIBAO, "/questions", "hh_size", "should be a list", None),
    ("a file named otherwise", DIBAO, "/slug", "dibao2", "The file is named 'dibao'", None),
    ("a recognition granted by another", f"{F}/statuses.json", "/statuses/0/granted_by", "near_dibao", "'dibao' grants this", None),
    ("a visit that is not in the front", DIBAO, "/front", ["accept", "authorise", "verify"], "no 'visit'", None),
    ("a query without a letter", DIBAO, "/front", ["accept", "verify", "visit"], "no letter, no query", None),
    ("a register column", f"{F}/registers/students.json", "/list/0", "studentno", "no field", "'student_no'"),
    ("a register's column of lists", f"{F}/registers/students.json", "/schema/properties/id_no/type", "array", "a text, a number", None),
    ("a register that starts an applied item", f"{F}/registers/students.json", "/starts", ["dibao"], "neither from a list", None),
    ("a birthday without an age", DIBAO, "/starts", ["birthday"], "at which age", None),
    ("a register's default", f"{F}/registers/students.json", "/schema/properties/id_no/default", "x", "selected beforehand", None),
    ("a register's step", f"{F}/registers/students.json", "/schema/properties/id_no/multipleOf", 0.01, "19.99", None),
    ("a region without parent", f"{F}/regions.json", "/regions/1/parent", "3214", "no region '3214'", "'3213'"),
    ("a prefill from nowhere", f"{F}/questions/income.json", "/questions/0/prefill", {"kind": "check", "source": "C16"}, "no comparison 'C16'", "'C15'"),
    ("a conflict about nothing", f"{F}/comparisons.json", "/comparisons/0/conflicts/0/question", "inc_wagee", "no question", "'inc_wage'"),
    ("a day that does not exist", f"{F}/parameters.json", "/parameters/0/values/0/from", "2022-02-30", "not a date", None),
    ("a holiday that does not exist", "workflows/calendars/cn.json", "/years/2022/holidays/0", "2022-02-30", "not a date", None),
    ("a register that is no schema", f"{F}/registers/students.json", "/schema/properties/id_no/type", "txt", "not a JSON Schema", None),
    ("a register column without English", f"{F}/registers/students.json", "/schema/properties/id_no/x-title-en", "", "English title", None),
    ("a money parameter without unit", f"{F}/parameters.json", "/parameters/0/unit", "", "is not one of", None),
]  # fmt: skip


def place_of(fault, pointer):
    """Where a fault is reported: most often where it was made."""
    return {
        "no layout for a question": "/layout",
        "a choice without codes": "/questions/0/codes",
        "a query without a letter": "/front",
        "a register that starts an applied item": "/starts/0",
        "a prefill from nowhere": "/questions/0/prefill/source",
    }.get(fault, pointer)


@pytest.mark.parametrize(("fault", "file", "pointer", "value", "words", "meant"), FAULTS, ids=[f[0] for f in FAULTS])
def test_a_fault_is_reported_where_it_is_with_what_was_meant(documents, fault, file, pointer, value, words, meant):
    findings = check_meaning(spoil(documents, file, pointer, value))
    here = found(findings, file, place_of(fault, pointer))
    assert any(words in finding.message.en for finding in here), [(f.file, f.pointer, f.message.en) for f in findings]
    assert all(finding.message.zh and finding.message.en for finding in findings)
    if meant is not None:
        assert any(finding.suggestion and meant in finding.suggestion.en for finding in here)


RULES = [
    ("a misspelt parameter", {"<": [{"var": "d_income_pc"}, {"param": "p_dibau"}]}, "p_dibau", "p_dibao"),
    ("a misspelt recognition", {"status": "s_dibau"}, "s_dibau", "s_dibao"),
    ("a misspelt fact", {"<": [{"var": "inc_wagee"}, 1]}, "inc_wagee", "inc_wage"),
    ("a misspelt derived value", {"<": [{"var": "d_income_cp"}, 1]}, "d_income_cp", "d_income_pc"),
    ("an unknown operator", {"less": [1, 2]}, "less", None),
    ("a row question without a row", {"present": {"var": "member_birth_date"}}, "member_birth_date", None),
    ("a number where yes or no is asked", {"+": [1, 2]}, "yes or no", None),
    ("a list where yes or no is asked", ["x"], "yes or no", None),
    ("a number question as a condition", {"and": [{"not": {"var": "hh_size"}}, True]}, "yes or no", None),
    ("a look the platform does not offer", {"var": "x_has_files_diagnosis"}, "does not answer", None),
    ("two operators in one", {"and": [], "or": []}, "", None),
]


@pytest.mark.parametrize(("fault", "rule", "word", "meant"), RULES, ids=[r[0] for r in RULES])
def test_a_rule_that_means_nothing_is_reported_inside_the_rule(documents, fault, rule, word, meant):
    findings = check_meaning(spoil(documents, DIBAO, "/rules/0/when", rule))
    here = [f for f in findings if f.file == DIBAO and f.pointer.startswith("/rules/0/when")]
    assert here
    assert any(word in finding.message.en for finding in here)
    if meant:
        assert any(finding.suggestion and meant in finding.suggestion.en for finding in here)


def test_a_rule_on_an_unasked_question_says_which_and_through_what(documents):
    findings = check_meaning(spoil(documents, DIBAO, "/questions/1"))
    here = found(findings, DIBAO, "/rules/0/when")
    assert "'inc_wage' (through 'd_income_pc')" in here[0].message.en
    assert "Add 'inc_wage'" in here[0].suggestion.en


def test_a_need_that_no_rule_reads_would_wait_for_nothing(documents):
    findings = check_meaning(spoil(documents, DIBAO, "/needs/0", "s_dibao"))
    assert "none of its rules reads it" in found(findings, DIBAO, "/needs/0")[0].message.en


def test_a_derived_value_cannot_be_worked_out_from_itself(documents):
    findings = check_meaning(spoil(documents, f"{F}/derived.json", "/derived/0/value", {"var": "d_income_pc"}))
    assert any("worked out from itself" in finding.message.en for finding in findings)


def test_excluded_items_stand_in_the_order(documents):
    findings = check_meaning(spoil(documents, f"{F}/exclusions.json", "/order/0"))
    assert "neither stands in the order" in found(findings, f"{F}/items/near_dibao.json", "/excludes")[0].message.en


def test_everything_is_reported_at_once(documents):
    documents[DIBAO]["questions"][1] = "inc_wages"
    documents[DIBAO]["title"]["en"] = ""
    documents[f"{F}/items/near_dibao.json"]["slug"] = 7
    documents[f"{F}/items/education_aid.json"]["department"] = "XX"
    places = {(finding.file, finding.pointer) for finding in check_meaning(Source(documents))}
    assert {
        (DIBAO, "/questions/1"),
        (DIBAO, "/title/en"),
        (f"{F}/items/near_dibao.json", "/slug"),
        (f"{F}/items/education_aid.json", "/department"),
    } <= places


def test_english_that_is_not_english_is_reported_and_does_not_hide_the_rest(documents):
    documents[DIBAO]["rules"][0]["title"]["en"] = "人均 income"
    documents[f"{F}/examples/dibao.json"]["examples"][0]["expect"]["amount_fen"] = 1
    findings = check(Source(documents))
    assert "Chinese characters" in found(findings, DIBAO, "/rules/0/title/en")[0].message.en
    assert found(findings, f"{F}/examples/dibao.json", "/examples/0/expect/amount_fen")


def test_a_missing_document_is_named(documents):
    del documents[f"{F}/parameters.json"]
    assert found(check_meaning(Source(documents)), f"{F}/parameters.json", "")


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("^\\d+$", "[0-9]"),
        ("^\\w+$", "range"),
        ("^\\p{Han}+$", "\\p"),
        ("^[一-龥]+$", "rare characters"),
        ("^(?=a)a$", "look-around"),
        ("[0-9]+", "starts with ^"),
        ("^a$|^b$", "no $ between"),
        ("^[0-9$", "not a pattern"),
    ],
)
def test_patterns_that_differ_between_languages_are_refused(documents, pattern, words):
    file, pointer = f"{F}/questions/members.json", "/questions/0/constraints"
    findings = check_meaning(spoil(documents, file, pointer, {"pattern": pattern}))
    assert any(words in f.message.en for f in found(findings, file, f"{pointer}/pattern"))


def test_an_example_that_comes_out_otherwise_is_reported_with_the_rule_that_decided(documents):
    file = f"{F}/examples/dibao.json"
    findings = check(spoil(documents, file, "/examples/1/expect", {"outcome": "eligible"}))
    here = found(findings, file, "/examples/1/expect/outcome")
    assert "Expected eligible, but the rules say not_eligible" in here[0].message.en
    assert "R1" in here[0].suggestion.en
    findings = check(spoil(documents, file, "/examples/0/expect/amount_fen", 1))
    assert "comes out as 1,240.00" in found(findings, file, "/examples/0/expect/amount_fen")[0].message.en


def test_an_example_with_unknown_facts_is_reported(documents):
    file = f"{F}/examples/dibao.json"
    findings = check(spoil(documents, file, "/examples/0/facts/hh_sise", 2))
    assert "'hh_size'" in found(findings, file, "/examples/0/facts/hh_sise")[0].suggestion.en


def test_every_item_shows_a_refused_family_and_another(documents):
    findings = check(spoil(documents, f"{F}/examples/dibao.json", "/examples/1"))
    assert found(findings, f"{F}/examples/dibao.json", "/examples")


FLOW = "workflows/simple.json"


@pytest.mark.parametrize(
    ("pointer", "value", "where", "words", "meant"),
    [
        ("/steps/decide/actions/approve/to/0", "confrim", None, "no step 'confrim'", "'confirm'"),
        ("/steps/decide/assign/role", "department_oficer", None, "no role", "'department_officer'"),
        ("/steps/decide/title/en", "", None, "English is missing", None),
        ("/steps/confirm/actions/return/back", False, "/steps/confirm", "comes round to itself", None),
        ("/on", {}, "/steps", "no end can be reached from", None),
        ("/steps/decide/limit", {"days": 30}, None, None, None),
    ],
)
def test_a_workflow_that_cannot_be_followed_is_reported(documents, pointer, value, where, words, meant):
    findings = check(spoil(documents, FLOW, pointer, value))
    if words is None:
        late = found(findings, DIBAO, "/time_limit/after")
        assert "over the promised 12" in late[0].message.en
        return
    here = found(findings, FLOW, where or pointer) or [f for f in findings if f.file == FLOW]
    assert any(words in finding.message.en for finding in here)
    if meant:
        assert any(finding.suggestion and meant in finding.suggestion.en for finding in here)


def test_a_missing_step_is_a_finding_and_not_a_crash(documents):
    assert check(spoil(documents, FLOW, "/steps/confirm"))
    assert check(spoil(documents, FLOW, "/steps", {}))
    assert check(spoil(documents, FLOW, "/start", 7))


@given(
    st.randoms(use_true_random=False), st.sampled_from([None, 7, "x", [], {}, True, "2022-02-30", [[]], {"a": 1}, [{}]])
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_damage_anywhere_gives_findings_and_never_an_exception(documents, random, value):
    file = random.choice(sorted(documents))
    pointer, inner = "", documents[file]
    while isinstance(inner, dict | list) and inner and random.random() < 0.8:
        key = random.choice(sorted(inner)) if isinstance(inner, dict) else random.randrange(len(inner))
        pointer, inner = f"{pointer}/{escape(str(key))}", inner[key]
    source = spoil(documents, file, pointer, value) if pointer else Source({**documents, file: value})
    for finding in check(source):
        assert finding.message.zh
        assert finding.message.en
