// Makes public/basemap.json, the map that needs no internet: run it after a change of the town list or of its sources
// (`node scripts/basemap.mjs`) and commit the result.
//
// Sources: us-atlas (US Census Bureau's cartographic boundaries, 1:10m, shores cut out) and world-atlas (Natural Earth,
// 1:110m, for the neighbours), both in the public domain, and src/places/cities.csv. The neighbours' outlines know no
// lakes, so the Canadian shores of the Great Lakes are given below, coarsely.
//
// Everything is projected to Web Mercator here and put on a grid of WORLD × WORLD cells, so that the browser only
// scales and shifts. A line is [x, y, dx, dy, dx, dy, …]: its first point and then steps.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

process.chdir(join(import.meta.dirname, ".."));

const WORLD = 1 << 17; // cells around the globe: about 300 m each at the equator
const LIMIT = 40_000; // bytes as brotli
const STATES_AS = 1.8; // how far a simplified line may lie from the true one, in cells
const NEIGHBOURS_AS = 4;
const SMALLEST = 150; // islands below this many square cells are left out

const read = (path) => JSON.parse(readFileSync(`node_modules/${path}`, "utf8"));

/** The topology's arcs in degrees. */
function arcsOf({ arcs, transform: { scale, translate } }) {
  return arcs.map((arc) => {
    let [x, y] = [0, 0];
    return arc.map(([dx, dy]) => [(x += dx) * scale[0] + translate[0], (y += dy) * scale[1] + translate[1]]);
  });
}

/** How often each arc is used by a set of geometries, and by which. */
function usesOf(geometries) {
  const uses = new Map();
  for (const { id, arcs } of geometries) {
    for (const arc of (arcs ?? []).flat(Infinity)) {
      const index = arc < 0 ? ~arc : arc;
      uses.set(index, (uses.get(index) ?? new Set()).add(id));
    }
  }
  return uses;
}

function project([lng, lat]) {
  const sin = Math.sin((Math.min(lat, 84) * Math.PI) / 180);
  return [((lng + 180) / 360) * WORLD, (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * WORLD];
}

/** Douglas and Peucker's way: keeps the points that lie further than `slack` from the line between those kept. */
function simplify(points, slack) {
  const keep = new Uint8Array(points.length);
  keep[0] = keep[points.length - 1] = 1;
  const spans = [[0, points.length - 1]];
  while (spans.length) {
    const [from, to] = spans.pop();
    const [[ax, ay], [bx, by]] = [points[from], points[to]];
    const length = Math.hypot(bx - ax, by - ay);
    let [worst, at] = [slack, -1];
    for (let i = from + 1; i < to; i++) {
      const [x, y] = points[i];
      const off = length ? Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length : Math.hypot(x - ax, y - ay);
      if (off > worst) [worst, at] = [off, i];
    }
    if (at > 0) {
      keep[at] = 1;
      spans.push([from, at], [at, to]);
    }
  }
  return points.filter((_, i) => keep[i]);
}

/** Arcs simplified each for itself, so that neighbours go on sharing every point of a common border. */
const prepared = (topology, slack) => arcsOf(topology).map((arc) => simplify(arc.map(project), slack));

/** The rings of a polygon or several, from prepared arcs. */
function ringsOf(geometry, arcs) {
  const polygons = geometry.type === "Polygon" ? [geometry.arcs] : geometry.arcs;
  return polygons.flat().map((ring) =>
    ring.flatMap((index, i) => {
      const arc = index < 0 ? [...arcs[~index]].reverse() : arcs[index];
      return i ? arc.slice(1) : arc;
    }),
  );
}

function steps(points) {
  const line = [];
  let [px, py] = [0, 0];
  for (const point of points) {
    const [x, y] = point.map(Math.round);
    if (line.length && x === px && y === py) continue;
    line.push(x - px, y - py);
    [px, py] = [x, y];
  }
  return line;
}

const area = (ring) =>
  Math.abs(ring.reduce((sum, [x, y], i) => {
    const [nx, ny] = ring[(i + 1) % ring.length];
    return sum + x * ny - nx * y;
  }, 0)) / 2;
const lines = (list) => list.map(steps).filter((line) => line.length > 2);
const western = (line) => line.every(([x]) => x < WORLD / 2);

const us = read("us-atlas/states-10m.json");
const usArcs = prepared(us, STATES_AS);
const land = us.objects.nation.geometries.flatMap((nation) => ringsOf(nation, usArcs))
  .filter((ring) => western(ring) && area(ring) >= SMALLEST);
const borders = [...usesOf(us.objects.states.geometries)].filter(([, users]) => users.size > 1).map(([index]) => usArcs[index]);

const world = read("world-atlas/countries-110m.json");
const named = (...names) => world.objects.countries.geometries.filter(({ properties }) => names.includes(properties.name));
const neighbours = named("Canada", "Mexico", "Cuba", "Bahamas", "Guatemala", "Belize", "Honduras", "El Salvador",
  "Nicaragua", "Haiti", "Dominican Rep.", "Jamaica");
const worldArcs = prepared(world, NEIGHBOURS_AS);
const abroad = neighbours.flatMap((country) => ringsOf(country, worldArcs)).filter(western);
// Where the two sources' ideas of one border differ, a seam this broad hides the gap beneath the states.
const [home, next] = [usesOf(named("United States of America")), usesOf(named("Canada", "Mexico"))];
const seams = [...home.keys()].filter((index) => next.has(index)).map((index) => worldArcs[index]);

// The Canadian shores of Superior, Huron, Erie and Ontario, closed through the states, which are drawn above them.
const lakes = [
  [[-92.1, 46.7], [-89.6, 47.98], [-89.2, 48.4], [-88.6, 48.5], [-88.2, 48.95], [-87.5, 48.8], [-86.4, 48.72],
    [-85.9, 48.1], [-84.9, 47.95], [-84.7, 47.4], [-84.6, 46.9], [-84.5, 46.5], [-86, 46.2], [-90, 46.3]],
  [[-84.1, 46.2], [-83.2, 46.1], [-82.0, 45.98], [-81.0, 45.93], [-80.4, 45.5], [-79.9, 44.85], [-80.1, 44.5],
    [-80.6, 44.6], [-81.0, 44.75], [-81.6, 45.25], [-81.3, 44.6], [-81.7, 44.1], [-81.7, 43.4], [-82.3, 43.02],
    [-83.2, 43.2], [-84.2, 45.2], [-84.6, 45.8]],
  [[-83.1, 42.05], [-82.5, 41.95], [-81.9, 42.25], [-81.2, 42.65], [-80.5, 42.6], [-80.1, 42.55], [-80.2, 42.8],
    [-79.3, 42.87], [-78.92, 42.9], [-79.3, 42.4], [-81.5, 41.4], [-83.3, 41.5]],
  [[-79.05, 43.26], [-79.75, 43.3], [-79.4, 43.63], [-78.8, 43.87], [-77.7, 44.0], [-76.9, 43.95], [-76.5, 44.22],
    [-76.1, 44.0], [-76.3, 43.5], [-79.0, 43.2]],
].map((ring) => ring.map(project));

const towns = readFileSync("src/places/cities.csv", "utf8").trim().split("\n").slice(1).map((line) => {
  const [city, state, lat, lng] = line.split(",");
  return [city, state, ...project([Number(lng), Number(lat)]).map(Math.round)];
});

const map = {
  world: WORLD,
  abroad: lines(abroad),
  seams: lines(seams),
  lakes: lines(lakes),
  land: lines(land),
  borders: lines(borders),
  towns,
};
const text = JSON.stringify(map);
const small = brotliCompressSync(text).length;
console.log(`basemap: ${text.length} bytes, ${small} as brotli`, Object.fromEntries(Object.entries(map).map(([k, v]) => [k, v.length])));
if (small > LIMIT) throw new Error(`the base map has ${small} bytes as brotli, ${LIMIT} are allowed`);
writeFileSync("public/basemap.json", `${text}\n`);
