import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { type PeerCertificate, TLSSocket } from "node:tls";
import { MccError } from "../../protocol/error";
import { parseUnderstood, understoodHeader } from "../../protocol/understood";
import type { Caller } from "../methods/calls/callable";
import { csrfHeader, type Dashboard } from "./dashboard/dashboard";
import { type Endpoint, endpointOf, everyEndpoint } from "./endpoints";
import type { OwnNames } from "./own-names";
import { type Reply, refusal, textReply } from "./reply";
import { otherContent, webPageChecks } from "./web-pages";

/** Decides by a request's headers alone: returns who makes the call, or the reply that refuses it. */
export type Admission = (request: IncomingMessage) => Admitted | Refused;
export interface Admitted {
  readonly caller: Caller;
  readonly endpoint: Endpoint;
}
export interface Refused {
  readonly refused: Reply;
  /** Why the login failed, if it did. It contains no secret. */
  readonly reason?: string;
}

/**
 * Returns the caller who sends a token, or else presents a client certificate with this SHA-256.
 *
 * @throws MccError `unauthenticated`.
 */
export type CallerOf = (token: string | undefined, certificate: string | undefined) => Caller;

/**
 * The headers on which a decision depends. Of several, Node uses the first, and a proxy in front of the daemon may have checked
 * another one.
 */
const decisive = ["host", "authorization", "content-type", "origin", "sec-fetch-site", csrfHeader];

/** Returns the answer to a request that has one of the decisive headers more than once; undefined for others. */
export function refuseRepeated({ headersDistinct }: IncomingMessage): Reply | undefined {
  const repeated = decisive.find((name) => (headersDistinct[name]?.length ?? 0) > 1);
  return repeated === undefined
    ? undefined
    : textReply(400, `Bad request: the header ${repeated} occurs more than once; send it once.`);
}

interface AdmissionOptions {
  readonly callerOf: CallerOf;
  /** The names by which clients may call the daemon. */
  readonly names: OwnNames;
  /** Default: there is none. */
  readonly dashboard?: Dashboard | undefined;
  /** Why there is none, for a browser. Default: no reason. */
  readonly whyNoDashboard?: string | undefined;
}

/** Returns the checks. */
export function admission({ callerOf, names, dashboard, whyNoDashboard }: AdmissionOptions): Admission {
  const checks = webPageChecks(names);
  const reason = whyNoDashboard === undefined ? "" : ` It has no dashboard: ${whyNoDashboard}`;
  return (request) => {
    const endpoint = endpointOf(request);
    if (endpoint === undefined) {
      return { refused: textReply(404, `Not found: MiniCloud answers only ${everyEndpoint}.`) };
    }
    const { verb, protocol } = endpoint;
    if (request.method !== verb) {
      return {
        refused: textReply(405, `This is MiniCloud's daemon. It answers ${everyEndpoint}.${reason}`, {
          allow: verb,
        }),
      };
    }
    if (endpoint.sessions === true && dashboard?.sends(request) === true) {
      return admitSession(request, endpoint, dashboard);
    }
    for (const check of checks) {
      const problem = check(request, endpoint);
      if (problem !== undefined) {
        return { refused: refusal(protocol, problem.status, problem.error) };
      }
    }
    return authenticate(request, endpoint, callerOf);
  };
}

function admitSession(
  request: IncomingMessage,
  endpoint: Endpoint,
  dashboard: Dashboard,
): Admitted | Refused {
  const caller =
    otherContent(request, endpoint) ?? dashboard.admit(request, request.headers[csrfHeader]?.toString());
  return "error" in caller
    ? { refused: refusal(endpoint.protocol, caller.status, caller.error) }
    : { caller, endpoint };
}

function authenticate(
  { headers, socket }: IncomingMessage,
  endpoint: Endpoint,
  callerOf: CallerOf,
): Admitted | Refused {
  const [, token] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "") ?? [];
  try {
    const certificate = certificateOf(socket);
    const caller = callerOf(token, certificate);
    const checkAgain = (): void => void callerOf(token, certificate);
    const understands = parseUnderstood(headers[understoodHeader]?.toString());
    return { caller: { ...caller, checkAgain, understands, from: socket.remoteAddress }, endpoint };
  } catch (error) {
    if (!MccError.hasCode(error, "unauthenticated")) {
      throw error;
    }
    return {
      refused: refusal(endpoint.protocol, 401, error, { "www-authenticate": 'Bearer realm="minicloud"' }),
      reason: error.message,
    };
  }
}

/** TLS has checked that the client has the private key. Whose certificate it is, and its dates, are the daemon's to check. */
function certificateOf(socket: Socket): string | undefined {
  const certificate =
    socket instanceof TLSSocket ? (socket.getPeerCertificate() as Partial<PeerCertificate>) : {};
  return certificate.fingerprint256;
}
