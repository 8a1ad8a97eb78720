import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { copyProductionModules, productionModules } from "../../packager/production-modules";
import { temporaryFolders } from "../support/files/temporary-folder";

describe("the npm packages of an installed package", () => {
  const newFolder = temporaryFolders();

  async function add(folder: string, manifest: object): Promise<void> {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  }

  it("are those of its dependencies, each where Node finds it, and none for development", async () => {
    const root = await newFolder();
    const modules = join(root, "node_modules");
    await add(root, { dependencies: { one: "1" }, devDependencies: { tool: "1" } });
    await add(join(modules, "one"), { dependencies: { "@scope/two": "1", three: "1" } });
    await add(join(modules, "one", "node_modules", "three"), {});
    await add(join(modules, "@scope", "two"), { dependencies: { one: "1" } });
    await add(join(modules, "three"), {});
    await add(join(modules, "tool"), {});
    const expected = ["@scope/two", "one", "one/node_modules/three"].map((path) => join(modules, path));
    assert.deepEqual(await productionModules(root), expected);

    const unneeded = ["index.d.ts", ".npmignore", ".gitattributes", ".eslintrc.json"];
    for (const name of unneeded) {
      await writeFile(join(modules, "one", name), "");
    }
    await writeFile(join(modules, "one", "index.js"), "module.exports = 1;");
    const target = await newFolder();
    await copyProductionModules(root, target);
    const copied = await productionModules(root).then((folders) =>
      folders.map((folder) => folder.replace(root, target)),
    );
    await writeFile(join(target, "package.json"), JSON.stringify({ dependencies: { one: "1" } }));
    assert.deepEqual(await productionModules(target), copied);
    await assert.rejects(writeFile(join(target, "node_modules/one/index.js"), "", { flag: "wx" }), /EEXIST/);
    for (const name of unneeded) {
      await writeFile(join(target, "node_modules/one", name), "", { flag: "wx" });
    }
  });

  it("must be installed", async () => {
    const root = await newFolder();
    await add(root, { dependencies: { absent: "1" } });
    await assert.rejects(productionModules(root), /absent is not installed.*run npm ci/);
  });
});
