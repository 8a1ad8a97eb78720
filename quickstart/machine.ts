import { MccError } from "../protocol/error";
import { hasAptGet, missingPackages } from "./debian-packages";

/**
 * Whether real containers can be had here at all; what the engine itself lacks the daemon says later.
 *
 * @throws MccError `unavailable` that names all that is missing, and the way without.
 */
export async function checkMachine(): Promise<string> {
  const missing = await missingPackages();
  const lacking = [
    ...(process.platform === "linux" ? [] : [`Linux (this is ${process.platform})`]),
    ...(process.getuid?.() === 0 ? [] : ["root, who alone can make bridges and containers (sudo -i)"]),
    ...(missing.length === 0 || (await hasAptGet())
      ? []
      : [`apt-get, to install ${missing.map(({ name, purpose }) => `${name} (${purpose})`).join(", ")}`]),
  ];
  if (lacking.length > 0) {
    throw new MccError(
      "unavailable",
      `Real hosts need what is missing here: ${lacking.join("; ")}. ` +
        "Without it, the same program runs with hosts that exist in memory only: npm run quickstart -- --driver simulated",
    );
  }
  return "Linux, root";
}
