"""The fixed words around a form, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from portal.forms.sentences import ROW_N
from portal.values import Text

WORDS: Final[Mapping[str, Text]] = {
    "errors_title": Text("有 {count} 处需要更正", "{count} entries need correcting"),
    "error": Text("错误:", "Error: "),
    "warning": Text("请再核对:", "Please check again: "),
    "sections": Text("本表各部分", "Sections of this form"),
    "required": Text("必填", "required"),
    "choose": Text("请选择", "Please choose"),
    "yes": Text("是", "Yes"),
    "no": Text("否", "No"),
    "add": Text("添加一条{title}", "Add: {title}"),
    "remove": Text("删除第 {n} 条{title}", "Remove {title} {n}"),
    "row": Text("{title} {n}", "{title} {n}"),
    "none_rows": Text("没有{title}", "There is none: {title}"),
    "none_money": Text("以上都没有", "None of these"),
    "none_help": Text("空白的金额都写成 0,已填的不变。", "Writes 0 into the blank amounts; what is filled in stays."),
    "no_rows": Text("还没有填写。", "Nothing entered yet."),
    "yuan": Text("元", "yuan"),
    "date_hint": Text("如 20250308", "for example 20250308"),
    "moment_hint": Text("如 20250308 0930", "for example 20250308 0930"),
    "position_hint": Text("纬度,经度", "latitude, longitude"),
    "region_hint": Text("输入代码或名称查找", "type a code or a name to search"),
    "computed": Text("系统计算", "computed"),
    "source": Text("来自{source}", "from {source}"),
    "source_value": Text("{source}的记录是:{value}", "{source} has: {value}"),
    "why": Text("为什么问", "Why we ask"),
    "why_section": Text("这一部分各项用在哪里", "What these questions are used for"),
    "used_by": Text("用于:{items}", "Used for: {items}"),
    "used_by_all": Text("所有申请事项都要用。", "Needed for every item applied for."),
    "keep_file": Text("已上传的文件 {n}(取消勾选即不再使用)", "Uploaded file {n} (untick to leave it out)"),
    "upload": Text("选择文件", "Choose files"),
    "refresh": Text("更新表单", "Update the form"),
    "open": Text("{n} 项待填", "{n} to answer"),
    "wrong": Text("{n} 处有误", "{n} to correct"),
    "open_rules": Text("还有 {count} 条待填写或待核实", "{count} still to be answered or verified"),
    "shortcuts": Text(
        "Enter 下一项 · Alt+N 添加一条 · Alt+0 以上都没有 · Alt+S 保存 · 选项可直接键入代码",
        "Enter: next field · Alt+N: add a row · Alt+0: none of these · Alt+S: save · type a code to choose",
    ),
    "hints": Text("各事项现在的情形", "How each item stands now"),
    "hints_note": Text(
        "按已填内容测算,最终以审核确认为准。", "Worked out from what is filled in; the decision is what counts."
    ),
    "question": Text("问题", "Question"),
    "blank": Text("未填", "blank"),
    "differs": Text("不一致", "differs"),
    "same": Text("一致", "agrees"),
    "files": Text("{count} 个文件", "{count} files"),
    "signed": Text("已签", "signed"),
    "none": Text("没有", "none"),
    "system": Text("系统", "the system"),
    "declared": Text("申报", "Declared"),
    "colon": Text(":", ": "),
    "returned": Text("核对", "Returned"),
    "seen": Text("入户", "Seen"),
    "decided": Text("认定", "Decided"),
}

# What the scripts say; shipped with the form, so that no sentence is written twice.
LIVE_WORDS: Final[Mapping[str, Text]] = {
    "row": WORDS["row"],
    "nth": ROW_N,
    "remove": WORDS["remove"],
    "error": WORDS["error"],
    "warning": WORDS["warning"],
    "required": WORDS["required"],
    "errors_title": WORDS["errors_title"],
    "open": WORDS["open"],
    "wrong": WORDS["wrong"],
    "added": Text("已添加:{title}", "Added: {title}"),
    "removed": Text("已删除:{title}", "Removed: {title}"),
    "undo": Text("撤销删除", "Undo"),
    "carried": Text("沿用上一条", "as in the row above"),
    "from_applicant": Text("取自申请人", "from the applicant"),
    "from_id": Text("取自身份证号", "from the id number"),
    "zeroed": Text("空白的金额已写 0", "Blank amounts are 0 now"),
    "divisions": Text("有 {n} 个可选,用上下键选择", "{n} found; use the arrow keys"),
    "no_division": Text("没有匹配的区划", "No division found"),
    "saving": Text("正在保存…", "Saving …"),
    "saved": Text("已保存 {time}", "Saved at {time}"),
    "unsaved": Text("有改动,尚未保存", "Changes not saved yet"),
    "offline": Text("没有网络,已暂存在本机 {time}", "No network; kept on this device at {time}"),
    "signed_out": Text(
        "登录已过期,已暂存在本机;请在新窗口登录后点“保存”",
        "Your sign-in expired; kept on this device. Sign in in another tab, then save",
    ),
    "conflict": Text(
        "这份草稿在别处被改动过,这里的内容没有丢;点“保存”去对照",
        "This draft was changed elsewhere. Nothing here is lost; press save to compare",
    ),
    "refused": Text("没有自动保存,已暂存在本机:{reason}", "Not saved, kept on this device: {reason}"),
    "restored": Text("已恢复 {time} 未保存的内容", "What was not saved at {time} has been put back"),
    "restore_older": Text(
        "本机有 {time} 未保存的内容,但草稿后来在别处保存过",
        "This device has changes from {time}, but the draft was saved elsewhere since",
    ),
    "restore": Text("取回本机内容", "Use what this device has"),
    "discard": Text("不要本机内容", "Discard what this device has"),
}


def word(name: str, lang: str, **params: object) -> str:
    text = WORDS[name].to(lang)
    return text.format(**params) if params else text
