import { MccError } from "../../../protocol/error";
import type { Driver, Remains } from "../../driver/driver";

/** Returns what the engine knows of a container: nothing while its member of the cluster does not answer. */
export async function remainsOf(driver: Pick<Driver, "remains">, id: number): Promise<Remains> {
  try {
    return await driver.remains(id);
  } catch (error) {
    if (MccError.hasCode(error, "unreachable")) {
      return {};
    }
    throw error;
  }
}
