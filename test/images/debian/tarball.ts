/** Returns the path of the image debian-12, which the test run has built. */
export function debianTarball(): string {
  const path = process.env["MINICLOUD_TEST_DEBIAN"];
  if (path === undefined) {
    throw new Error("MINICLOUD_TEST_DEBIAN names no tarball: run these tests by npm test.");
  }
  return path;
}
