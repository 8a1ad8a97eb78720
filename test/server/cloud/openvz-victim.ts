/** A daemon for tests to kill: `node openvz-victim.js ROOT create|destroy|take-over` works on instance "victim", or takes 500 over, and stays. */
import { createReady, creation } from "../../support/test-cloud";
import { openOpenvzCloud, wanted } from "./openvz-cloud";

async function main([root = "", action]: readonly string[]): Promise<void> {
  const cloud = await openOpenvzCloud(root);
  if (action === "create") {
    await cloud.instances.create(creation({ ...wanted, name: "victim" }));
  } else if (action === "take-over") {
    await cloud.instances.takeOver({ container: "500", name: "victim", keys: [], labels: {} });
  } else {
    await createReady(cloud, { ...wanted, name: "victim" });
    await cloud.instances.destroy({ instance: "victim" });
  }
}

void main(process.argv.slice(2));
setInterval(() => undefined, 1000);
