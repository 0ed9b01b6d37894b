"""What the board's figures mean, one sentence each: fixed before anybody reads them (procedure §11)."""

from __future__ import annotations

from portal.values import Text

DEFINITIONS: dict[str, Text] = {
    "open": Text(
        "已受理、尚未办结的事项;一份申请有几个事项就计几件。",
        "Items accepted and not decided yet; an application counts once for each of its items.",
    ),
    "yellow": Text(
        "最近一个环节的时限已用八成,或只剩一天。",
        "Four fifths of the nearest step's limit are used, or one day is left.",
    ),
    "red": Text("最近一个环节的时限已过。", "The nearest step's limit has passed."),
    "closed": Text(
        "期间内办结的事项:确认、不予确认、转介或不可同享;撤回的不计。",
        "Items decided in these days: confirmed, refused, referred or not together. Withdrawn ones are left out.",
    ),
    "median": Text(
        "从受理次日到办结的工作日数,一半的事项不超过它;补正等暂停不计,公示期计入。",
        "Working days from the day after acceptance to the decision; half of the items took no longer. Pauses such as "
        "supplements are not counted, publicity is.",
    ),
    "ninetieth": Text(
        "十件中有九件不超过它:看得见等得最久的家庭。",
        "Nine of ten items took no longer; it shows the families who waited longest.",
    ),
    "within": Text(
        "在承诺日或之前办结的比例;承诺日随暂停顺延。",
        "The share decided on or before the promised day; pauses move that day.",
    ),
    "paused_tasks": Text(
        "因补正、异议核查等停止计时的待办。",
        "Tasks whose clock stands still while a supplement or an answer is awaited.",
    ),
    "red_tasks": Text("已过时限、仍未办的待办。", "Tasks past their day that nobody has done yet."),
    "waited": Text(
        "从递交到受理的工作日数的中位数;单独列出,目标一个工作日。",
        "The median of working days from handing in to acceptance; shown apart, the aim is one day.",
    ),
    "no_paper": Text(
        "期间内受理的申请中,从未要求补交材料的比例。",
        "Of the applications accepted in these days, the share that was never asked for a further paper.",
    ),
}
