import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hostResolvers } from "../../../../server/cloud/network/resolvers";
import { temporaryFolders } from "../../../support/files/temporary-folder";

describe("the resolvers that instances get", () => {
  const newFolder = temporaryFolders();

  it("are the host's", async () => {
    const resolvers = await resolversOf("search lan\nnameserver 192.0.2.1\nnameserver 2001:db8::1\n");
    assert.deepEqual(resolvers, ["192.0.2.1"], "instances have IPv4 only");
  });

  it("are those with IPv6 addresses too, if instances have such", async () => {
    const file = join(await newFolder(), "resolv.conf");
    await writeFile(
      file,
      "nameserver ::1\nnameserver fe80::1%eth0\nnameserver 2001:db8::1\nnameserver 192.0.2.1\n",
    );
    assert.deepEqual(await hostResolvers(true, [file]), ["2001:db8::1", "192.0.2.1"]);
  });

  it("are those behind a stub on loopback", async () => {
    assert.deepEqual(await resolversOf("nameserver 127.0.0.53\n", "nameserver 192.0.2.2\n"), ["192.0.2.2"]);
  });

  it("are none where the host has none that a container could reach", async () => {
    assert.deepEqual(await resolversOf("# nameserver 192.0.2.1\nnameserver ::1\nnameserver fe80::1\n"), []);
  });

  async function resolversOf(...contents: string[]): Promise<string[]> {
    const folder = await newFolder();
    const files = contents.map((_, index) => join(folder, `resolv-${index}.conf`));
    await Promise.all(contents.map((content, index) => writeFile(files[index] ?? "", content)));
    return await hostResolvers(false, [join(folder, "missing"), ...files]);
  }
});
