// Writes a .br and a .gz beside every file of the site that gains by it, so that the server never compresses a file.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const site = process.argv[2] ?? "target/site";
const compressible = /\.(css|html|ico|js|json|mjs|svg|txt|wasm|webmanifest|xml)$/;

const paths = readdirSync(site, { recursive: true })
  .map((name) => join(site, name))
  .filter((path) => compressible.test(path) && statSync(path).size > 1024);

const compress = async (path) => {
  const content = readFileSync(path);
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(content, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
    }),
    promisify(gzip)(content, { level: 9 }),
  ]);
  writeFileSync(`${path}.br`, br);
  writeFileSync(`${path}.gz`, gz);
  return [content.length, br.length];
};

const sizes = await Promise.all(paths.map(compress));
const kilobytes = (column) => Math.round(sizes.reduce((sum, size) => sum + size[column], 0) / 1000);
console.log(`compressed ${paths.length} files: ${kilobytes(0)} kB are ${kilobytes(1)} kB as brotli`);
