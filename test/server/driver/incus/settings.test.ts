import assert from "node:assert/strict";
import type { EngineOptions } from "../../../../server/driver/driver";
import { type EngineSettings, readSettings } from "../../../../server/driver/incus/settings";
import { driverOptions } from "../driver-options";

describe("the settings of the Incus driver", () => {
  const read = (engine: EngineOptions): EngineSettings =>
    readSettings(driverOptions("/folder", { engine, serverId: "0123456789abcdef0123456789abcdef" }));

  it("have defaults", () => {
    const { urls, ...rest } = read({});
    assert.match(urls.join(), /^unix:\/.*\/unix\.socket$/);
    assert.deepEqual(rest, {
      token: undefined,
      project: "minicloud-01234567",
      pool: "default",
      nic: { kind: "routed", name: "br0" },
      group: undefined,
    });
  });

  it("name several members, with the usual port", () => {
    assert.deepEqual(read({ url: "https://a, https://b:9443/,https://[fd00::1]" }).urls, [
      "https://a:8443",
      "https://b:9443",
      "https://[fd00::1]:8443",
    ]);
  });

  for (const [engine, message] of [
    [{ url: "http://a:8443" }, /"http:\/\/a:8443" is not valid; give --engine-url/],
    [{ url: "https://a/path" }, /"https:\/\/a\/path" is not valid/],
    [{ url: "unix:relative" }, /"unix:relative" is not valid/],
    [{ nic: "br0" }, /"br0" is not valid; give --engine-nic/],
    [{ nic: "macvlan:br0" }, /"macvlan:br0" is not valid/],
  ] as const) {
    it(`refuse ${JSON.stringify(engine)}`, () => {
      assert.throws(() => read(engine), { code: "invalid", message });
    });
  }
});
