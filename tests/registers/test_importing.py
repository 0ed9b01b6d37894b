"""A whole file: every faulty line named, nothing kept unless all is right, good rows kept only when asked."""

import csv
import io
import tracemalloc
from datetime import date, datetime, time

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from portal.audit.models import Event
from portal.db import transaction
from portal.errors import Refused
from portal.registers import commands, queries
from portal.registers.models import RegisterRow
from portal.registers.sheets import csv_lines, open_sheet, write_workbook
from tests.families import id_number
from tests.registers.conftest import NOON, OTHER_COUNTY, account, as_excel_writes, csv_file, keeper, xlsx_file

SW = keeper("SW")
HEADER = "户号,姓名,身份证号,用水地址,是否合表,状态"


def line(row):
    return ",".join(
        str(row.get(name, "")) for name in ("account_no", "name", "id_no", "address", "shared_meter", "state")
    )


def text_of(*rows, header=HEADER):
    return "\r\n".join([header, *(line(row) for row in rows)]) + "\r\n"


def take_in(session, one, file, actor=SW, **more):
    return commands.take_in(session, actor, one, open_sheet(file, one), now=NOON, **more)


def stored(session):
    return session.scalar(select(func.count()).select_from(RegisterRow)) or 0


def test_a_good_file_is_taken_in_with_one_line_in_the_trail(session, water):
    result = take_in(session, water, csv_file(text_of(account(1), account(2))), name="三月.csv")
    assert (result.read, result.added, result.fault_count) == (2, 2, 0)
    assert stored(session) == 2
    (event,) = session.scalars(select(Event))
    assert (event.action, event.data["file"], event.data["added"]) == ("register.imported", "三月.csv", 2)
    row = queries.search(session, SW, water, "W000001")[0]
    assert queries.clear(session, row) == account(1)


def test_the_same_file_again_changes_nothing(session, water):
    content = text_of(account(1), account(2))
    take_in(session, water, csv_file(content))
    again = take_in(session, water, csv_file(content))
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    third = take_in(session, water, csv_file(text_of(account(1, address="新址"), account(3))))
    assert (third.added, third.changed, third.unchanged) == (1, 1, 0)
    assert stored(session) == 3


WRONG = text_of(
    account(1),
    account(2, id_no="321311195001010019"),
    account(3, shared_meter="也许"),
    account(1, name="重复"),
    account(4, account_no="", state="gone"),
)


def test_one_wrong_row_keeps_everything_out_and_all_are_named(session, water):
    with pytest.raises(Refused) as caught, transaction(session):
        take_in(session, water, csv_file(WRONG))
    assert stored(session) == 0
    assert caught.value.problem.code == "register-rows-wrong"
    assert [field.pointer for field in caught.value.fields] == [
        "/3/Identity number",
        "/4/Shared meter",
        "/5/Account number",
        "/6/Account number",
        "/6/State",
    ]


def test_a_look_ahead_tells_line_column_value_and_sentence(session, water):
    result = commands.examine(session, SW, water, open_sheet(csv_file(WRONG), water), now=NOON)
    assert stored(session) == 0
    assert (result.read, result.good, result.faulty, result.fault_count) == (5, 1, 4, 5)
    first = result.faults[0]
    assert (first.line, first.column.zh) == (3, "身份证号")
    assert first.value == "3213************19"
    assert "校验不通过" in first.message.zh
    assert "与第 2 行重复" in result.faults[2].message.zh
    assert result.faults[1].value == "也许"


def test_good_rows_are_kept_only_when_asked(session, water):
    result = take_in(session, water, csv_file(WRONG), keep_good=True)
    assert (result.added, result.faulty) == (1, 4)
    assert stored(session) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings_are_recognised(session, water, encoding):
    take_in(session, water, csv_file(text_of(account(1, name="示例𠮷")), encoding))
    assert queries.clear(session, session.scalar(select(RegisterRow)))["name"] == "示例𠮷"


@pytest.mark.parametrize(
    "header",
    [
        "account_no,name,id_no,address,shared_meter,state",
        "Account number,NAME,identity  number,Address,shared meter,State",
        "户号*,姓名,身份证号(18位),用水地址,是否合表,状态:",
        "\ufeff户号,姓名,身份证号,用水地址,是否合表,状态",
    ],
)
def test_headings_are_names_or_titles_in_either_language(session, water, header):
    assert take_in(session, water, csv_file(text_of(account(1), header=header))).added == 1


def test_unknown_columns_are_left_out_and_named(session, water):
    content = "序号,户号,身份证号,备注\n1,W1," + account(1)["id_no"] + ",无\n"
    result = take_in(session, water, csv_file(content))
    assert result.ignored == ("序号", "备注")
    assert result.added == 1


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_other_delimiters_are_understood(session, water, delimiter):
    assert take_in(session, water, csv_file(text_of(account(1)).replace(",", delimiter))).added == 1


def test_quotes_line_breaks_and_unquoted_commas(session, water):
    row = account(1)
    quoted = f'{HEADER}\nW1,"甲,乙",{row["id_no"]},"路\n号",否,open\nW2,甲,{row["id_no"]},一路,二号,否,open\n'
    result = commands.examine(session, SW, water, open_sheet(csv_file(quoted), water), now=NOON)
    assert (result.good, result.faulty) == (1, 1)
    assert (result.faults[0].line, result.faults[0].value) == (4, "W2")
    assert "多出 1 格" in result.faults[0].message.zh


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "空的"),
        ("a,b\n1,2\n", "没有找到表头"),
        ("\n\n\n", "没有找到表头"),
        ("户号,户号,身份证号\n1,1,1\n", "出现了两次"),
        ("户号,姓名\n1,甲\n", "缺少必填列:身份证号"),
        ("户号,身份证号\n" + "x" * 200_000 + ",1\n", "无法按 CSV 读取"),
        ("户号,身份证号\n" + "," * 2_000 + "\n", "无法按 CSV 读取"),
        ("户号,身份证号\n1,\x001\n", "不是 CSV 或 XLSX"),
    ],
)
def test_a_file_that_is_no_list_is_refused_as_a_whole(session, water, content, words):
    with pytest.raises(Refused) as caught:
        take_in(session, water, csv_file(content))
    assert words in caught.value.text.zh
    assert caught.value.problem.status == 422


def test_headings_alone_are_an_empty_list(session, water):
    assert take_in(session, water, csv_file(HEADER + "\n")).read == 0


# --- XLSX ---------------------------------------------------------------------------------------------------------


def test_a_workbook_with_a_title_above_its_header(session, water):
    row = account(1)
    file = xlsx_file(
        [["供水户号台账"], [], ["填表说明:请勿改动表头"], HEADER.split(","), list(row.values()), [None] * 6]
    )
    assert take_in(session, water, file).added == 1
    assert queries.clear(session, session.scalar(select(RegisterRow))) == row


def test_numbers_and_days_as_excel_keeps_them(session, elders):
    number = id_number("1940-03-08")
    rows = [
        ["身份证号", "姓名", "出生日期", "户籍村居代码", "能力评估等级"],
        [number, "甲", date(1940, 3, 8), 321311106201, 2],
        [id_number("1941-03-08"), "乙", datetime.combine(date(1941, 3, 8), time(12)), "321311106201", "2"],
        [id_number("1942-03-08"), "丙", 15_408, "321311106201", "中度失能"],
        [id_number("1943-03-08"), "丁", "1943年3月8日", "321311106201", "2"],
    ]
    actor = keeper("MZ")
    assert take_in(session, elders, xlsx_file(rows), actor).added == 4
    found = [queries.clear(session, row) for row in queries.every(session, actor, elders.slug)]
    assert [row["birth_date"] for row in found] == ["1940-03-08", "1941-03-08", "1942-03-08", "1943-03-08"]
    assert {row["ability"] for row in found} == {"2"}
    assert {row["region"] for row in found} == {"321311106201"}


def test_what_excel_spoils_is_said_in_excels_words(session, students):
    number = id_number("2012-01-01")
    rows = [
        ["学籍号", "身份证号", "年级班级"],
        ["S1", int(number[:17] + "0"), "一班"],
        ["S2", number, date(2025, 3, 1)],
        ["S3", number, "=A1"],
        ["S4", number, "#REF!"],
    ]
    file = xlsx_file(rows)
    result = commands.examine(session, keeper("JY"), students, open_sheet(file, students), now=NOON)
    told = {fault.line: fault.message.zh for fault in result.faults}
    assert "末几位已丢失" in told[2]
    assert "变成了日期" in told[3]
    assert "没有结果的公式" in told[4]
    assert "错误值" in told[5]
    assert len(result.faults) == 4


def test_cells_as_excel_itself_writes_them(session, elders):
    """Shared texts with pronunciation guides and runs, days by custom format and the calendar of 1904, formulas."""
    number = id_number("1940-03-08")
    header = "".join(f'<c t="s"><v>{n}</v></c>' for n in range(3))
    cells = f'<c t="s"><v>3</v></c><c t="s"><v>4</v></c><c s="1"><f>DATE(1940,3,8)</f><v>{14_678 - 1_462}</v></c>'
    texts = [
        "<t>身份证号</t>",
        "<r><t>姓</t></r><r><t>名</t></r>",
        "<t>出生日期</t>",
        f"<t>{number}</t>",
        "<t>示例</t><rPh><t>shìlì</t></rPh>",
    ]
    styles = '<numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>'
    styles += '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs>'
    rows = f'<row r="1">{header}</row><row r="2">{cells}</row>'
    file = as_excel_writes(rows, texts, styles=styles, book='<workbookPr date1904="1"/>')
    assert take_in(session, elders, file, keeper("MZ")).added == 1
    row = queries.clear(session, session.scalar(select(RegisterRow)))
    assert row == {"name": "示例", "id_no": number, "birth_date": "1940-03-08"}


def test_only_the_first_visible_sheet_counts(session, water):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title, book.active.sheet_state = "参数", "hidden"
    book.active.append(["x"])
    sheet = book.create_sheet("台账")
    sheet.append(HEADER.split(","))
    sheet.append(list(account(1).values()))
    book.active = 1
    buffer = io.BytesIO()
    book.save(buffer)
    assert take_in(session, water, buffer).added == 1


# --- who and where ------------------------------------------------------------------------------------------------


def test_a_file_may_not_touch_another_countys_rows(session, water):
    take_in(session, water, csv_file(text_of(account(1))), keeper("SW", OTHER_COUNTY))
    result = commands.examine(session, SW, water, open_sheet(csv_file(text_of(account(1))), water), now=NOON)
    assert result.faults[0].message.zh.startswith("“户号”不在您负责的区划内")
    take_in(session, water, csv_file(text_of(account(1, address="改"))), keeper("SW", "3213"))
    assert session.scalar(select(RegisterRow.region_code)) == OTHER_COUNTY


def test_others_may_not_import(session, water):
    for who in (keeper("GD"), keeper(None, "3213", "auditor")):
        with pytest.raises(Refused) as caught:
            take_in(session, water, csv_file(text_of(account(1))), who)
        assert caught.value.problem.status == 403


# --- export -------------------------------------------------------------------------------------------------------


def exported(session, one, actor=SW, *, in_clear=True, purpose="核对"):
    return commands.export(session, actor, one, in_clear=in_clear, purpose=purpose, now=NOON)


def test_what_is_exported_can_be_imported_again(session, water):
    take_in(session, water, csv_file(text_of(account(1, address="=1+1"), account(2, name="+甲"))))
    content = b"".join(csv_lines(water, exported(session, water), "zh"))
    workbook = io.BytesIO()
    write_workbook(water, exported(session, water), "en", workbook)
    for file in (io.BytesIO(content), workbook):
        again = take_in(session, water, file)
        assert (again.unchanged, again.changed, again.added) == (2, 0, 0)


def test_no_exported_cell_runs_as_a_formula(session, water):
    for n, trap in enumerate(["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "＝1"], start=1):
        commands.save(session, SW, water, account(n, name=trap, address=trap), now=NOON)
    text = b"".join(csv_lines(water, exported(session, water), "zh")).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@"}]
    buffer = io.BytesIO()
    write_workbook(water, exported(session, water), "zh", buffer)
    book = load_workbook(buffer)
    assert {cell.data_type for row in book.active.iter_rows() for cell in row if cell.value} == {"s"}


def test_an_export_is_masked_unless_a_purpose_is_written_and_always_in_the_trail(session, water):
    commands.save(session, SW, water, account(1), now=NOON)
    masked = b"".join(csv_lines(water, exported(session, water, in_clear=False, purpose=""), "zh")).decode()
    assert account(1)["id_no"] not in masked
    assert "321311**********" in masked
    with pytest.raises(Refused):
        exported(session, water, purpose="")
    events = session.scalars(select(Event).where(Event.action == "register.exported")).all()
    assert [event.data["in_clear"] for event in events] == [False]


# --- size ---------------------------------------------------------------------------------------------------------


def test_many_rows_need_little_memory(session, water):
    head = HEADER + "\n"
    number = account(1)["id_no"]
    content = (head + "".join(f"W{n:06d},甲,{number},路{n}号,否,open\n" for n in range(4_000))).encode()
    sheet = open_sheet(io.BytesIO(content), water)
    tracemalloc.start()
    result = commands.examine(session, SW, water, sheet, now=NOON)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert result.good == 4_000
    assert peak < 8 * 1024 * 1024  # the rows of a batch, the keys, the file itself


def test_the_first_thousand_faults_are_kept_and_all_are_counted(session, water):
    content = HEADER + "\n" + "W1,甲,1,,,\n" * 1_500
    result = commands.examine(session, SW, water, open_sheet(csv_file(content), water), now=NOON, most_faults=10)
    assert len(result.faults) == 10
    assert result.fault_count == 1_500 + 1_499  # a wrong number on each line, and all but the first a repetition
