"""The fixed words around a form, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

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


def word(name: str, lang: str, **params: object) -> str:
    text = WORDS[name].to(lang)
    return text.format(**params) if params else text
