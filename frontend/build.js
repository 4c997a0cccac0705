// Bundles frontend/*.js and frontend/*.css into app.js and app.css, and the icons of icons.json into one sprite.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const bundle = join(here, "..", "src", "keytally", "site", "static", "bundle");
const icons = join(here, "..", "node_modules", "@tabler", "icons", "icons", "outline");

const files = (ending) => readdirSync(here).filter((name) => name.endsWith(ending) && name !== "build.js").sort();
const imports = (names) => names.map((name) => `import "./${name}";`).join("\n");

function symbol(name) {
  const svg = readFileSync(join(icons, `${name}.svg`), "utf8");
  const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s+/g, " ").trim();
  const look = 'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}" ${look}>${inner}</symbol>`;
}

const entry = { js: imports(files(".js")), css: files(".css").map((name) => `@import "./${name}";`).join("\n") };
rmSync(bundle, { recursive: true, force: true });
mkdirSync(bundle, { recursive: true });
for (const [loader, contents] of Object.entries(entry)) {
  await build({
    stdin: { contents, resolveDir: here, loader },
    bundle: true,
    minify: true,
    target: ["chrome111", "firefox121", "safari16.4"],
    legalComments: "linked",
    outfile: join(bundle, `app.${loader}`),
    logLevel: "warning",
  });
}
const names = JSON.parse(readFileSync(join(here, "icons.json"), "utf8"));
const sprite = names.map(symbol).join("");
writeFileSync(join(bundle, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${sprite}</svg>\n`);
