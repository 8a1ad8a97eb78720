import { MccError } from "../protocol/error";
import { hasAptGet, missingPackages } from "./debian-packages";

/**
 * Checks whether this machine can run real containers. The daemon checks the engine itself later.
 *
 * @throws MccError `unavailable` that names all missing requirements, and the alternative without them.
 */
export async function checkMachine(): Promise<string> {
  const missing = await missingPackages("lxc");
  const lacking = [
    ...(process.platform === "linux" ? [] : [`Linux (this is ${process.platform})`]),
    ...(process.getuid?.() === 0 ? [] : ["root, to create bridges and containers (sudo -i)"]),
    ...(missing.length === 0 || (await hasAptGet())
      ? []
      : [`apt-get, to install ${missing.map(({ name, purpose }) => `${name} (${purpose})`).join(", ")}`]),
  ];
  if (lacking.length > 0) {
    throw new MccError(
      "unavailable",
      `This machine lacks requirements of real hosts: ${lacking.join("; ")}. ` +
        "To run the same program with hosts in memory only: npm run quickstart -- --driver simulated",
    );
  }
  return "Linux, root";
}
