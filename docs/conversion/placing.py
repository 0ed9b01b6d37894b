"""Where each question belongs: facts about one person move to the member row, and rows never share a section."""

from __future__ import annotations

from typing import Any

GROUPS = {
    "app": "application",
    "hh": "application",
    "member": "members",
    "supporter": "supporters",
    "supporter_family": "supporter_families",
    "insider": "insiders",
    "house": "houses",
    "vehicle": "vehicles",
    "neighbour": "neighbours",
    "visit": "visit",
}

# Asked once per application in the pack, but facts about one person: two students or two patients must both fit.
TO_MEMBERS = {
    "sp_med": (
        "med_patient med_total_cost med_pooled_paid med_self_paid med_out_catalog med_hospital med_settle_date "
        "med_offsystem"
    ),
    "sp_child": "child_target child_identify_basis child_disease child_transplanted",
    "sp_edu": "edu_target edu_bank_by_school youth_admission_no",
    "sp_elder": "elder_target elder_ability elder_service_wish elder_adapt_wish",
    "sp_rehab": "rehab_target rehab_kind rehab_institution",
    "sp_women": "cancer_kind cancer_stage cancer_aided_before",
    "sp_family_planning": "fp_kind fp_birth_history",
    "sp_veteran": "veteran_hardship",
    "sp_training": "training_course training_end_date",
    "auth_members": "auth_member_sign auth_method",
    "appfile_members": "file_id_card",
}
SECTION_OF = {name: section for section, names in TO_MEMBERS.items() for name in names.split()}
SECTION_OF |= {"hh_insider_relative": "base"}
SECTION_OF |= dict.fromkeys(("sup_family_name", "sup_family_relation", "sup_family_id_no"), "supporter_family")
MEMBER_FACTS = {name for names in TO_MEMBERS.values() for name in names.split()}

# Sections the pack does not have, each after the section it is split from.
NEW_SECTIONS = {
    "supporter_family": ("supporter", "赡抚扶养人家庭成员", "Members of supporters' families", "application"),
    "sp_edu": ("sp_child", "教育专项", "Education specifics", "application"),
    "sp_rehab": ("sp_dis", "儿童康复专项", "Child rehabilitation specifics", "application"),
    "sp_women": ("sp_other", "妇女两癌专项", "Women's cancer specifics", "application"),
    "sp_family_planning": ("sp_other", "计生特扶专项", "Family-planning support specifics", "application"),
    "sp_veteran": ("sp_other", "退役军人专项", "Veterans' specifics", "application"),
    "sp_training": ("sp_other", "技能培训专项", "Skills-training specifics", "application"),
    "auth_members": ("auth", "成员签署", "Members' signatures", "application"),
    "appfile_members": ("appfile", "成员证件影像", "Members' identity papers", "application"),
}

# One person was chosen per application; now each member row says yes or no.
TARGETS = {
    "med_patient": ("是否为其申请医疗救助", "Medical aid asked for this member"),
    "child_target": ("是否为其申请儿童保障", "Child support asked for this member"),
    "edu_target": ("是否为其申请助学", "Education aid asked for this member"),
    "elder_target": ("是否为其申请老年待遇", "Elder benefits asked for this member"),
    "rehab_target": ("是否为其申请康复服务", "Rehabilitation asked for this member"),
}

MONEY_SECTIONS = {
    "income": ("以上均无收入", "None of these incomes"),
    "expense": ("以上均无支出", "None of these expenses"),
    "finance": ("以上金融资产均无", "None of these assets"),
}


def group_of(field: dict[str, Any]) -> str:
    """The row group (or the form itself) in which a question is asked."""
    return "members" if field["id"] in MEMBER_FACTS else GROUPS[str(field["repeats_per"])]


def section_of(field: dict[str, Any]) -> str:
    return str(SECTION_OF.get(field["id"], field["section"]))
