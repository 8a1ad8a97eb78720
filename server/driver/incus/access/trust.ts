import { MccError } from "../../../../protocol/error";
import { Api } from "../api/api";
import { ApiError } from "../api/api-error";
import { Connection } from "../api/connection";
import { anythingSchema, type Server, serverSchema } from "../api/types";
import type { EngineSettings } from "../settings";
import { fetchCertificate } from "./engine-certificate";
import { type ClientIdentity, keepIdentity, newClientCertificate, readIdentity } from "./identity";
import { parseToken } from "./token";

/** The engine, which trusts this daemon. */
export interface TrustedEngine {
  readonly api: Api;
  readonly connection: Connection;
  readonly server: Server;
}

/** The extension of the API that gives a token a parameter of its own. */
const ownTokenParameter = "explicit_trust_token";

export interface TrustOptions {
  readonly settings: EngineSettings;
  /** The driver's own folder. */
  readonly folder: string;
  readonly timeoutMs: number;
}

/**
 * Connects to the engine. At the first contact over HTTPS, creates this daemon's key and certificate, and makes the engine
 * trust it by the token.
 *
 * @throws MccError that says what is missing, such as trust.
 */
export async function connectEngine(options: TrustOptions): Promise<TrustedEngine> {
  const { settings, folder, timeoutMs } = options;
  const known = usesHttps(settings) ? await readIdentity(folder) : undefined;
  if (usesHttps(settings) && known === undefined) {
    return await firstContact(options);
  }
  const connection = new Connection(settings.urls, known);
  const api = new Api(connection, settings.project, timeoutMs);
  return await orClosed(connection, async () => {
    const server = await api.get(serverSchema, "/1.0");
    if (server.auth === "trusted") {
      return { api, connection, server };
    }
    if (known === undefined || settings.token === undefined) {
      throw notTrusted(settings);
    }
    // An administrator removed the trust, and gave a new token.
    await introduce(api, server, known, settings.token);
    return { api, connection, server: await api.get(serverSchema, "/1.0") };
  });
}

async function firstContact({ settings, folder, timeoutMs }: TrustOptions): Promise<TrustedEngine> {
  const { token, urls, project } = settings;
  if (token === undefined) {
    throw new MccError(
      "engine",
      `The engine at ${urls.join(", ")} does not know this daemon; start it once with --engine-token TOKEN, from lxc config trust add or incus config trust add NAME on a member.`,
    );
  }
  const engineCertificate = await fetchCertificate(urls, parseToken(token).fingerprint, timeoutMs);
  const identity = { ...(await newClientCertificate()), engineCertificate };
  const connection = new Connection(urls, identity);
  const api = new Api(connection, project, timeoutMs);
  return await orClosed(connection, async () => {
    // Before the token is used up: a daemon that is killed now tries again with this key.
    await keepIdentity(folder, identity);
    await introduce(api, await api.get(serverSchema, "/1.0"), identity, token);
    const server = await api.get(serverSchema, "/1.0");
    if (server.auth !== "trusted") {
      throw notTrusted(settings);
    }
    return { api, connection, server };
  });
}

/**
 * Makes the engine trust this daemon. In a cluster of LXD 5.0, only the member on which a token was created accepts it, and any
 * other one uses it up. Therefore no other member is tried after a refusal.
 */
async function introduce(
  api: Api,
  { api_extensions: extensions }: Server,
  { certificate }: ClientIdentity,
  token: string,
): Promise<void> {
  const der = certificate.replace(/-----[A-Z ]+-----|\s/g, "");
  const proof = extensions.includes(ownTokenParameter) ? { trust_token: token } : { password: token };
  try {
    await api.call(anythingSchema, "POST", "/1.0/certificates", {
      json: { type: "client", certificate: der, ...proof },
    });
  } catch (error) {
    if (await isTrusted(api)) {
      return;
    }
    throw error instanceof ApiError
      ? new MccError(
          "engine",
          `The engine refused the token of --engine-token (${error.words.trim()}); a token works once, for a limited time, and with LXD 5.0 only on the member that made it: put that one first into --engine-url, and create a new token with lxc config trust add, or incus config trust add NAME.`,
          { cause: error },
        )
      : error;
  }
}

async function isTrusted(api: Api): Promise<boolean> {
  return (await api.get(serverSchema, "/1.0")).auth === "trusted";
}

function notTrusted({ urls }: EngineSettings): MccError {
  return new MccError(
    "engine",
    `The engine at ${urls.join(", ")} does not trust this daemon's certificate; give --engine-token TOKEN, from lxc config trust add or incus config trust add NAME on a member.`,
  );
}

export function usesHttps({ urls }: EngineSettings): boolean {
  return urls.some((url) => url.startsWith("https:"));
}

async function orClosed<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await connection.close();
    throw error;
  }
}
