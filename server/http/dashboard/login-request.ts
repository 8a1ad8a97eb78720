import type { IncomingMessage } from "node:http";
import * as z from "zod";
import { MccError } from "../../../protocol/error";
import { readBody } from "../body";
import type { Problem } from "../web-pages";

const loginSchema = z.strictObject({ token: z.string().min(1).max(1024) });
const loginBytes = 4096;

/** Returns why a login has the wrong type, such as that of a form, which any page can send; undefined for the right one. */
export function otherContent({
  headers: { "content-type": type = "" },
}: IncomingMessage): Problem | undefined {
  return /^application\/json *(;|$)/i.test(type)
    ? undefined
    : {
        status: 415,
        error: new MccError("invalid", "Send a login with the header Content-Type: application/json."),
      };
}

/** Returns the token of a login. @throws MccError `invalid`, which quotes nothing of it. */
export async function tokenOf(request: IncomingMessage): Promise<string> {
  const login = loginSchema.safeParse(jsonOf(await readBody(request, loginBytes)));
  if (!login.success) {
    throw new MccError(
      "invalid",
      'A login is JSON of the form {"token": "…"}, with a token of at most 1024 characters.',
    );
  }
  return login.data.token;
}

function jsonOf(text = ""): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
