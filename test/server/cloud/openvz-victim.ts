/** A daemon for tests to kill: `node openvz-victim.js ROOT create|destroy` works on instance "victim" and stays. */
import { createReady, creation } from "../../support/test-cloud";
import { openOpenvzCloud, wanted } from "./openvz-cloud";

async function main([root = "", action]: readonly string[]): Promise<void> {
  const cloud = await openOpenvzCloud(root);
  if (action === "create") {
    await cloud.instances.create(creation({ ...wanted, name: "victim" }));
  } else {
    await createReady(cloud, { ...wanted, name: "victim" });
    await cloud.instances.destroy({ instance: "victim" });
  }
}

void main(process.argv.slice(2));
setInterval(() => undefined, 1000);
