"""Pruning hides without guessing; prefilling fills blanks and remembers where values came from."""

from portal.forms import Origin, compute, facts_of, hidden, prefill, prune, validate


def test_answers_to_hidden_and_unchosen_questions_leave(form, household, env):
    spoilt = household | {"app_agent_name": "测试丙", "v_job_willing": True, "visitor1_name": "x"}
    spoilt["members"][0]["member_disability_grade"] = "1"
    spoilt["members"][0]["v_adl_eat"] = True
    kept = prune(form, spoilt, env)
    assert "app_agent_name" not in kept
    assert "member_disability_grade" not in kept["members"][0]
    assert validate(form, kept, env) == []


def test_strangers_stay_so_that_validation_names_them(form, household, env):
    kept = prune(form, household | {"stranger": 1}, env)
    assert [(error.pointer, error.code) for error in validate(form, kept, env)] == [("/stranger", "unknown")]


def test_pruning_twice_changes_nothing_and_the_original_stays(form, household, env):
    household["app_mode"] = "agent"
    before = str(household)
    once = prune(form, household, env)
    assert prune(form, once, env) == once
    assert str(household) == before


def test_a_question_stays_hidden_while_its_condition_is_blank(form, env):
    assert "/app_agent_name" in hidden(form, {}, env)
    assert "/members/0/member_disability_grade" in hidden(form, {"members": [{}]}, env)
    assert "/app_agent_name" not in hidden(form, {"app_mode": "agent"}, env)


def test_a_question_shows_when_nobody_at_this_desk_could_decide(form, visit, env):
    members = {"members": [{"member_birth_date": "2011-05-01"}]}
    assert "/members/0/v_adl_eat" not in hidden(visit, members, env)  # the chosen items are not known here
    assert "/members/0/member_guardian_name" not in hidden(form, members)  # no date given
    assert "/members/0/member_guardian_name" not in hidden(form, members, env)
    assert "/members/0/member_guardian_name" in hidden(form, {"members": [{"member_birth_date": "1950-01-01"}]}, env)


def test_what_does_not_apply_is_none_and_what_is_blank_stays_unknown(form, household, env):
    facts = facts_of(form, household, env)
    assert facts["app_agent_name"] is None
    assert facts["members"][0]["member_disability_grade"] is None
    assert "inc_other" not in facts
    assert "inc_other_note" not in facts
    assert facts["members"][1]["member_disability_grade"] == "2"


def test_sources_fill_blanks_and_leave_their_origin(form):
    sources = {
        "C01": {"applicant_name": " 测试甲 ", "applicant_id_no": "11010519491231002x"},
        "C99": {"applicant_phone": "1"},
    }
    answers, origins = prefill(form, sources, {"applicant_name": "测试乙"}, when="2022-06-01")
    assert answers == {"applicant_name": "测试乙", "applicant_id_no": "11010519491231002X"}
    assert origins["/applicant_name"] == Origin("C01", "测试甲", "2022-06-01")
    assert "/applicant_phone" not in origins


def test_rows_of_a_source_join_the_same_person(form):
    known = {"C01": {"members": [{"member_id_no": "11010519491231002X", "member_name": "测试甲"}]}}
    answers, _ = prefill(form, known)
    assert answers["members"] == [{"member_id_no": "11010519491231002X", "member_name": "测试甲"}]
    typed = {
        "members": [{"row_id": "m1", "member_id_no": "E1"}, {"row_id": "m2", "member_id_no": "11010519491231002X"}]
    }
    answers, origins = prefill(form, known, typed)
    assert [row.get("member_name") for row in answers["members"]] == [None, "测试甲"]
    assert set(origins) == {"/members/1/member_name", "/members/1/member_id_no"}


def test_birth_and_sex_come_from_the_citizen_number_but_a_person_may_differ(form, household, env):
    household["members"] = [
        {"row_id": "m1", "member_id_no": "11010519491231002X", "member_lives_together": True},
        {"row_id": "m2", "member_id_no": "11010519491231002X", "member_sex": "1", "member_lives_together": False},
    ]
    first, second = compute(form, household | {"hh_size": 9}, env)["members"]
    assert (first["member_birth_date"], first["member_sex"]) == ("1949-12-31", "2")
    assert second["member_sex"] == "1"


def test_a_computed_answer_follows_its_rule(form, household, env):
    household["hh_size"] = 9
    assert compute(form, household, env)["hh_size"] == 2
    del household["members"]
    assert compute(form, household, env)["hh_size"] == 9  # cannot be computed: what stands there stays
