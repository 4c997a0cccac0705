// The box in the top bar: "/" goes to it, arrows walk through what was found, Escape leaves it.
const box = () => document.querySelector("[data-search] input[type=search]");
const found = () => [...document.querySelectorAll("[data-search-found] a")];

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, select, textarea, [contenteditable]") || !box()) return;
  box().focus();
  box().select();
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (!event.target.closest?.("[data-search]")) return;
  if (event.key === "Escape") {
    document.querySelector("[data-search-found]").replaceChildren();
    box().focus();
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const all = [box(), ...found()];
  const at = all.indexOf(document.activeElement);
  all[Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), all.length - 1)].focus();
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-search]")) document.querySelector("[data-search-found]")?.replaceChildren();
});
