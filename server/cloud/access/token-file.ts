import { join } from "node:path";
import { z } from "zod";
import { accessTokenNameSchema, adminAccount, roleSchema } from "../../../protocol/methods/access-token";
import { timeSchema } from "../../../protocol/methods/values/name";
import { writeJsonFile } from "../../support/files/json-file";
import type { DamagedFiles } from "../state/damaged-files";

const digestSchema = z.string().regex(/^[0-9a-f]{64}$/, "a digest has 64 hexadecimal digits");

/** An access token on disk. Its text is not: the daemon cannot show it again. */
const tokenRecordSchema = z.strictObject({
  name: accessTokenNameSchema,
  role: roleSchema,
  /** SHA-256 of the text. No slow hash is needed, because the texts are random and have 256 bits. */
  digest: digestSchema,
  createdAt: timeSchema,
  rotatedAt: timeSchema.optional(),
  expiresAt: timeSchema.optional(),
  /** A client certificate that is accepted in place of the text. */
  certificate: z
    .strictObject({ fingerprint: digestSchema, validFrom: timeSchema, expiresAt: timeSchema })
    .optional(),
  /** The replaced text, while it is also accepted. */
  previous: z.strictObject({ digest: digestSchema, until: timeSchema }).optional(),
});
export type TokenRecord = z.infer<typeof tokenRecordSchema>;

const fileSchema = z.array(tokenRecordSchema);

/** The file `access-tokens.json` of a state folder. Only its owner can read it. */
export class TokenFile {
  readonly #path: string;

  constructor(
    stateFolder: string,
    private readonly damaged: DamagedFiles,
  ) {
    this.#path = join(stateFolder, "access-tokens.json");
  }

  /** Returns the tokens. A damaged file is set aside: then only the local admin's token is accepted. */
  async read(): Promise<TokenRecord[]> {
    return (await this.damaged.read(this.#path, fileSchema, { check: problemOf })) ?? [];
  }

  async write(records: readonly TokenRecord[]): Promise<void> {
    await writeJsonFile(this.#path, records, 0o600);
  }
}

function problemOf(records: readonly TokenRecord[]): string | undefined {
  if (new Set(records.map(({ name }) => name)).size < records.length) {
    return "it has two tokens of one name";
  }
  const admin = records.find(({ name }) => name === adminAccount);
  return admin === undefined || admin.role === "admin"
    ? undefined
    : `the token ${adminAccount} has the role ${admin.role}`;
}
