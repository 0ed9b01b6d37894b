"""The forms of reference data: plain fields whose faults are said in the reader's words, beside the field."""

from __future__ import annotations

from flask import current_app
from flask_appbuilder.forms import DynamicForm
from sqlalchemy import select
from wtforms import BooleanField, DateField, PasswordField, SelectField, SelectMultipleField, StringField
from wtforms.validators import StopValidation, ValidationError

from portal.access.accounts import ENDS_BEFORE, LEVELS, NEEDED, NO_DEPARTMENT, NO_REGION
from portal.access.rules import ROLES
from portal.admin.cures import said
from portal.db import db
from portal.organisation.models import Department, Holiday, Region
from portal.organisation.queries import LEVEL_LENGTHS, region_options
from portal.reader import ITEM_PLACES, t, text
from portal.values import Text, parse_yuan, yuan

KINDS: dict[str, Text] = {
    "government": Text("政府部门", "Government"),
    "mass organisation": Text("群团组织", "Mass organisation"),
    "public utility": Text("公用企业", "Public utility"),
    "social organisation": Text("社会组织", "Social organisation"),
}
SUGGESTED = 300  # longer lists of suggestions are of no use, and cost every page


class Needed:
    """Something must be typed."""

    field_flags = {"required": True}

    def __call__(self, form, field):
        if field.process_errors:
            raise StopValidation  # it was typed, and what is wrong with it is said already
        if field.data is None or not str(field.data).strip():
            field.errors = []
            raise StopValidation(text(NEEDED))


class AtMost:
    """No longer than the column that keeps it."""

    def __init__(self, length):
        self.length = length

    def __call__(self, form, field):
        if field.data and len(field.data) > self.length:
            raise ValidationError(t(f"最多 {self.length} 个字符。", f"At most {self.length} characters."))


def label(zh, en):
    return said(Text(zh, en))


def stripped(value):
    return value.strip() if isinstance(value, str) else ""


def words(zh, en, length, *, needed=True, description=None):
    """A line of text."""
    validators = [Needed(), AtMost(length)] if needed else [AtMost(length)]
    return StringField(label(zh, en), validators, filters=[stripped], description=description or "")


def nothing(value):
    """An empty choice is no value."""
    return value or None


def optional_day(zh, en):
    return Day(label(zh, en))


def needed_day(zh, en):
    return Day(label(zh, en), [Needed()])


class Day(DateField):
    """A day that may be left blank; what is no day is said in the reader's words."""

    def __init__(self, label=None, validators=None, **kwargs):
        super().__init__(label, validators or [], **kwargs)

    def process_formdata(self, valuelist):
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata([valuelist[0].strip()])
        except ValueError as error:
            raise ValueError(t("日期无效,应如 2025-03-08。", "Not a date; write it as 2025-03-08.")) from error


class Chosen(SelectField):
    """One of a list, and nothing else."""

    def pre_validate(self, form):
        if self.data not in {value for value, *_ in self.iter_choices()}:
            raise ValidationError(t("请从列表中选择。", "Choose one of the list."))


class Suggesting(StringField):
    """A line of text with suggestions: short to type, and not a list of a thousand to scroll."""

    def __init__(self, label=None, validators=None, suggestions=None, **kwargs):
        super().__init__(label, validators, **kwargs)
        self.suggestions = suggestions or (list)


class RegionField(Suggesting):
    """A region by its code; a chosen suggestion brings its name along, which is taken off."""

    def __init__(self, label=None, validators=None, **kwargs):
        super().__init__(label, validators, suggestions=regions, **kwargs)

    def process_formdata(self, valuelist):
        self.data = (valuelist[0] if valuelist else "").strip().split(" ")[0]

    def pre_validate(self, form):
        if self.data and db.session.get(Region, self.data) is None:
            raise StopValidation(text(NO_REGION))


class MoneyField(StringField):
    """An amount typed in yuan and kept in 分; blank is no limit."""

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else yuan(self.data).replace(",", "")

    def process_formdata(self, valuelist):
        typed = (valuelist[0] if valuelist else "").strip()
        self.data = None
        if typed:
            try:
                self.data = parse_yuan(typed)
            except ValueError as error:
                raise ValueError(t("金额应为元,如 500。", "The amount is in yuan, such as 500.")) from error


def regions():
    """Every place down to the townships; villages are typed."""
    known = [(code, text(title)) for code, title in region_options(db.session()) if len(code) <= LEVEL_LENGTHS[2]]
    return known[:SUGGESTED]


def departments():
    rows = db.session.scalars(select(Department).order_by(Department.name))
    return [("", ""), *((row.code, f"{row.code} {t(row.name, row.name_en or row.name)}") for row in rows)]


def roles():
    return [(role.id, text(role.title)) for role in ROLES.values()]


def items():
    return [(place.slug, text(place.title)) for place in current_app.extensions.get(ITEM_PLACES, ())]


def department_field(*, description=""):
    return SelectField(
        label("部门", "Department"),
        choices=departments,
        filters=[nothing],
        validate_choice=False,
        validators=[_known_department],
        description=description,
    )


def _known_department(_form, field):
    if field.data and db.session.get(Department, field.data) is None:
        raise ValidationError(text(NO_DEPARTMENT))


def _unused(model, key):
    """Refuse a key that another row has."""
    if db.session.get(model, key) is not None:
        raise ValidationError(t("已经有这一条。", "There is one already."))


class Dated(DynamicForm):
    """From a first day to a last day."""

    first_day = Day(label("起始日期", "First day"), [Needed()])
    last_day = optional_day("终止日期(可空)", "Last day (may be blank)")

    def validate_last_day(self, field):
        if field.data and self.first_day.data and field.data < self.first_day.data:
            raise ValidationError(text(ENDS_BEFORE))


class RegionForm(DynamicForm):
    """A place. Its level and the place above it follow from its code."""

    code = words("代码", "Code", 12, description=label("市4位、县区6位、乡镇9位、村居12位数字", "4, 6, 9 or 12 digits"))
    name = words("名称", "Name", 100)
    name_en = words("英文名称", "Name in English", 150, needed=False)
    valid_from = optional_day("设立日期", "Exists from")
    valid_to = optional_day("撤销日期", "Exists until")
    successor_code = RegionField(label("并入的区划", "Merged into"), filters=[nothing])

    def validate_code(self, field):
        if not (field.data.isascii() and field.data.isdigit() and len(field.data) in LEVEL_LENGTHS):
            raise ValidationError(t("代码应为4、6、9或12位数字。", "The code has 4, 6, 9 or 12 digits."))
        above = field.data[: max((n for n in LEVEL_LENGTHS if n < len(field.data)), default=0)]
        if above and db.session.get(Region, above) is None:
            raise ValidationError(t(f"上级区划 {above} 不存在。", f"The region above it, {above}, does not exist."))

        _unused(Region, field.data)


class RegionEditForm(RegionForm):
    """A code never changes: cases keep the code of their day."""

    code = None


class DepartmentForm(DynamicForm):
    """A body that decides items."""

    code = words("代码", "Code", 10)
    name = words("名称", "Name", 100)
    name_en = words("英文名称", "Name in English", 150, needed=False)
    kind = Chosen(label("性质", "Kind"), choices=lambda: [(kind, text(title)) for kind, title in KINDS.items()])

    def validate_code(self, field):
        _unused(Department, field.data)


class DepartmentEditForm(DepartmentForm):
    """Its code stands in the catalogue and in cases."""

    code = None


class OfficeForm(DynamicForm):
    """A window or an office."""

    name = words("名称", "Name", 150)
    name_en = words("英文名称", "Name in English", 150, needed=False)
    region_code = RegionField(label("区划", "Region"), [Needed()])
    department_code = department_field()
    is_window = BooleanField(label("对外窗口", "Open to the public"))
    phone = words("电话", "Telephone", 40, needed=False)
    address = words("地址", "Address", 200, needed=False)


class HolidayForm(DynamicForm):
    """A day that differs from the plain week."""

    day = needed_day("日期", "Day")

    def validate_day(self, field):
        _unused(Holiday, field.data)

    is_workday = BooleanField(label("调休上班(不勾选为放假)", "Worked to make up (otherwise a holiday)"))
    name = words("名称", "Name", 50, needed=False)
    is_provisional = BooleanField(label("暂定(国务院尚未公布)", "Provisional (not published yet)"))


class HolidayEditForm(HolidayForm):
    """Another day is another row."""

    day = None


class DelegationForm(Dated):
    """A county's power to confirm, lent to a township."""

    item = Chosen(label("事项", "Item"), choices=items)
    region_code = RegionField(label("乡镇", "Township"), [Needed()])
    limit_fen = MoneyField(label("金额上限(元,空白为不限)", "Up to (yuan; blank is no limit)"))

    def validate_region_code(self, field):
        region = db.session.get(Region, field.data) if field.data else None
        if region is not None and region.level != "township":
            raise ValidationError(t("确认权只能委托给乡镇。", "It can be lent to a township only."))


class NewUserForm(DynamicForm):
    """A new account; its owner changes the password at the first sign-in."""

    username = words("用户名", "User name", 64)
    name = words("姓名", "Name", 60)
    password = PasswordField(
        label("初始密码", "First password"),
        [Needed()],
        description=label(
            "至少10个字符;首次登录须修改。", "At least 10 characters; to be changed at the first sign-in."
        ),
    )


class UserForm(DynamicForm):
    """An account: its name, whether it is open, and a new password when its owner forgot."""

    name = words("姓名", "Name", 60)
    active = BooleanField(label("启用", "Open"))
    password = PasswordField(
        label("重设密码(不改则留空)", "New password (blank: unchanged)"),
        description=label(
            "重设后其登录立即失效,下次登录须修改。", "Ends its sessions; to be changed at the next sign-in."
        ),
    )


class PostForm(Dated):
    """A post of an account."""

    role = Chosen(label("岗位", "Post"), choices=roles)
    region_code = RegionField(label("区划", "Region"), [Needed()])
    department_code = department_field(description=label("部门岗位必填", "Needed for posts of a department"))
    items = SelectMultipleField(
        label("仅限事项(不选为该部门全部)", "Only these items (none: all of the department)"),
        choices=items,
        filters=[nothing],
        validate_choice=False,
    )


def level_of(code: str) -> str:
    """The level a region's code stands for."""
    return dict(zip(LEVEL_LENGTHS, LEVELS, strict=True))[len(code)]
