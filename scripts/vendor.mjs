// Copies the browser files that npm brought into public/vendor, under the names the Rust code loads them by.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

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
  ["inter.woff2", "node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"],
]);

// A name in the Rust code that no file answers to would be a broken page, so it breaks the build instead.
for (const source of ["app/src", "src"].flatMap(filesIn).filter((path) => path.endsWith(".rs"))) {
  const names = readFileSync(source, "utf8").matchAll(/\/vendor\/((?:leaflet|socket\.io|inter)[\w./-]*)/g);
  for (const [, name] of names) {
    if (!files.has(name)) {
      console.error(`${source} names /vendor/${name}, but npm's packages give: ${[...files.keys()].join(", ")}`);
      process.exit(1);
    }
  }
}

for (const [name, source] of files) {
  const target = join(out, name);
  const content = readFileSync(source);
  // An unchanged file keeps its time, so that nothing is rebuilt on its account.
  if (existsSync(target) && readFileSync(target).equals(content)) continue;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
}
for (const path of filesIn(out)) {
  if (!files.has(path.slice(out.length + 1).replaceAll("\\", "/"))) rmSync(path);
}
