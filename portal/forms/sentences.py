"""What a clerk is told when an answer cannot be accepted: one sentence per kind of fault, naming the question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from portal.errors import FieldError
from portal.values import Text

SENTENCES: Final[Mapping[str, Text]] = {
    "required": Text("请填写“{title}”。", "Please answer “{title}”."),
    "choose": Text("请选择“{title}”。", "Please choose “{title}”."),
    "sign": Text("“{title}”还没有签署。", "“{title}” is not signed yet."),
    "upload": Text("请上传“{title}”。", "Please upload “{title}”."),
    "rows_required": Text(
        "请填写“{title}”;没有的请勾选“没有”。", "Please enter “{title}”, or tick that there is none."
    ),
    "member_required": Text("请填写“{title}”:至少有申请人本人。", "Please enter “{title}”: at least the applicant."),
    "not_computed": Text(
        "“{title}”由系统计算,现在还算不出:请先填好相关问题。",
        "“{title}” is computed by the system; answer the questions it depends on first.",
    ),
    "unknown": Text("这份表单里没有“{title}”这一项。", "This form has no entry “{title}”."),
    "type": Text("“{title}”的格式不对。", "“{title}” does not have the right form."),
    "text_type": Text("“{title}”应是文字。", "“{title}” should be text."),
    "too_long": Text(
        "“{title}”最多 {limit} 个字,现在是 {actual} 个。", "“{title}” may have {limit} characters; it has {actual}."
    ),
    "control": Text(
        "“{title}”里有不能使用的字符(如换行)。", "“{title}” holds characters that cannot be used, such as line breaks."
    ),
    "pattern": Text("“{title}”的格式不对,请核对。", "“{title}” is not written as expected; please check."),
    "not_a_number": Text("“{title}”应是数字。", "“{title}” should be a number."),
    "not_whole": Text("“{title}”应是整数。", "“{title}” should be a whole number."),
    "not_an_amount": Text(
        "“{title}”应是金额,以元为单位,最多两位小数,如 1200.50。",
        "“{title}” should be an amount in yuan with at most two decimals, such as 1200.50.",
    ),
    "money_type": Text("“{title}”应是以分为单位的整数。", "“{title}” should be a whole number of fen."),
    "min": Text("“{title}”不能小于 {limit}。", "“{title}” cannot be less than {limit}."),
    "max": Text("“{title}”不能大于 {limit}。", "“{title}” cannot be more than {limit}."),
    "not_a_date": Text(
        "“{title}”应是日期,如 2025-03-08 或 20250308。", "“{title}” should be a date such as 2025-03-08 or 20250308."
    ),
    "no_such_day": Text("“{title}”:没有 {value} 这一天。", "“{title}”: there is no day {value}."),
    "not_a_moment": Text(
        "“{title}”应是日期和时间,如 2025-03-08 09:30。", "“{title}” should be a date and time such as 2025-03-08 09:30."
    ),
    "yes_no": Text("“{title}”请选“是”或“否”。", "“{title}”: please choose yes or no."),
    "code": Text("“{title}”:选项里没有“{value}”。", "“{title}”: “{value}” is not one of the options."),
    "repeated": Text("“{title}”里同一项选了两次。", "“{title}” holds the same entry twice."),
    "min_items": Text("“{title}”至少选 {limit} 项。", "“{title}” needs at least {limit} entries."),
    "max_items": Text("“{title}”最多 {limit} 项。", "“{title}” may have at most {limit} entries."),
    "id_length": Text(
        "“{title}”应是 18 位,现在是 {actual} 位。", "“{title}” should have 18 characters; it has {actual}."
    ),
    "id_characters": Text(
        "“{title}”前 17 位应是数字,最后一位是数字或 X。", "“{title}” should have 17 digits and then a digit or X."
    ),
    "id_old": Text(
        "“{title}”是 15 位旧号,其中的日期不对,请对照证件填写 18 位号码。",
        "“{title}” is an old 15-digit number whose date is wrong; enter the 18-digit number from the card.",
    ),
    "id_date": Text(
        "“{title}”里的出生日期不存在,请核对第 7 至 14 位。",
        "“{title}” holds a date of birth that does not exist; check digits 7 to 14.",
    ),
    "id_checksum": Text(
        "“{title}”校验不通过,可能有一位录错,请逐位核对。", "“{title}” fails its check; one digit may be wrong."
    ),
    "id_document": Text("“{title}”应是 4 至 30 位的数字或字母。", "“{title}” should be 4 to 30 digits or letters."),
    "phone": Text(
        "“{title}”应是 11 位手机号,或带区号的固定电话。",
        "“{title}” should be an 11-digit mobile number or a landline with area code.",
    ),
    "account": Text("“{title}”应是 8 至 30 位数字。", "“{title}” should have 8 to 30 digits."),
    "region": Text(
        "“{title}”应是行政区划代码(县 6 位、乡镇 9 位、村居 12 位)。",
        "“{title}” should be a region code: county 6, township 9, village 12 digits.",
    ),
    "region_level": Text("“{title}”请选到{level}。", "“{title}”: please choose down to the {level}."),
    "duplicate": Text(
        "“{title}”与{other}的相同,每人只填一次。", "“{title}” is the same as that of {other}; enter each person once."
    ),
    "same_as": Text("“{title}”不能与“{other}”相同。", "“{title}” cannot be the same as “{other}”."),
    "no_such_member": Text("“{title}”:家庭成员里没有这个人。", "“{title}”: no such person among the members."),
    "file": Text(
        "“{title}”的文件没有上传成功,请重新上传。", "The file of “{title}” was not uploaded; please upload it again."
    ),
    "position": Text(
        "“{title}”应是经纬度,如 33.963,118.275。", "“{title}” should be latitude and longitude such as 33.963,118.275."
    ),
    "not_rows": Text("“{title}”应是逐条列出的表格。", "“{title}” should be a list of rows."),
    "not_a_row": Text("“{title}”这一条的内容不对。", "This row of “{title}” is not a row."),
    "too_many_rows": Text("“{title}”最多 {limit} 条。", "“{title}” may have at most {limit} rows."),
    "row_id": Text("“{title}”的行标识不对或重复。", "A row mark of “{title}” is wrong or stands twice."),
    "not_answers": Text("收到的不是一份表单。", "What arrived is not a form."),
    "too_deep": Text("收到的内容层次过多。", "What arrived is nested too deeply."),
    "too_large": Text("收到的内容过大。", "What arrived is too large."),
    "account_luhn": Text(
        "“{title}”校验不通过,请对照存折或银行卡再核对一次。",
        "“{title}” fails the usual check; compare it with the card or passbook.",
    ),
    "birth_differs": Text(
        "“{title}”与身份证号里的出生日期({value})不一致。",
        "“{title}” differs from the date in the id number ({value}).",
    ),
    "sex_differs": Text("“{title}”与身份证号不一致。", "“{title}” differs from the id number."),
}
WARNINGS: Final = frozenset({"account_luhn", "birth_differs", "sex_differs"})
# What other validators cannot know: everything here is checked by the engine only.
BEYOND_SCHEMA: Final = frozenset(
    {"id_date", "id_checksum", "no_such_day", "duplicate", "same_as", "no_such_member", "row_id", "not_computed"}
)
ROW_N: Final = Text("第 {n} 条{title}", "{title} {n}")
LEVELS: Final[Mapping[str, Text]] = {
    "city": Text("市", "city"),
    "county": Text("县(区)", "county"),
    "township": Text("乡镇(街道)", "township"),
    "village": Text("村(居)", "village"),
}


def fault(pointer: str, question: str, title: Text, code: str, **params: Any) -> FieldError:
    """One fault as a value: where, which question, which kind, and the sentence in both languages."""
    sentence = SENTENCES[code]
    zh = {name: value.zh if isinstance(value, Text) else value for name, value in params.items()}
    en = {name: value.en if isinstance(value, Text) else value for name, value in params.items()}
    message = Text(sentence.zh.format(title=title.zh, **zh), sentence.en.format(title=title.en, **en))
    return FieldError(pointer, question, code, message)
