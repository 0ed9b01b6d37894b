"""The Chinese words Flask-AppBuilder lacks, and the ones it has that are not our words."""

from __future__ import annotations

from flask_babel import Domain, get_locale

CHINESE: dict[str, str] = {
    "%(field)s is required": "%(field)s 必填",
    "Access is Denied": "您没有办理这项操作的权限。",
    "Actions": "操作",
    "Add": "新增",
    "Add a new record": "新增一条",
    "Add Filter": "增加条件",
    "Added Row": "已新增。",
    "Already exists.": "已经存在。",
    "Are you sure you want to delete this item?": "确定删除这一条?",
    "Associated data exists, please delete them first": "还有关联的数据,请先删除关联数据。",
    "Back": "返回",
    "Base Permissions": "基本权限",
    "Cancel": "取消",
    "Changed Row": "已修改。",
    "Contains": "包含",
    "Custom": "自定义",
    "Database Error": "数据库拒绝了这次修改。",
    "Delete": "删除",
    "Delete record": "删除",
    "Deleted Row": "已删除。",
    "Detail": "详情",
    "Edit": "修改",
    "Edit record": "修改",
    "Ends with": "结尾为",
    "Enter your login and password below": "请输入用户名和密码",
    "Equal to": "等于",
    "Filter equal to function": "等于",
    "First": "首页",
    "General": "一般",
    "Greater than": "大于",
    "Groups": "组",
    "In": "属于",
    "Integrity error, probably unique constraint": "与已有数据重复。",
    "Invalid login. Please try again.": "用户名或密码不对,请重试。",
    "Is Active?": "启用",
    "Last": "末页",
    "Last login": "上次登录",
    "List": "列表",
    "List Groups": "组",
    "List Roles": "角色",
    "List Users": "用户",
    "Login": "登录",
    "Logout": "退出登录",
    "Menu": "菜单",
    "No records found": "没有符合条件的记录",
    "Not a valid choice": "不是可选的值",
    "Not Contains": "不包含",
    "Not Ends with": "结尾不为",
    "Not Equal to": "不等于",
    "Not Starts with": "开头不为",
    "OK": "确定",
    "Order by": "排序",
    "Page size": "每页行数",
    "Password": "密码",
    "Permission on Views/Menus": "视图权限",
    "Please enter a valid value": "请输入有效的值",
    "Profile": "我的账号",
    "Record Count": "记录数",
    "Refresh": "刷新",
    "Relation": "关联",
    "Save": "保存",
    "Search": "查询",
    "Security": "安全",
    "Show": "查看",
    "Show record": "查看",
    "Sign In": "登录",
    "Smaller than": "小于",
    "Starts with": "开头为",
    "User confirmation needed": "请确认",
    "User's Statistics": "用户统计",
    "Username": "用户名",
    "Views/Menus": "视图与菜单",
    "Welcome": "欢迎",
}


class Words(Domain):
    """FAB's own catalogue with ours laid over it."""

    def get_translations(self):
        found = super().get_translations()
        locale = get_locale()
        if locale is not None and locale.language == "zh" and not getattr(found, "portal_words", False):
            found._catalog = {**getattr(found, "_catalog", {}), **CHINESE}  # noqa: SLF001 - gettext offers no other way in
            found.portal_words = True
        return found
