// Bundles scripts, styles and fonts into content-hashed files, and manifest.json that maps plain names to them.
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const target = path.resolve(process.env.OUT ?? path.join(here, "../pitchscoop/doors/web/assets"));

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  sourcemap: false,
  write: false,
  metafile: true,
  outdir: target,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file", ".svg": "copy" },
  // Safari 16.4 is the first with everything the recorder needs.
  target: ["es2022", "chrome111", "firefox113", "safari16.4"],
  logLevel: "warning",
};

const pages = {
  ...common,
  entryPoints: [
    "site",
    "home",
    "recorder",
    "upload",
    "pitch",
    "docs",
    "organizer",
    "desk",
    "room",
    "standings",
    "judge",
    "final",
  ]
    .map((name) => `src/${name}.ts`)
    .concat("css/site.css", "css/docs.css"),
  format: "esm",
  splitting: true,
};

// Loaded outside modules: the theme before the first paint, the worklet, the keeper and the judge's worker in their own
// threads, the icon by the browser.
const alone = {
  ...common,
  entryPoints: ["theme", "capture", "keeper", "judge-worker"]
    .map((name) => `src/${name}.ts`)
    .concat("css/favicon.svg", "css/favicon-recording.svg"),
  format: "iife",
};

async function build() {
  const results = await Promise.all([esbuild.build(pages), esbuild.build(alone)]);
  const files = results.flatMap((result) => result.outputFiles);
  await mkdir(target, { recursive: true });
  await Promise.all(files.map((file) => writeFile(file.path, file.contents)));
  const names = manifest(results.map((result) => result.metafile));
  // Last, so that a page never names a file that is not there yet.
  await writeFile(path.join(target, "manifest.json"), `${JSON.stringify(names, null, 1)}\n`);
  await removeStale(new Set([...files.map((file) => path.basename(file.path)), "manifest.json"]));
}

function manifest(metafiles) {
  const names = {};
  for (const [output, { entryPoint, inputs }] of metafiles.flatMap((meta) => Object.entries(meta.outputs))) {
    const source = entryPoint ?? Object.keys(inputs).find((input) => /\.(woff2|svg)$/.test(input));
    if (source === undefined) continue;
    const plain = path.basename(source).replace(/\.ts$/, ".js");
    if (path.extname(output) === path.extname(plain)) names[plain] = path.basename(output);
  }
  return Object.fromEntries(Object.entries(names).sort());
}

async function removeStale(keep) {
  const present = await readdir(target);
  await Promise.all(present.filter((name) => !keep.has(name)).map((name) => rm(path.join(target, name))));
}

await build();
