import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { execa } from "execa";
import type typescript from "typescript";
import { checkout } from "../support/checkout";
import { temporaryFolders } from "../support/files/temporary-folder";
import { consumerPrograms } from "./consumer-programs";
import { packPresent } from "./packages";

type Compiler = typeof typescript;
type EntryPoint = keyof typeof consumerPrograms;

const compilers = [
  { major: 5, module: "typescript-5" },
  { major: 6, module: "typescript" },
];

/** What `pulumi new typescript` writes. */
const pulumiTemplate = {
  strict: true,
  target: "es2020",
  module: "commonjs",
  moduleResolution: "node",
  sourceMap: true,
  experimentalDecorators: true,
  noFallthroughCasesInSwitch: true,
  noImplicitReturns: true,
  forceConsistentCasingInFileNames: true,
};
/** TypeScript 6 takes what it calls deprecated only with this, and TypeScript 5 refuses the value. */
const deprecated = { 5: {}, 6: { ignoreDeprecations: "6.0" } } as Record<number, object>;
const modern = { strict: true, target: "es2020" };

/** Every `moduleResolution`. In the two that know ES modules, the programs exist as such, too. */
const resolutions = [
  { name: "Pulumi's template, which has node10", options: pulumiTemplate, isDeprecated: true, whole: true },
  { name: "node16", options: { ...modern, module: "node16", moduleResolution: "node16" }, modules: true },
  {
    name: "nodenext",
    options: { ...modern, module: "nodenext", moduleResolution: "nodenext" },
    modules: true,
  },
  { name: "bundler", options: { ...modern, module: "esnext", moduleResolution: "bundler" } },
];

describe("programs that use the packed package", function () {
  this.timeout(120_000);
  const newFolder = temporaryFolders();
  let withPulumi = "";
  let alone = "";

  before(async () => {
    const folder = await newFolder();
    const tarball = await packPresent(folder);
    withPulumi = await project(join(folder, "with-pulumi"), tarball, ["@pulumi", "@types/node"]);
    alone = await project(join(folder, "alone"), tarball, []);
  });

  for (const { major, module } of compilers) {
    const load = (): Compiler => createRequire(__filename)(module) as Compiler;

    it(`are compiled by TypeScript ${major} here`, () =>
      assert.equal(load().versionMajorMinor.split(".")[0], `${major}`));

    for (const { name, options, isDeprecated = false, modules = false, whole = false } of resolutions) {
      const json = { ...options, ...(isDeprecated ? deprecated[major] : {}) };
      const kinds = modules ? ["ts", "mts"] : ["ts"];

      it(`compile with TypeScript ${major} and ${name}`, () => {
        const errors = mistakes(load(), withPulumi, files(withPulumi, entryPoints, kinds), json, whole);
        assert.deepEqual(errors, []);
      });

      it(`need no other package but for Pulumi resources with TypeScript ${major} and ${name}`, () => {
        const errors = mistakes(load(), alone, files(alone, withoutPulumi, kinds), json);
        assert.deepEqual(errors, []);
      });
    }

    // It looks for no package in node_modules.
    it(`compile with TypeScript ${major} and classic, where "paths" names the files`, () => {
      const paths = Object.fromEntries(
        withoutPulumi.map((entryPoint) => [
          entryPoint,
          [`./node_modules/minicloud/dist/${entryPoint.slice(10)}/index.d.ts`],
        ]),
      );
      const json = { ...modern, module: "es2020", moduleResolution: "classic", paths, ...deprecated[major] };
      assert.deepEqual(mistakes(load(), alone, files(alone, withoutPulumi, ["ts"]), json), []);
    });
  }
});

const entryPoints = Object.keys(consumerPrograms) as EntryPoint[];
const withoutPulumi = entryPoints.filter((entryPoint) => entryPoint !== "minicloud");

/** A folder with the programs, the package and links to others of this checkout's. */
async function project(folder: string, tarball: string, packages: readonly string[]): Promise<string> {
  const own = join(folder, "node_modules", "minicloud");
  await mkdir(own, { recursive: true });
  await execa("tar", [
    "--extract",
    "--gzip",
    "--strip-components=1",
    `--file=${tarball}`,
    `--directory=${own}`,
  ]);
  for (const name of packages) {
    const link = join(folder, "node_modules", name);
    await mkdir(join(link, ".."), { recursive: true });
    await symlink(join(checkout, "node_modules", name), link);
  }
  await writeFile(join(folder, "package.json"), "{}");
  for (const entryPoint of entryPoints) {
    for (const file of files(folder, [entryPoint], ["ts", "mts"])) {
      await writeFile(file, consumerPrograms[entryPoint]);
    }
  }
  return folder;
}

function files(folder: string, of: readonly EntryPoint[], kinds: readonly string[]): string[] {
  return of.flatMap((entryPoint) =>
    kinds.map((kind) => join(folder, `${entryPoint.replace("/", "-")}.${kind}`)),
  );
}

/**
 * What the compiler says.
 *
 * @param whole whether of all packages' declarations. Otherwise of the programs and this package's.
 */
function mistakes(
  ts: Compiler,
  folder: string,
  programs: readonly string[],
  compilerOptions: object,
  whole = false,
): string[] {
  const { options, errors } = ts.parseJsonConfigFileContent(
    { compilerOptions: { ...compilerOptions, noEmit: true, skipDefaultLibCheck: true }, files: programs },
    ts.sys,
    folder,
  );
  const program = ts.createProgram(programs, options, sharingOthers(ts, options, folder));
  const checked = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(folder));
  assert.ok(checked.length > programs.length, "the package is not read");
  const found = whole
    ? ts.getPreEmitDiagnostics(program)
    : [
        ...program.getOptionsDiagnostics(),
        ...checked.flatMap((file) => [
          ...program.getSyntacticDiagnostics(file),
          ...program.getSemanticDiagnostics(file),
        ]),
      ];
  return [...errors, ...found].map(
    ({ file, messageText }) =>
      `${file?.fileName ?? "options"}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
  );
}

const others = new Map<string, typescript.SourceFile | undefined>();

/**
 * The declarations of the compiler and of other packages are by far the longest, and are parsed once for each way to
 * read them.
 */
function sharingOthers(
  ts: Compiler,
  options: typescript.CompilerOptions,
  folder: string,
): typescript.CompilerHost {
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (path, how, ...rest) => {
    if (path.startsWith(folder)) {
      return read(path, how, ...rest);
    }
    const key = [ts.version, path, JSON.stringify(how)].join(" ");
    if (!others.has(key)) {
      others.set(key, read(path, how, ...rest));
    }
    return others.get(key);
  };
  return host;
}
