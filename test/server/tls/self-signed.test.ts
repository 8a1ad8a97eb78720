import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import sinon from "sinon";
import { certificateProblems, readTls } from "../../../server/tls/certificate";
import {
  issueSelfSigned,
  ownHosts,
  type SelfSignedPaths,
  SelfSignedRenewal,
  selfSignedPaths,
} from "../../../server/tls/self-signed";
import { assertMccError } from "../../support/assert-error";
import { captureLog } from "../../support/captured-log";
import { temporaryFolders } from "../../support/files/temporary-folder";

describe("the self-signed certificate", () => {
  const newFolder = temporaryFolders();
  const hosts = ["localhost", "127.0.0.1", "::1"];
  const now = new Date("2026-06-01T00:00:00Z");
  const daysLater = (days: number): Date => new Date(now.getTime() + days * 24 * 60 * 60 * 1000);

  async function issued(): Promise<SelfSignedPaths> {
    const paths = selfSignedPaths(await newFolder());
    assert.ok(await issueSelfSigned(paths, hosts, now));
    return paths;
  }

  it("is issued by an authority of the daemon's own, for all hosts, and its keys are secret", async () => {
    const paths = await issued();
    const { cert } = await readTls(paths);
    const leaf = new X509Certificate(cert);
    const authority = new X509Certificate(await readFile(paths.authority, "utf8"));
    assert.ok(authority.ca && !leaf.ca);
    assert.ok(leaf.checkIssued(authority) && leaf.verify(authority.publicKey));
    for (const host of hosts) {
      assert.deepEqual(certificateProblems(cert, host, now), []);
    }
    for (const key of [paths.key, paths.authorityKey]) {
      assert.equal((await stat(key)).mode & 0o777, 0o600);
    }
  });

  it("stays until it expires soon; its authority stays longer", async () => {
    const paths = await issued();
    const before = await readFile(paths.authority, "utf8");
    assert.equal(await issueSelfSigned(paths, hosts, daysLater(300)), false);
    assert.equal(await issueSelfSigned(paths, hosts, daysLater(310)), true);
    assert.deepEqual(certificateProblems((await readTls(paths)).cert, "::1", daysLater(600)), []);
    assert.equal(await readFile(paths.authority, "utf8"), before);
  });

  it("is issued again for a new host, and if it or its key is damaged or missing", async () => {
    const paths = await issued();
    assert.ok(await issueSelfSigned(paths, [...hosts, "192.0.2.7"], now));
    assert.deepEqual(certificateProblems((await readTls(paths)).cert, "192.0.2.7", now), []);
    assert.equal(await issueSelfSigned(paths, hosts, now), false, "a certificate for more hosts is good");
    await writeFile(paths.cert, "damaged");
    assert.ok(await issueSelfSigned(paths, hosts, now));
    await rm(paths.key);
    assert.ok(await issueSelfSigned(paths, hosts, now));
    await writeFile(paths.key, "damaged");
    assert.ok(await issueSelfSigned(paths, hosts, now));
    await readTls(paths);
  });

  it("keeps the authority that clients trust: one that is damaged, incomplete or expired is an error", async () => {
    const paths = await issued();
    await assertMccError(
      issueSelfSigned(paths, hosts, daysLater(3651)),
      "invalid",
      /authority\.pem has expired/,
    );
    const key = await readFile(paths.authorityKey, "utf8");
    await rm(paths.authorityKey);
    await assertMccError(issueSelfSigned(paths, hosts, now), "invalid", /authority-key\.pem is missing.*Put/);
    await writeFile(paths.authorityKey, key);
    await writeFile(paths.authority, "damaged");
    await assertMccError(issueSelfSigned(paths, hosts, now), "invalid", /authority\.pem is no certificate/);
  });

  it("names this machine's own addresses", () => {
    const own = ownHosts("0.0.0.0");
    assert.ok(own.includes("localhost") && own.includes("127.0.0.1"));
    assert.ok(!own.includes("0.0.0.0"));
    assert.ok(ownHosts("198.51.100.9").includes("198.51.100.9"));
  });

  it("is renewed daily while the daemon runs, and a failure is logged", async () => {
    const clock = sinon.useFakeTimers({ now, toFake: ["setInterval", "clearInterval"] });
    try {
      const { log, lines } = captureLog();
      const paths = selfSignedPaths("/proc/nonexistent");
      const renewal = new SelfSignedRenewal(paths, "127.0.0.1", log);
      clock.tick(24 * 60 * 60 * 1000);
      while (lines.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assert.match(String(lines[0]?.["msg"]), /^The self-signed certificate could not be renewed\. /);
      renewal.close();
      assert.equal(clock.countTimers(), 0);
    } finally {
      clock.restore();
    }
  });
});
