// The citizen's channel on a phone: the worker that shows a page without network, and the phone's own way to share a link.
if ("serviceWorker" in navigator && window.isSecureContext) {
  navigator.serviceWorker.register("/me/worker.js", { scope: "/me" }).catch(() => {});
}
const shared = document.querySelector("[data-share]");
if (shared && navigator.share) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-primary me-wide";
  button.textContent = document.documentElement.lang === "en" ? "Send the link" : "发送链接";
  button.addEventListener("click", () => navigator.share({ url: shared.dataset.share }).catch(() => {}));
  shared.parentElement.after(button);
}
