import { linkSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { memoryFolders } from "../../support/files/memory-folder";
import { perTest } from "../../support/per-test";
import type { Behaviour } from "./behaviour";
import { FakeOpenvz, imageName, makeImage } from "./install";

/** The same for all suites of this process. */
let tarball: Buffer | undefined;

/**
 * Gives each test of the calling suite a fake host of its own, whose programs come first on the PATH, and ends what
 * runs on it afterwards.
 *
 * @param end runs after each test, while the host is still there.
 */
export function fakeHosts(
  behaviour: Partial<Behaviour> = {},
  end: (host: FakeOpenvz) => Promise<void> = () => Promise.resolve(),
): () => FakeOpenvz {
  const newFolder = memoryFolders();
  const path = process.env["PATH"];
  let image = "";
  before(async () => {
    image = join(await newFolder(), "image.tar");
    if (tarball === undefined) {
      makeImage(image);
      tarball = readFileSync(image);
    } else {
      writeFileSync(image, tarball);
    }
  });
  return perTest(
    async () => {
      const host = await FakeOpenvz.install(await newFolder(), behaviour);
      linkSync(image, host.imageFile(imageName));
      Object.assign(process.env, host.environment);
      return host;
    },
    async (host) => {
      try {
        await end(host);
      } finally {
        await host.close();
        process.env["PATH"] = path;
        delete process.env["PERL_BADLANG"];
      }
    },
  );
}
