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
