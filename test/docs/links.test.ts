import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { checkout } from "../support/checkout";
import { type Page, parsePage, readPages } from "../support/pages/markdown";

const pages = readPages();
const packSchema = z.array(z.object({ files: z.array(z.object({ path: z.string() })) })).length(1);

interface Relative {
  /** `page:line`, for messages. */
  readonly from: string;
  /** Seen from the checkout. */
  readonly file: string;
  readonly anchor: string | undefined;
}

function relativeLinks(page: Page): Relative[] {
  return page.links
    .filter(({ target }) => !/^[a-z]+:/.test(target))
    .map(({ line, target }) => {
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page.path : join(dirname(page.path), path);
      return { from: `${page.path}:${line}`, file, anchor };
    });
}

const links = pages.flatMap(relativeLinks);

describe("the Markdown files", () => {
  it("are read with their links and anchors", () => {
    const page = parsePage(
      "a.md",
      "# A `b`, c\n# A b c\n[x](d.md#e) `[y](z)`\n```sh\n[n](o)\n```\n![p](q.svg)",
    );
    assert.deepEqual([...page.anchors], ["a-b-c", "a-b-c-1"]);
    assert.deepEqual(page.links, [
      { line: 3, target: "d.md#e" },
      { line: 7, target: "q.svg" },
    ]);
    assert.ok(links.length > 30);
  });

  it("link files that exist", () => {
    const broken = links.filter(({ file }) => !existsSync(join(checkout, file)));
    assert.deepEqual(broken, []);
  });

  it("link headings that exist", () => {
    const anchorsOf = new Map(pages.map(({ path, anchors }) => [path, anchors]));
    const broken = links.filter(
      ({ file, anchor }) => anchor !== undefined && anchorsOf.get(file)?.has(anchor) !== true,
    );
    assert.deepEqual(broken, []);
  });

  it("link from the package only what the package has", async function () {
    this.timeout(60_000);
    const { stdout } = await execa("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: checkout,
    });
    const packed = new Set(
      packSchema.parse(JSON.parse(stdout)).flatMap(({ files }) => files.map(({ path }) => path)),
    );
    assert.ok(packed.has("README.md") && packed.has("docs/resources.md"));
    const has = (file: string) => packed.has(file) || [...packed].some((path) => path.startsWith(`${file}/`));
    const missing = links.filter(({ from, file }) => packed.has(from.replace(/:\d+$/, "")) && !has(file));
    assert.deepEqual(missing, []);
  });

  it("are all named by the README's table of pages", () => {
    const table = new Set(pages.find(({ path }) => path === "README.md")?.links.map(({ target }) => target));
    const others = pages.map(({ path }) => path).filter((path) => path !== "README.md");
    assert.deepEqual(
      others.filter((path) => !table.has(path)),
      [],
    );
  });
});

describe("the README", () => {
  const text = readFileSync(join(checkout, "README.md"), "utf8");

  it("is short", () => {
    assert.ok(text.split("\n").length <= 200);
  });

  it("shows the program of the quickstart as it is", () => {
    const [program] = pages.find(({ path }) => path === "README.md")?.blocks ?? [];
    assert.equal(`${program?.text}\n`, readFileSync(join(checkout, "examples", "quickstart.ts"), "utf8"));
  });

  it("goes from the program over the commands to the pages", () => {
    const order = [
      "MiniCloud creates",
      "```ts",
      "```sh",
      "quickstart.svg",
      "## How it works",
      "how-it-works.svg",
    ];
    const then = ["## Add MiniCloud", "## Which page", "## Comparison", "## Licence"];
    const places = [...order, ...then].map((part) => text.indexOf(part));
    assert.ok(!places.includes(-1));
    assert.deepEqual(
      places,
      places.toSorted((one, other) => one - other),
    );
  });
});

describe("each page for users", () => {
  const forUsers = pages.filter(({ path }) => path.startsWith("docs/") && path !== "docs/architecture.md");
  for (const { path, blocks } of forUsers) {
    it(`${path} starts with an example`, () => {
      const text = readFileSync(join(checkout, path), "utf8");
      const beforeFirst = text
        .split("\n")
        .slice(0, (blocks[0]?.line ?? Infinity) - 1)
        .join("\n");
      assert.doesNotMatch(beforeFirst, /^##/m);
      assert.ok(beforeFirst.length < 500, "the example comes after at most a paragraph");
    });
  }
});
