import assert from "node:assert/strict";
import { withoutSlowSource } from "../../../images/micro/dropbear";

const sources = (tcp: string): Buffer =>
  Buffer.from(`\x7fELF\0/proc/net/dev\0${tcp}\0/proc/vmstat\0\xff`, "latin1");

describe("the SSH server of the image micro", () => {
  it("reads nothing in place of the table of TCP connections, and is otherwise the same", () => {
    assert.deepEqual(withoutSlowSource(sources("/proc/net/tcp")), sources("/dev/null\0\0\0\0"));
  });

  it("is not changed if it has no such source, a longer one, or two", () => {
    for (const tcp of ["/proc/net/udp", "/proc/net/tcp6", "/proc/net/tcp\0/proc/net/tcp"]) {
      assert.equal(withoutSlowSource(sources(tcp)), undefined);
    }
  });
});
