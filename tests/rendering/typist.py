"""Hands on a keyboard: fills the one form from its first field to the last without touching anything else, and counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What a person sees where the focus is.
WHERE = """() => {
  const at = document.activeElement, row = at.closest("[data-row]"), section = at.closest("[data-section]");
  const fields = (place) => [...place.querySelectorAll("input:not([type=hidden]):not([readonly]), select, textarea")]
    .filter((one) => one.checkVisibility());
  return {
    name: at.name ?? "", tag: at.tagName, type: at.type ?? "", value: at.value ?? "", checked: at.checked ?? false,
    group: section?.querySelector("[name=_add]") ? section.dataset.rows : "", row: row ? Number(row.dataset.row) : -1,
    isLast: row ? fields(row).at(-1).name === at.name : true,
    blanks: section?.querySelector("[name=_none]") ? fields(section).filter((one) => !one.value).map((one) => one.name) : [],
    code: at.tagName === "SELECT" ? Object.fromEntries([...at.options].map((o) => [o.value, o.textContent.split(" ")[0]])) : {},
  };
}"""


class Typist:
    """Types the wanted texts, whatever field comes next; knows the keys of the form and nothing of its order."""

    def __init__(self, page: Any, wanted: Mapping[str, list[str]], papers: frozenset[str] = frozenset()) -> None:
        self.page, self.wanted, self.papers = page, wanted, papers
        self.keys = 0
        self.seen: set[str] = set()

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.keys += len(text)
        self.page.keyboard.type(text)

    def rows_of(self, group: str) -> int:
        return len(
            {name.split("-")[1] for name in self.wanted if name.startswith(f"{group}-") and name.count("-") == 2}
        )

    def fill(self) -> None:
        """From the field that has the focus to the last one of the form."""
        before: dict[str, Any] = {}
        while (at := self.page.evaluate(WHERE)) != before:
            before = at
            self.seen.add(at["name"])
            if self.none_of_these(at):
                self.press("Alt+0")
                continue
            self.answer(at)
            if at["group"] and at["isLast"] and at["row"] + 1 < self.rows_of(at["group"]):
                self.press("Alt+n")
                self.page.wait_for_selector(f"section[data-rows={at['group']}] [data-row='{at['row'] + 1}']")
            elif at["tag"] == "TEXTAREA":  # Enter is a line end here
                self.press("Tab")
                while not self.page.evaluate("document.activeElement.name"):
                    self.press("Tab")
            else:
                self.press("Enter")

    def none_of_these(self, at: dict[str, Any]) -> bool:
        """Nothing but zeros is left in this section."""
        return bool(at["blanks"]) and all(self.wanted.get(name, ["0"]) == ["0"] for name in at["blanks"])

    def answer(self, at: dict[str, Any]) -> None:
        texts = sorted(self.papers) if at["name"] == "_paper" else self.wanted.get(at["name"], [])
        if at["type"] == "checkbox":
            self.tick(at, texts)
        elif not texts or (at["value"] == texts[0] and at["type"] != "radio"):
            return
        elif at["type"] == "radio":
            self.press("1" if texts[0] == "true" else "0")
        elif at["tag"] == "SELECT":
            self.type(at["code"][texts[0]])
        else:
            self.type(texts[0])  # what stood in the field is selected

    def tick(self, at: dict[str, Any], texts: list[str]) -> None:
        """Down the list of choices, to the last one that is wanted."""
        left, before = set(texts), None
        while left and at["value"] != before:
            before = at["value"]
            if (before in left) != at["checked"]:
                self.press("Space")
            left.discard(before)
            if left:
                self.press("ArrowDown")
                at = self.page.evaluate(WHERE)
