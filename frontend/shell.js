// The shell: htmx under a strict content security policy, the off-canvas menu, menus that close.
import htmx from "htmx.org";

window.htmx = htmx;

const root = document.documentElement;
const toggle = () => document.querySelector("[data-menu-toggle]");

function setMenu(open) {
  root.classList.toggle("menu-open", open);
  toggle()?.setAttribute("aria-expanded", String(open));
  if (open) document.querySelector("#side-bar a")?.focus();
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (menu !== except) menu.open = false;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-menu-toggle]")) setMenu(!root.classList.contains("menu-open"));
  else if (event.target.closest("[data-menu-close]")) setMenu(false);
  closeMenus(event.target.closest("details[data-menu]"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details[data-menu][open]");
  closeMenus(null);
  open?.querySelector("summary")?.focus();
  if (root.classList.contains("menu-open")) {
    setMenu(false);
    toggle()?.focus();
  }
});

// A swap every second must not take the keyboard away from the person who is on a button inside it.
let held = null;
document.addEventListener("htmx:beforeSwap", () => {
  const active = document.activeElement;
  held = active?.dataset.keep ?? null;
});
document.addEventListener("htmx:afterSettle", () => {
  if (held && !document.activeElement?.dataset.keep) document.querySelector(`[data-keep="${CSS.escape(held)}"]`)?.focus();
  held = null;
});
