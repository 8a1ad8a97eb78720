import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { checkout, run } from "./checkout.mjs";

const dist = join(checkout, "dist");
/** The program that starts LXC containers. Its source is in the folder of the same name. */
const starter = join(dist, "server", "driver", "lxc", "starter", "lxc-starter");
/** The record of the last build: the sources and their times of change. */
const noteFile = join(dist, "built.json");

/** Compiles the sources into `dist` if one has changed since the last build. @throws Error with one line. */
export function build() {
  const sources = sourceTimes();
  const built = readNote();
  if (JSON.stringify(sources) === JSON.stringify(built)) {
    return;
  }
  console.error("build: compiling");
  if (Object.keys(built).some((path) => !(path in sources))) {
    // Otherwise the compiled files of removed sources would stay, and their tests would run.
    rmSync(dist, { recursive: true, force: true });
  }
  rmSync(noteFile, { force: true });
  run(process.execPath, [join(checkout, "node_modules", "typescript", "bin", "tsc")]);
  bundlePrograms();
  bundlePage();
  rmSync(starter, { force: true });
  compileStarter();
  makeProgramsExecutable();
  mkdirSync(dist, { recursive: true });
  writeFileSync(noteFile, JSON.stringify(sources));
}

/** Bundles the commands for clients into `dist/programs`, and in it all that they share into one file, with its code. */
function bundlePrograms() {
  const { buildSync } = createRequire(import.meta.url)("esbuild");
  const programs = readdirSync(join(checkout, "cli", "bin")).map(
    (name) => `bin/${name.replace(/\.ts$/, "")}`,
  );
  const folder = join(dist, "programs");
  buildSync({
    entryPoints: {
      ...Object.fromEntries(programs.map((name) => [name, join(checkout, "cli", `${name}.ts`)])),
      bundle: join(checkout, "cli", "programs.ts"),
      programs: join(checkout, "cli", "bundled-programs.ts"),
    },
    outdir: folder,
    bundle: true,
    // Loaded, and not copied into each program; OpenTelemetry only if the environment asks for traces.
    external: ["../programs", "@opentelemetry/*"],
    platform: "node",
    target: "node20",
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: "linked",
    sourcesContent: false,
    logLevel: "error",
  });
  compileBundle(join(folder, "bundle.js"));
}

/** Bundles the dashboard's page into `dist/dashboard/page`. The terminal is a file of its own, which few visitors load. */
function bundlePage() {
  const { buildSync } = createRequire(import.meta.url)("esbuild");
  const sources = join(checkout, "dashboard");
  const folder = join(dist, "dashboard", "page");
  rmSync(folder, { recursive: true, force: true });
  buildSync({
    entryPoints: { main: join(sources, "main.tsx") },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    // The names of a browser's cache: each contents has its own.
    chunkNames: "[name]-[hash]",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    minify: true,
    legalComments: "none",
    logLevel: "error",
  });
  ["index.html", "icon.svg"].forEach((name) => cpSync(join(sources, name), join(folder, name)));
}

/**
 * Compiles the program that starts LXC containers, if it is not there yet. Without a C compiler and LXC's header, containers
 * are started by lxc-start. A compilation that fails is only reported, because nothing needs the program.
 */
export function compileStarter() {
  const compiler = (...words) => spawnSync("cc", words, { encoding: "utf8" });
  if (
    existsSync(starter) ||
    compiler("-fsyntax-only", "-include", "lxc/lxccontainer.h", "-xc", "/dev/null").status !== 0
  ) {
    return;
  }
  const source = join(checkout, "server", "driver", "lxc", "starter", "starter.c");
  // Neither a killed build nor another one at the same time may leave a part of it.
  const part = `${starter}.${process.pid}`;
  const { status, stderr } = compiler("-O2", "-Wall", "-Wextra", "-D_GNU_SOURCE", "-o", part, source, "-ldl");
  if (status !== 0) {
    rmSync(part, { force: true });
    console.error(`build: lxc-starter could not be compiled: ${stderr.trim()}`);
    return;
  }
  // Whatever the umask is: a package is for all users.
  chmodSync(part, 0o755);
  renameSync(part, starter);
}

function compileBundle(bundle) {
  execFileSync(process.execPath, [join(checkout, "scripts", "compile-bundle.mjs"), bundle], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

function sourceTimes() {
  const { include } = JSON.parse(readFileSync(join(checkout, "tsconfig.json"), "utf8"));
  const folders = include.map((pattern) => pattern.replace("/**/*", ""));
  folders.push("dashboard");
  const present = folders.filter((folder) => existsSync(join(checkout, folder)));
  const sources = present
    .flatMap((folder) => filesUnder(folder))
    .filter((path) => /\.(tsx?|c|json|css|html|svg)$/.test(path));
  return Object.fromEntries(
    ["tsconfig.json", "package-lock.json", ...sources.sort()].map((path) => [
      path,
      statSync(join(checkout, path)).mtimeMs,
    ]),
  );
}

function filesUnder(folder) {
  return readdirSync(join(checkout, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(checkout.length + 1));
}

function readNote() {
  try {
    return JSON.parse(readFileSync(noteFile, "utf8"));
  } catch (error) {
    // A killed build can leave an incomplete file.
    if (error.code === "ENOENT" || error instanceof SyntaxError) {
      return {};
    }
    throw error;
  }
}

/** Sets the mode of the files to which npm links the package's commands. The compiler creates them with mode 644. */
function makeProgramsExecutable() {
  const { bin } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8"));
  Object.values(bin).forEach((path) => chmodSync(join(checkout, path), 0o755));
}
