// A signature drawn with a finger, a pen or a mouse. The strokes become a small PNG in a hidden field.
const area = document.querySelector("[data-sign]");
if (area) {
  const canvas = area.querySelector("canvas");
  const field = area.querySelector("input[name=signature]");
  const ink = canvas.getContext("2d");
  area.hidden = false;
  let drawn = false;

  const fit = () => {
    const { width, height } = canvas.getBoundingClientRect();
    const kept = drawn ? ink.getImageData(0, 0, canvas.width, canvas.height) : null;
    canvas.width = Math.round(width * 2);
    canvas.height = Math.round(height * 2);
    ink.lineWidth = 5;
    ink.lineCap = ink.lineJoin = "round";
    ink.strokeStyle = "#1d2733";
    if (kept) ink.putImageData(kept, 0, 0);
  };
  fit();
  window.addEventListener("resize", fit);

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * 2, (event.clientY - box.top) * 2];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    ink.beginPath();
    ink.moveTo(...place(event));
    ink.lineTo(...place(event).map((at) => at + 0.1));
    ink.stroke();
    drawn = true;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    for (const step of event.getCoalescedEvents ? event.getCoalescedEvents() : [event]) ink.lineTo(...place(step));
    ink.stroke();
  });
  area.querySelector("[data-clear]").addEventListener("click", () => {
    ink.clearRect(0, 0, canvas.width, canvas.height);
    drawn = false;
    canvas.focus();
  });
  area.closest("form").addEventListener("submit", () => {
    field.value = drawn ? canvas.toDataURL("image/png") : "";
  });
}
