import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { shownElsewhere } from "./shown-elsewhere";

const checkout = join(__dirname, "..", "..");

describe("each source with logic of its own", () => {
  const untested = sources().filter((source) => !hasOwnTest(source) && hasLogic(source));

  it("has a test of the same name, or a row in test/shown-elsewhere.ts", () => {
    assert.deepEqual(
      untested.filter((source) => rowOf(source) === undefined),
      [],
    );
  });

  it("makes every row of that table needed", () => {
    const needed = new Set(untested.map(rowOf));
    assert.deepEqual(
      Object.keys(shownElsewhere).filter((row) => !needed.has(row)),
      [],
    );
  });

  it("is shown by what exists", () => {
    const scripts = Object.keys((JSON.parse(read("package.json")) as { scripts: object }).scripts);
    const commands = scripts.map((script) => `npm run ${script}`);
    assert.deepEqual(
      Object.values(shownElsewhere)
        .flat()
        .filter((shows) => !commands.includes(shows) && !existsSync(join(checkout, shows))),
      [],
    );
  });
});

/** All that is compiled, without tests: paths seen from the checkout. */
function sources(): string[] {
  const { include } = JSON.parse(read("tsconfig.json")) as { include: string[] };
  return include
    .map((pattern) => pattern.replace("/**/*", ""))
    .filter((folder) => folder !== "test")
    .flatMap((folder) =>
      readdirSync(join(checkout, folder), { recursive: true, encoding: "utf8" }).map(
        (path) => `${folder}/${path}`,
      ),
    )
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"));
}

function hasOwnTest(source: string): boolean {
  const stem = join(checkout, "test", source.replace(/\.ts$/, ""));
  return existsSync(`${stem}.test.ts`) || existsSync(`${stem}.real.test.ts`);
}

/** Whether the compiled file has a function or a class, except for the compiler's own. Types and tables have none. */
function hasLogic(source: string): boolean {
  const compiled = read(`dist/${source.replace(/\.ts$/, ".js")}`)
    .replace(/\/\*.*?\*\//gs, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/^var __\w+ = \(this.*?^(\}\)+|\}|\}\)\(\));$/gms, "")
    .replace(/^Object\.defineProperty\(exports.*$/gm, "");
  return /=>|\bfunction\b|\bclass\b/.test(compiled);
}

function rowOf(source: string): string | undefined {
  return Object.keys(shownElsewhere)
    .filter((row) => row === source || (/[/*]$/.test(row) && source.startsWith(row.replace("*", ""))))
    .toSorted((one, other) => one.length - other.length)
    .at(-1);
}

function read(path: string): string {
  return readFileSync(join(checkout, path), "utf8");
}
