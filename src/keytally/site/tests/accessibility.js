// Lists what a reader of the page would stumble over: no name, too little contrast (WCAG 2.2 AA), no language, no heading.
() => {
  const seen = [];
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const nameOf = (element) =>
    element.getAttribute("aria-label") || element.title || element.innerText?.trim() || element.textContent.trim();

  if (!document.documentElement.lang) seen.push("no language");
  if (document.querySelectorAll("h1").length !== 1) seen.push("not one h1");
  for (const control of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (isShown(control) && !control.labels?.length && !control.getAttribute("aria-label")) seen.push(`no label: ${control.name}`);
  for (const active of document.querySelectorAll("a[href], button, summary"))
    if (isShown(active) && !nameOf(active)) seen.push(`no name: ${active.outerHTML.slice(0, 80)}`);
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const element = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || !isShown(element) || element.closest(".visually-hidden, .skip-link, progress, option")) continue;
    const [light, dark] = [luminance(rgba(getComputedStyle(element).color)), luminance(ground(element))].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(getComputedStyle(element).fontSize);
    if (ratio < (size >= 24 ? 3 : 4.5)) seen.push(`contrast ${ratio.toFixed(2)}: ${words.currentNode.data.trim().slice(0, 40)}`);
  }
  return seen;
};
