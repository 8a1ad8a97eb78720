import assert from "node:assert/strict";
import { systemPath } from "../../../../server/support/files/system-path";

describe("the PATH of the system's own programs", () => {
  it("has the absolute folders of a PATH first, then the system's missing ones", () => {
    assert.equal(systemPath("/opt/bin::.:bin:/usr/bin"), "/opt/bin:/usr/bin:/usr/sbin:/sbin:/bin");
    assert.equal(systemPath(""), "/usr/sbin:/usr/bin:/sbin:/bin");
  });
});
