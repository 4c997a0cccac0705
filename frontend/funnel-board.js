// The board of the funnel: cards are dragged, or moved by keys; the server decides, and a closed gate leads to its form.
import htmx from "htmx.org";

const board = () => document.querySelector("[data-board]");
const columns = () => [...(board()?.querySelectorAll("[data-column]") ?? [])];
const cardsOf = (column) => [...column.querySelectorAll("[data-card]")];
let dragged = null;

function markFirst() {
  for (const column of columns()) {
    const cards = cardsOf(column);
    if (!cards.some((card) => card.tabIndex === 0)) cards[0]?.setAttribute("tabindex", "0");
  }
}

function focus(card) {
  if (!card) return;
  card.setAttribute("tabindex", "0");
  card.focus();
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
}

async function move(card, column) {
  const from = card.closest("[data-column]");
  if (!column || column === from || !column.dataset.column || !board().hasAttribute("data-may-move")) return;
  const next = card.nextSibling;
  const number = card.dataset.number;
  column.querySelector("[data-cards]").prepend(card);
  card.classList.add("fun-moving");
  const url = board().dataset.drop.replace("/0/", `/${number}/`);
  try {
    await htmx.ajax("POST", url, {
      target: card,
      swap: "outerHTML",
      values: { to: column.dataset.column, seen_in: card.dataset.stage },
    });
  } finally {
    const there = board()?.querySelector(`[data-card][data-number="${CSS.escape(number)}"]`);
    if (there?.classList.contains("fun-moving")) {
      // The answer was no card: it stands where it stood, and the page that mends it opens.
      there.classList.remove("fun-moving");
      from.querySelector("[data-cards]").insertBefore(there, next);
    }
    focus(board()?.querySelector(`[data-card][data-number="${CSS.escape(number)}"]`));
    const said = document.querySelector("[data-board-said]");
    if (said && there) said.textContent = there.closest("[data-column]").getAttribute("aria-label");
  }
}

document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (!card || !board()?.hasAttribute("data-may-move")) return;
  dragged = card;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.dataset.number);
});

document.addEventListener("dragover", (event) => {
  const column = dragged && event.target.closest?.("[data-column]");
  if (!column?.dataset.column) return;
  event.preventDefault();
  for (const each of columns()) each.classList.toggle("fun-over", each === column);
});

document.addEventListener("drop", (event) => {
  const column = dragged && event.target.closest?.("[data-column]");
  if (!column) return;
  event.preventDefault();
  move(dragged, column);
});

document.addEventListener("dragend", () => {
  dragged = null;
  for (const each of columns()) each.classList.remove("fun-over");
});

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (!card || event.altKey || event.ctrlKey || event.metaKey || !event.key.startsWith("Arrow")) return;
  const all = columns();
  const here = card.closest("[data-column]");
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  event.preventDefault();
  if (event.shiftKey) {
    if (step) move(card, all[all.indexOf(here) + step]);
    return;
  }
  const cards = cardsOf(here);
  if (!step) return focus(cards[cards.indexOf(card) + (event.key === "ArrowDown" ? 1 : -1)]);
  for (let at = all.indexOf(here) + step; all[at]; at += step) {
    const there = cardsOf(all[at]);
    if (there.length) return focus(there[Math.min(cards.indexOf(card), there.length - 1)]);
  }
});

document.addEventListener("DOMContentLoaded", markFirst);
document.addEventListener("htmx:afterSettle", markFirst);
