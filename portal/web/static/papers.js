// Papers: a file is sent when it is chosen, with progress; a desk learns what a phone has sent. Without scripts the
// form's own button sends it.
const english = document.documentElement.lang === "en";
const say = (form, words, wrong = false) => {
  const line = form.querySelector(".paper-said");
  line.textContent = words;
  line.classList.toggle("wrong", wrong);
};

const send = (form, files) => new Promise((resolve) => {
  const bar = form.querySelector("progress");
  const request = new XMLHttpRequest(); // fetch tells nothing about the progress of an upload
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total;
  });
  const ended = (words, wrong) => {
    bar.hidden = true;
    say(form, words, wrong);
    resolve(!wrong);
  };
  request.addEventListener("load", () => {
    const kept = request.status === 200 && (request.getResponseHeader("Content-Type") || "").includes("json");
    if (kept) return ended(english ? "Kept." : "已保存。", false);
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const told = page.querySelector("main h1");
    ended(told ? told.textContent.trim() : (english ? "Not kept." : "未能保存。"), true);
  });
  request.addEventListener("error", () => ended(
    english ? "The connection was lost; choose the file again." : "网络中断,请重新选择文件。", true));
  const body = new FormData(form);
  body.delete("files");
  files.forEach((file) => body.append("files", file));
  bar.value = 0;
  bar.hidden = false;
  say(form, english ? "Sending…" : "正在上传…");
  request.send(body);
});

document.querySelectorAll("form[data-upload]").forEach((form) => {
  const input = form.querySelector("input[type=file]");
  input.addEventListener("change", async () => {
    if (!input.files.length) return;
    if (await send(form, [...input.files])) {
      input.value = "";
      look();
    }
  });
  form.addEventListener("submit", (event) => event.preventDefault());
});

// What has come since the page was made: counted again every few seconds while the page is in front.
const list = document.querySelector("[data-state]");
const look = async () => {
  if (!list || document.hidden) return;
  const answer = await fetch(list.dataset.state).catch(() => null);
  if (!answer || !answer.ok) return;
  const counts = new Map();
  for (const kept of await answer.json()) {
    const line = `${kept.paper}|${kept.place}`;
    counts.set(line, (counts.get(line) || 0) + 1);
  }
  list.querySelectorAll("[data-line]").forEach((item) => {
    const count = counts.get(item.dataset.line) || 0;
    if (count === Number(item.dataset.count)) return;
    item.dataset.count = count;
    const badge = item.querySelector(".paper-state");
    badge.className = `paper-state ${count ? "paper-there" : ""}`;
    badge.textContent = count
      ? (english ? `on file: ${count} files; reload to see them` : `已有 ${count} 个文件,刷新可见`)
      : (english ? "nothing on file" : "还没有文件");
  });
};
if (list) setInterval(look, 4000);
