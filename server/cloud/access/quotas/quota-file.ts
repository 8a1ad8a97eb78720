import { join } from "node:path";
import { z } from "zod";
import { accessTokenNameSchema } from "../../../../protocol/methods/access-token";
import { type QuotaLimits, quotaLimitsSchema } from "../../../../protocol/methods/quota";
import { writeJsonFile } from "../../../support/files/json-file";
import type { DamagedFiles } from "../../state/damaged-files";

const fileSchema = z.record(accessTokenNameSchema, quotaLimitsSchema);

/**
 * The file `quotas.json` of a state folder: the limits of each account that has any. It is not part of the tokens' file,
 * because an account outlives its token.
 */
export class QuotaFile {
  readonly #path: string;

  constructor(
    stateFolder: string,
    private readonly damaged: DamagedFiles,
  ) {
    this.#path = join(stateFolder, "quotas.json");
  }

  /** Returns the limits by account. A damaged file is set aside: then no account has a quota. */
  async read(): Promise<ReadonlyMap<string, QuotaLimits>> {
    return new Map(Object.entries((await this.damaged.read(this.#path, fileSchema)) ?? {}));
  }

  async write(limits: ReadonlyMap<string, QuotaLimits>): Promise<void> {
    await writeJsonFile(this.#path, Object.fromEntries(limits), 0o600);
  }
}
