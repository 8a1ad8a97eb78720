import { mkdir } from "node:fs/promises";
import { join } from "node:path";

/** Returns the variables for a quickstart whose files are all in this folder. Its home has the state of simulated hosts. */
export async function quickstartEnvironment(folder: string): Promise<NodeJS.ProcessEnv> {
  const home = join(folder, "home");
  await mkdir(home);
  // The CLI of Pulumi is on PATH here.
  return {
    HOME: home,
    PULUMI_HOME: join(folder, "pulumi-home"),
    NO_COLOR: "1",
    MCC_RUNTIME_DIR: join(folder, "run"),
  };
}
