// Long lists to tick from: a filter box hides what does not match; the count follows. Without scripts the list is whole.
document.querySelectorAll("[data-many]").forEach((set) => {
  const filter = set.querySelector("[data-filter]");
  if (filter) {
    filter.addEventListener("input", () => {
      const wanted = filter.value.trim().toLowerCase();
      set.querySelectorAll(".offered label").forEach((line) => {
        line.hidden = wanted !== "" && !line.textContent.toLowerCase().includes(wanted);
      });
      set.querySelectorAll(".offered-head").forEach((head) => { head.hidden = wanted !== ""; });
    });
    filter.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  }
  const count = set.querySelector(".count-of");
  set.addEventListener("change", () => {
    count.textContent = set.querySelectorAll("input[type=checkbox]:checked").length;
  });
});
