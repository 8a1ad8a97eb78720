import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { perTest } from "../../support/per-test";
import { temporaryFolders } from "../../support/temporary-folder";
import type { Behaviour } from "./behaviour";
import { FakeOpenvz, imageName, makeImage } from "./install";

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
  const newFolder = temporaryFolders();
  const path = process.env["PATH"];
  let image = "";
  before(async () => {
    image = join(await newFolder(), "image.tar.gz");
    makeImage(image);
  });
  return perTest(
    async () => {
      const host = await FakeOpenvz.install(await newFolder(), behaviour);
      copyFileSync(image, host.imageFile(imageName));
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
