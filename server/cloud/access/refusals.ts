import { MccError } from "../../../protocol/error";
import { adminAccount } from "../../../protocol/methods/access-token";

const whereTokenIs =
  'set MCC_TOKEN or minicloud:token to the text of the file "token" in the daemon\'s state folder, or to one that an admin made with mcc add-token';

export function noToken(): MccError {
  return new MccError(
    "unauthenticated",
    `This daemon requires its token, and the request has none; ${whereTokenIs}.`,
  );
}

export function unknownToken(): MccError {
  return new MccError(
    "unauthenticated",
    `This daemon requires its token, and the request has another one, which is not valid or no longer valid; ${whereTokenIs}.`,
  );
}

export function expiredToken(name: string, expiredAt: string): MccError {
  return new MccError("unauthenticated", `The token "${name}" expired at ${expiredAt}; ${newText(name)}.`);
}

export function replacedToken(name: string): MccError {
  return new MccError("unauthenticated", `The text of the token "${name}" was replaced; ${newText(name)}.`);
}

export function revokedToken(name: string): MccError {
  return new MccError(
    "unauthenticated",
    `The token "${name}" was revoked; ask an admin of the daemon for another one.`,
  );
}

export function unknownCertificate(): MccError {
  return new MccError(
    "unauthenticated",
    `This daemon does not know the client certificate, and the request has no token; an admin adds the certificate with mcc set-certificate, or ${whereTokenIs}.`,
  );
}

export function replacedCertificate(name: string): MccError {
  return new MccError(
    "unauthenticated",
    `The client certificate of the token "${name}" was replaced or removed; ask an admin of the daemon to set a new one (mcc set-certificate ${name} FILE).`,
  );
}

export function certificateOutOfTime(name: string, why: string): MccError {
  return new MccError(
    "unauthenticated",
    `The client certificate of the token "${name}" ${why}; ask an admin of the daemon to set a new one (mcc set-certificate ${name} FILE).`,
  );
}

function newText(name: string): string {
  return name === adminAccount
    ? 'read it from the file "token" in the daemon\'s state folder'
    : `ask an admin of the daemon for a new text (mcc rotate-token ${name})`;
}
