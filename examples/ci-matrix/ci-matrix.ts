// Runs the same test on every image of the server in parallel. The hosts are destroyed at its end, also if it fails.
//
//   npx ts-node ci-matrix.ts               # or only some: npx ts-node ci-matrix.ts debian-12 micro
import { connect } from "minicloud/client";
import { withFleet } from "minicloud/testing";

const test = `
  set -e
  echo "a line" > /tmp/file
  grep -q line /tmp/file
  . /etc/os-release
  echo "passed on $PRETTY_NAME"`;

async function runOn(image: string): Promise<{ image: string; exitCode: number; output: string }> {
  return await withFleet({ count: 1, image, type: "light" }, async (fleet) => {
    const [host] = fleet.hosts;
    if (host === undefined) {
      throw new Error(`no host of ${image}`);
    }
    const { exitCode, stdout, stderr } = await fleet.exec(host, ["sh", "-c", test]);
    return { image, exitCode, output: (stdout + stderr).trim() };
  });
}

async function main(): Promise<void> {
  const all = await connect().call("image.list", {});
  const images = process.argv.length > 2 ? process.argv.slice(2) : all.map(({ name }) => name);
  const results = await Promise.all(images.map(runOn));
  console.table(results);
  process.exitCode = results.every(({ exitCode }) => exitCode === 0) ? 0 : 1;
}

void main();
