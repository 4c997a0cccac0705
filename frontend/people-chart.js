// The chart of the organisation: arrow keys over boss, reports and those beside; open and close, zoom, drag.
import htmx from "htmx.org";

const SMALLEST = 0.25;
const LARGEST = 2;
let zoom = 1;

const chart = () => document.querySelector("[data-chart]");
const cards = () => [...(chart()?.querySelectorAll(".chart-card") ?? [])];
const card = (position) => chart()?.querySelector(`.chart-card[data-position="${CSS.escape(position)}"]`);

function focus(target) {
  if (!target) return;
  for (const each of cards()) each.setAttribute("tabindex", each === target ? "0" : "-1");
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function beside(current, step) {
  const level = cards().filter((each) => each.dataset.level === current.dataset.level);
  return level[level.indexOf(current) + step];
}

function toggle(position, { enter = false } = {}) {
  const { basis, open } = chart().dataset;
  const url = `${location.pathname}?${basis}&open=${open}&toggle=${position}`;
  const scroll = chart().querySelector("[data-chart-scroll]");
  const [left, top] = scroll ? [scroll.scrollLeft, scroll.scrollTop] : [0, 0];
  return htmx.ajax("GET", url, { target: "#chart", swap: "outerHTML" }).then(() => {
    chart()?.querySelector("[data-chart-scroll]")?.scrollTo(left, top);
    focus((enter && cards().find((each) => each.dataset.boss === position)) || card(position));
  });
}

function firstReport(current) {
  const position = current.dataset.position;
  if (current.getAttribute("aria-expanded") === "false") return void toggle(position, { enter: true });
  focus(cards().find((each) => each.dataset.boss === position));
}

const keys = {
  ArrowLeft: (current) => focus(card(current.dataset.boss)),
  ArrowRight: firstReport,
  ArrowUp: (current) => focus(beside(current, -1)),
  ArrowDown: (current) => focus(beside(current, 1)),
  Home: () => focus(cards()[0]),
  End: () => focus(cards().at(-1)),
  Enter: (current) => location.assign(current.querySelector(".chart-link").getAttribute("href")),
  " ": (current) => current.hasAttribute("aria-expanded") && toggle(current.dataset.position),
};

document.addEventListener("keydown", (event) => {
  const current = event.target.closest?.(".chart-card");
  if (!current || event.altKey || event.ctrlKey || event.metaKey || !(event.key in keys)) return;
  event.preventDefault();
  keys[event.key](current);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-toggle]");
  if (link && chart()?.contains(link) && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    toggle(link.dataset.toggle);
  }
  const button = event.target.closest?.("[data-zoom]");
  if (button) zoomTo(wanted(button.dataset.zoom));
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-chart-dotted]")) chart().classList.toggle("chart-plain", !event.target.checked);
});

// The lines of the card at hand stand out.
document.addEventListener("focusin", (event) => {
  const position = event.target.closest?.(".chart-card")?.dataset.position;
  for (const line of chart()?.querySelectorAll("path[data-from]") ?? [])
    line.classList.toggle("chart-near", Boolean(position) && (line.dataset.from === position || line.dataset.to === position));
});

function wanted(how) {
  const svg = chart().querySelector(".chart-drawing");
  const scroll = chart().querySelector("[data-chart-scroll]");
  if (how === "in") return zoom * 1.25;
  if (how === "out") return zoom / 1.25;
  if (how === "fit") return Math.min(1, scroll.clientWidth / svg.dataset.width, scroll.clientHeight / svg.dataset.height);
  return 1;
}

function zoomTo(factor) {
  const svg = chart()?.querySelector(".chart-drawing");
  if (!svg) return;
  zoom = Math.min(LARGEST, Math.max(SMALLEST, factor));
  svg.setAttribute("width", Math.round(svg.dataset.width * zoom));
  svg.setAttribute("height", Math.round(svg.dataset.height * zoom));
  const same = chart().querySelector('[data-zoom="same"]');
  if (same) same.textContent = `${Math.round(zoom * 100)}%`;
}

document.addEventListener(
  "wheel",
  (event) => {
    if (!event.ctrlKey || !event.target.closest?.("[data-chart-scroll]")) return;
    event.preventDefault();
    zoomTo(zoom * (event.deltaY < 0 ? 1.1 : 1 / 1.1));
  },
  { passive: false },
);

let held = null;
document.addEventListener("pointerdown", (event) => {
  const scroll = event.target.closest?.("[data-chart-scroll]");
  if (!scroll || event.pointerType !== "mouse" || event.button !== 0 || event.target.closest("a")) return;
  held = { scroll, x: event.clientX, y: event.clientY, left: scroll.scrollLeft, top: scroll.scrollTop };
  scroll.classList.add("chart-held");
});
document.addEventListener("pointermove", (event) => {
  held?.scroll.scrollTo(held.left - (event.clientX - held.x), held.top - (event.clientY - held.y));
});
document.addEventListener("pointerup", () => {
  held?.scroll.classList.remove("chart-held");
  held = null;
});

// Without a wish a phone gets the list: the drawing wants room to the right.
function asList() {
  const { basis, open, view } = chart().dataset;
  if (view || !matchMedia("(max-width: 767px)").matches) return false;
  htmx.ajax("GET", `${location.pathname}?${basis}&open=${open}&view=list`, { target: "#chart", swap: "outerHTML" });
  return true;
}

function ready(event) {
  if (event.type !== "DOMContentLoaded" && !event.target.matches?.("[data-chart]")) return;
  if (chart() && event.type === "DOMContentLoaded" && asList()) return;
  const plain = chart()?.querySelector("[data-chart-tools]");
  if (!plain) return;
  plain.hidden = false;
  zoomTo(zoom);
  const found = chart().querySelector(".chart-found")?.getBoundingClientRect();
  const scroll = chart().querySelector("[data-chart-scroll]");
  const frame = scroll.getBoundingClientRect();
  if (found) scroll.scrollBy(found.left - frame.left - frame.width / 2 + found.width / 2, found.top - frame.top - frame.height / 2);
}

document.addEventListener("DOMContentLoaded", ready);
document.addEventListener("htmx:afterSettle", ready);
