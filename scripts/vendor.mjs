// Copies the browser files that npm brought into public/vendor, under the names the Rust code loads them by.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import subsetFont from "subset-font";

process.chdir(join(import.meta.dirname, ".."));
const out = "public/vendor";
const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version;
const filesIn = (dir) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

// Leaflet's style sheet asks for its pictures relative to itself, so its folder is kept together.
const leaflet = `leaflet-${version("leaflet")}`;
const files = new Map([
  [`${leaflet}/leaflet.js`, "node_modules/leaflet/dist/leaflet.js"],
  [`${leaflet}/leaflet.css`, "node_modules/leaflet/dist/leaflet.css"],
  ...readdirSync("node_modules/leaflet/dist/images").map((name) => [
    `${leaflet}/images/${name}`,
    `node_modules/leaflet/dist/images/${name}`,
  ]),
  [`socket.io-${version("socket.io-client")}.esm.min.js`, "node_modules/socket.io-client/dist/socket.io.esm.min.js"],
]);

// The font with the weights that the style sheet has and no others, which is two thirds of it. It keeps every character.
const range = (first, last) => String.fromCodePoint(...Array.from({ length: last - first + 1 }, (_, i) => first + i));
const latin = range(0x20, 0xff) + range(0x2bb, 0x2dc) + range(0x2000, 0x206f) + "ıŒœ\u0304\u0308\u0329€™↑↓−∕\ufeff\ufffd";
const font = await subsetFont(readFileSync("node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"), latin, {
  targetFormat: "woff2",
  variationAxes: { wght: { min: 400, max: 700 } },
});
const contents = new Map([...files].map(([name, source]) => [name, readFileSync(source)])).set("inter.woff2", font);

// A name in the Rust code that no file answers to would be a broken page, so it breaks the build instead.
for (const source of ["app/src", "src"].flatMap(filesIn).filter((path) => path.endsWith(".rs"))) {
  const names = readFileSync(source, "utf8").matchAll(/\/vendor\/((?:leaflet|socket\.io|inter)[\w./-]*)/g);
  for (const [, name] of names) {
    if (!contents.has(name)) {
      console.error(`${source} names /vendor/${name}, but npm's packages give: ${[...contents.keys()].join(", ")}`);
      process.exit(1);
    }
  }
}

for (const [name, content] of contents) {
  const target = join(out, name);
  // An unchanged file keeps its time, so that nothing is rebuilt on its account.
  if (existsSync(target) && readFileSync(target).equals(content)) continue;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
}
for (const path of filesIn(out)) {
  if (!contents.has(path.slice(out.length + 1).replaceAll("\\", "/"))) rmSync(path);
}
