// Drop zones: plain file inputs that also take what is dropped on them, folders included, and say what they hold.

const READABLE = /\.(xlsx|xlsm|xls|csv|tsv|txt|parquet)$/i;

function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1048576) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1048576).toFixed(1)} MB`;
}

function entriesIn(reader) {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

async function filesOf(entry, path) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, path: path + file.name }];
  }
  const reader = entry.createReader();
  const found = [];
  let batch = await entriesIn(reader);
  while (batch.length) {
    for (const inner of batch) found.push(...(await filesOf(inner, `${path}${entry.name}/`)));
    batch = await entriesIn(reader);
  }
  return found.filter((item) => READABLE.test(item.path) && !item.file.name.startsWith("."));
}

async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
  if (entries.every((entry) => entry)) {
    const found = [];
    for (const entry of entries) found.push(...(await filesOf(entry, "")));
    return found;
  }
  return [...transfer.files].map((file) => ({ file, path: file.name }));
}

class DropZone {
  constructor(box) {
    this.box = box;
    this.input = box.querySelector("[data-drop-files]");
    this.folder = box.querySelector("[data-drop-folder]");
    this.paths = box.querySelector("[data-drop-paths]");
    this.list = box.querySelector("[data-drop-list]");
    this.items = [];
    box.querySelector("[data-drop-words]").hidden = false;
    box.classList.add("kt-live");
    box.addEventListener("dragover", (event) => this.over(event));
    box.addEventListener("dragleave", () => box.classList.remove("kt-over"));
    box.addEventListener("drop", (event) => this.drop(event));
    this.input.addEventListener("change", () => this.chosen(this.input));
    this.folder.addEventListener("change", () => this.chosen(this.folder));
  }

  over(event) {
    event.preventDefault();
    this.box.classList.add("kt-over");
  }

  async drop(event) {
    event.preventDefault();
    this.box.classList.remove("kt-over");
    this.add(await dropped(event.dataTransfer));
  }

  chosen(input) {
    const found = [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
    if (input === this.folder) {
      input.value = "";
      this.add(found.filter((item) => READABLE.test(item.path) && !item.file.name.startsWith(".")));
    } else {
      this.add(found);
    }
  }

  add(found) {
    const known = new Map(this.items.map((item) => [item.path, item]));
    for (const item of found) known.set(item.path, item);
    this.items = [...known.values()];
    this.keep();
  }

  remove(path) {
    this.items = this.items.filter((item) => item.path !== path);
    this.keep();
    this.input.focus();
  }

  keep() {
    const transfer = new DataTransfer();
    for (const item of this.items) transfer.items.add(item.file);
    this.input.files = transfer.files;
    this.paths.value = JSON.stringify(this.items.map((item) => item.path));
    this.list.replaceChildren(...this.items.map((item) => this.row(item)));
  }

  row(item) {
    const row = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = `${item.path} · ${size(item.file.size)}`;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small";
    button.textContent = this.list.dataset.remove;
    button.setAttribute("aria-label", `${this.list.dataset.remove}: ${item.path}`);
    button.addEventListener("click", () => this.remove(item.path));
    row.append(name, button);
    const problem = this.problem(item);
    if (problem) {
      const words = document.createElement("strong");
      words.className = "kt-drop-problem";
      words.textContent = problem;
      row.append(words);
    }
    return row;
  }

  problem(item) {
    if (!READABLE.test(item.path)) return this.list.dataset.wrong;
    return item.file.size === 0 ? this.list.dataset.empty : "";
  }
}

function watchUpload(form) {
  const bar = form.querySelector(".kt-upload");
  form.addEventListener("htmx:xhr:progress", (event) => {
    if (!bar || !event.detail.lengthComputable) return;
    bar.hidden = false;
    bar.value = (event.detail.loaded / event.detail.total) * 100;
  });
  form.addEventListener("htmx:afterRequest", () => {
    if (bar) bar.hidden = true;
  });
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-dropzone]").forEach((box) => new DropZone(box));
  document.querySelectorAll("[data-upload]").forEach(watchUpload);
  // A file that misses its zone must not make the browser leave the page and lose what was typed.
  if (document.querySelector("[data-dropzone]")) {
    for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
  }
});

// A form that is refused answers 422 with its sentences: show them where the form says, and leave the form as it is.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status !== 422) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});
