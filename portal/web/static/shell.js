// The menu button of narrow screens. Without JavaScript the menu simply stays open.
document.documentElement.classList.add("js");
const button = document.getElementById("menu-button");
const menu = document.getElementById("menu");
if (button && menu) {
  const show = (open) => {
    button.setAttribute("aria-expanded", String(open));
    menu.classList.toggle("open", open);
  };
  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.classList.contains("open")) {
      show(false);
      button.focus();
    }
  });
}

// What forms kept on this device while they could not be saved goes when somebody signs out.
document.querySelectorAll('form[action^="/logout"]').forEach((out) => {
  out.addEventListener("submit", () => {
    for (const store of [localStorage, sessionStorage]) {
      Object.keys(store).filter((key) => key.startsWith("portal-draft:")).forEach((key) => store.removeItem(key));
    }
  });
});

// "Tick all" of a list.
document.querySelectorAll("[data-check-all]").forEach((box) => {
  box.addEventListener("change", () => {
    box.closest("form").querySelectorAll("input[name=rowid]").forEach((row) => { row.checked = box.checked; });
  });
});

// Questions before something that cannot be taken back. Without JavaScript the button simply acts.
const ask = (question, proceed) => {
  const dialog = document.createElement("dialog");
  dialog.className = "confirm";
  const words = document.createElement("p");
  words.textContent = question;
  const bar = document.createElement("div");
  bar.className = "bar";
  const english = document.documentElement.lang === "en";
  const button = (label, style, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `btn ${style}`;
    made.textContent = label;
    made.addEventListener("click", () => { dialog.close(); act(); });
    bar.append(made);
    return made;
  };
  button(english ? "OK" : "确定", "btn-primary", proceed);
  const cancel = button(english ? "Cancel" : "取消", "btn-outline-primary", () => {});
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(words, bar);
  document.body.append(dialog);
  dialog.showModal();
  cancel.focus();
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = (event.submitter && event.submitter.dataset.confirm) || form.dataset.confirm;
  if (!question || form.dataset.agreed) return;
  event.preventDefault();
  const submitter = event.submitter;
  ask(question, () => {
    form.dataset.agreed = "1";
    form.requestSubmit(submitter);
    delete form.dataset.agreed;
  });
});
