// Bundles the unit tests for Node (which reads no TypeScript before 22.18) and runs them with its own runner.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = mkdtempSync(path.join(here, "node_modules/.tests-"));
try {
  const tests = readdirSync(path.join(here, "src"), { recursive: true })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => path.join(here, "src", file));
  await esbuild.build({
    entryPoints: tests,
    outdir: out,
    bundle: true,
    platform: "node",
    format: "esm",
    outExtension: { ".js": ".mjs" },
    sourcemap: "inline",
    logLevel: "warning",
  });
  const built = readdirSync(out, { recursive: true }).filter((file) => file.endsWith(".mjs"));
  const run = spawnSync(
    process.execPath,
    ["--enable-source-maps", "--test", ...built.map((file) => path.join(out, file))],
    { stdio: "inherit" },
  );
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(out, { recursive: true });
}
