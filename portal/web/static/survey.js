// The position of the visit: one press instead of two numbers typed. Without it the field is typed as before.
const field = document.getElementById("q-visit_geo");
if (field && navigator.geolocation) {
  const english = document.documentElement.lang === "en";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-outline-primary";
  button.textContent = english ? "Use my position" : "取当前位置";
  const said = document.createElement("p");
  said.className = "hint-small";
  said.setAttribute("role", "status");
  button.addEventListener("click", () => {
    said.textContent = english ? "Looking for the position…" : "正在定位…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        field.value = `${coords.latitude.toFixed(6)},${coords.longitude.toFixed(6)}`;
        field.dispatchEvent(new Event("change", { bubbles: true }));
        said.textContent = english ? `Within ${Math.round(coords.accuracy)} m.` : `精度约 ${Math.round(coords.accuracy)} 米。`;
      },
      () => { said.textContent = english ? "No position; please type it." : "无法定位,请手工填写。"; },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
  field.after(button, said);
}
