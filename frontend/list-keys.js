// Lists for the keyboard: in a [data-list], j and k move among the [data-list-row] links, and Enter opens as it always does.
const isTyping = (element) => element.matches("input, select, textarea, [contenteditable]");

function rows() {
  return [...document.querySelectorAll("[data-list] [data-list-row]")].filter((row) => row.checkVisibility());
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "j" && event.key !== "k") return;
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement.closest?.("[data-list-row]") ?? document.activeElement);
  const next = event.key === "j" ? Math.min(at + 1, all.length - 1) : Math.max(at - 1, 0);
  all[next].focus();
  all[next].scrollIntoView({ block: "nearest" });
  event.preventDefault();
});
