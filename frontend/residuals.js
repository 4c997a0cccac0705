// The residuals for the keyboard: j and k move, Enter opens the line beside the list, a r s = n x c act on it, ? shows the keys.
import htmx from "htmx.org";

const isTyping = (element) => element.matches("input:not([type=checkbox]), select, textarea, [contenteditable]");
const grid = () => document.getElementById("kt-grid");

const body = () => document.querySelector("[data-line-body]");
const links = () => [...document.querySelectorAll("[data-residuals] [data-open-line]")];
const isWide = () => window.matchMedia("(min-width: 1000px)").matches;

function current() {
  const all = links();
  const marked = document.querySelector("[data-residuals] tr.kt-chosen [data-open-line]");
  return all.indexOf(document.activeElement?.closest("[data-residuals] tr")?.querySelector("[data-open-line]") ?? marked);
}

function mark(link) {
  for (const row of document.querySelectorAll("[data-residuals] tr.kt-chosen")) row.classList.remove("kt-chosen");
  link.closest("tr").classList.add("kt-chosen");
}

function choose(link) {
  mark(link);
  link.focus({ preventScroll: true });
  link.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = links();
  if (!all.length) return;
  const at = current();
  choose(all[Math.min(Math.max(at < 0 ? 0 : at + step, 0), all.length - 1)]);
}

function turn(rel) {
  const link = document.querySelector(`#kt-grid .pages [rel="${rel}"]`);
  if (link) link.click();
}

function showKeys() {
  const dialog = document.querySelector("[data-keys]");
  if (dialog && !dialog.open) dialog.showModal();
}

function press(key) {
  const button = body()?.querySelector(`[data-key="${key}"]`);
  button?.click();
  return Boolean(button);
}

function enter(key) {
  const field = body()?.querySelector(`[data-key-focus="${key}"]`);
  field?.focus();
  field?.select?.();
  return Boolean(field);
}

function tick(number) {
  const box = body()?.querySelectorAll("[data-choice]")[number - 1];
  if (box) box.checked = !box.checked;
  return Boolean(box);
}

const ACTIONS = {
  j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
  "[": () => turn("prev"), "]": () => turn("next"), "?": showKeys,
  a: () => press("a"), r: () => press("r"), s: () => press("s"),
  "=": () => enter("="), n: () => enter("n"), x: () => enter("x"), c: () => enter("c"),
};

document.addEventListener("keydown", (event) => {
  if (!grid() && !body()) return;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    const link = document.querySelector("[data-residuals] tr.kt-chosen [data-open-line]");
    if (link) choose(link);
    return;
  }
  if (isTyping(event.target)) return;
  if (/^[1-9]$/.test(event.key)) {
    if (tick(Number(event.key))) event.preventDefault();
    return;
  }
  const act = ACTIONS[event.key];
  if (!act) return;
  act();
  event.preventDefault();
  event.stopPropagation();
}, true);

// On a phone a line opens on a page of its own; beside the list there is no room for it.
document.addEventListener("htmx:confirm", (event) => {
  const link = event.target.closest("[data-open-line]");
  if (!link) return;
  choose(link);
  if (isWide()) return;
  event.preventDefault();
  window.location.assign(link.href);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys-open]")) showKeys();
  const reload = event.target.closest("[data-reload]");
  if (reload) {
    event.preventDefault();
    window.location.reload();
  }
  const row = event.target.closest("[data-residuals] tbody tr");
  if (row && !event.target.closest("a, button, input, label") && !window.getSelection()?.toString()) row.querySelector("[data-open-line]")?.click();
});

// What was done to a line shows in the list too; the chosen row stays chosen, and the next key goes on from it, even
// when somebody moved on while the list was being written anew.
let left = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.id !== "kt-grid") return;
  const row = grid().querySelector("[data-residuals] tr.kt-chosen");
  const active = document.activeElement;
  left = { line: row?.dataset.line ?? body()?.dataset.line, isHere: !active || active === document.body || grid().contains(active) };
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "kt-line" && grid()) {
    const verb = event.detail.requestConfig?.verb;
    if (verb === "post") htmx.ajax("GET", window.location.href, { target: "#kt-grid", swap: "outerHTML" });
    else if (event.detail.requestConfig?.elt?.matches("[data-same]")) body()?.querySelector("[data-choice]:not(:checked)")?.focus();
  }
  if (event.target.id === "kt-grid" && left) {
    const link = left.line && document.querySelector(`[data-residuals] tr[data-line="${left.line}"] [data-open-line]`);
    if (link) (left.isHere ? choose : mark)(link);
    left = null;
  }
});
