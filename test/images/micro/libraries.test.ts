import assert from "node:assert/strict";
import { librariesOf } from "../../../images/micro/libraries";
import { fakePrograms } from "../../support/programs/fake-programs";

describe("the list of libraries that programs load", () => {
  const fakes = fakePrograms();

  it("contains each library of dynamic programs once, and the loader", async () => {
    await fakes().put(
      "ldd",
      `case "$1" in
  /bin/one) echo ' linux-vdso.so.1 (0x0001)'; echo ' libc.so.6 => /lib/libc.so.6 (0x0002)' ;;
  /bin/two) echo ' libz.so.1 => /lib/libz.so.1 (0x0003)'; echo ' libc.so.6 => /lib/libc.so.6 (0x0002)'; echo ' /lib64/ld.so (0x0004)' ;;
  *) echo ' not a dynamic executable' >&2; exit 1 ;;
esac`,
    );
    const programs = ["/bin/two", "/bin/one", "/bin/static"].map((path) => ({ path }));
    assert.deepEqual(await librariesOf(programs), ["/lib/libc.so.6", "/lib/libz.so.1", "/lib64/ld.so"]);
  });

  it("fails if a library is missing or ldd fails", async () => {
    await fakes().put("ldd", "echo ' libz.so.1 => not found'");
    await assert.rejects(librariesOf([{ path: "/bin/one" }]), /ldd \/bin\/one: .*libz\.so\.1 => not found/);
    await fakes().put("ldd", "echo 'ldd: no such file' >&2; exit 1");
    await assert.rejects(librariesOf([{ path: "/bin/one" }]), /ldd \/bin\/one: ldd: no such file/);
  });
});
