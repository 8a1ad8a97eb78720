import { stat } from "node:fs/promises";
import { MccError } from "../../../protocol/error";
import { type AccessToken, adminAccount } from "../../../protocol/methods/access-token";
import type { MethodResult, ParsedParameters } from "../../../protocol/methods/method-table";
import { sharedAbort } from "../../support/concurrency/shared-abort";
import { Queue } from "../../support/concurrency/turns";
import type { DamagedFiles } from "../state/damaged-files";
import { type Identity, tokenWrite, writeToken } from "../state/identity";
import type { LateWrites } from "../state/late-writes";
import { Alarm } from "./alarm";
import type { Caller } from "./caller";
import { plainFingerprint, readCertificate, whyNotValid } from "./client-certificate";
import { digestOf, newTokenText, sameDigest } from "./digest";
import type { Quotas } from "./quotas/quotas";
import {
  certificateOutOfTime,
  expiredToken,
  noToken,
  replacedCertificate,
  replacedToken,
  revokedToken,
  unknownCertificate,
  unknownToken,
} from "./refusals";
import { TokenFile, type TokenRecord } from "./token-file";

/** A limit for the comparison of each request's token with all. */
const mostTokens = 1000;

/** A token in memory, with what ends the calls that wait with it. */
interface Held {
  readonly record: TokenRecord;
  readonly current: AbortController;
  readonly previous: AbortController;
  readonly certificate: AbortController;
}

/**
 * The access tokens of a daemon: which texts are accepted, and whose they are. A name has one token at a time. That of the
 * local admin always exists: its text is in the file `token`, from which programs on the host read it.
 */
export class AccessTokens {
  readonly #held = new Map<string, Held>();
  /** Changes run one after the other, because each writes the whole file. */
  readonly #changes = new Queue();
  /** Rings when the next token, replaced text or certificate expires. */
  readonly #alarm = new Alarm(() => this.#endExpired());

  private constructor(
    private readonly file: TokenFile,
    private readonly tokenPath: string,
    private readonly lateWrites: Pick<LateWrites, "attempt">,
    private readonly quotas: Pick<Quotas, "of" | "change">,
    records: readonly TokenRecord[],
  ) {
    records.forEach((record) => this.#hold(record));
    this.#endExpired();
  }

  static async open(
    stateFolder: string,
    identity: Identity,
    damaged: DamagedFiles,
    lateWrites: Pick<LateWrites, "attempt">,
    quotas: Pick<Quotas, "of" | "change">,
  ): Promise<AccessTokens> {
    const file = new TokenFile(stateFolder, damaged);
    const records = await file.read();
    const digest = digestOf(identity.token);
    const kept = records.find(({ name }) => name === adminAccount);
    const admin: TokenRecord =
      // An operator may have put another text into the file.
      kept !== undefined && sameDigest(kept.digest, digest)
        ? kept
        : { name: adminAccount, role: "admin", digest, createdAt: await timeOf(identity.tokenPath) };
    const others = records.filter(({ name }) => name !== adminAccount);
    return new AccessTokens(file, identity.tokenPath, lateWrites, quotas, [admin, ...others]);
  }

  /**
   * Returns the caller who sends this text, or else presents this client certificate.
   *
   * @param text undefined for a request without a token.
   * @param fingerprint the SHA-256 of the certificate, whose private key the client has; undefined for none.
   * @throws MccError `unauthenticated`.
   */
  callerOf(text: string | undefined, fingerprint?: string): Caller {
    if (text === undefined) {
      if (fingerprint === undefined) {
        throw noToken();
      }
      return this.#callerOfCertificate(plainFingerprint(fingerprint));
    }
    const digest = digestOf(text);
    const now = Date.now();
    // An error takes longer to make than the rest of this.
    let found: Caller | (() => MccError) = unknownToken;
    // Compares with all tokens, so that the time does not tell which one matched.
    for (const { record, current, previous } of this.#held.values()) {
      const { name: account, role, expiresAt } = record;
      if (sameDigest(record.digest, digest)) {
        found = isOver(expiresAt, now)
          ? () => expiredToken(account, expiresAt)
          : { account, role, revoked: current.signal };
      }
      if (record.previous !== undefined && sameDigest(record.previous.digest, digest)) {
        found = isOver(record.previous.until, now)
          ? () => replacedToken(account)
          : { account, role, revoked: previous.signal };
      }
    }
    if (typeof found === "function") {
      throw found();
    }
    return found;
  }

  #callerOfCertificate(fingerprint: string): Caller {
    const held = this.#ofCertificate(fingerprint);
    if (held?.record.certificate === undefined) {
      throw unknownCertificate();
    }
    const { name: account, role, certificate, expiresAt } = held.record;
    const now = Date.now();
    if (isOver(expiresAt, now)) {
      throw expiredToken(account, expiresAt);
    }
    const why = whyNotValid(certificate, now);
    if (why !== undefined) {
      throw certificateOutOfTime(account, why);
    }
    return { account, role, revoked: held.certificate.signal };
  }

  #ofCertificate(fingerprint: string): Held | undefined {
    return [...this.#held.values()].find(({ record }) => record.certificate?.fingerprint === fingerprint);
  }

  /** Returns whether this is the present text of a token, also of an expired one. */
  isTextOf(name: string, text: string): boolean {
    const held = this.#held.get(name);
    return held !== undefined && sameDigest(held.record.digest, digestOf(text));
  }

  list(): AccessToken[] {
    return [...this.#held.values()]
      .map(({ record }) => this.#describe(record))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** @throws MccError `conflict` for a name that has a token; `exhausted`. */
  async add({
    name,
    role,
    lifetimeSeconds,
    limits,
  }: ParsedParameters<"accessToken.add">): Promise<MethodResult<"accessToken.add">> {
    return await this.#changes.take(async () => {
      if (this.#held.has(name)) {
        throw new MccError(
          "conflict",
          `The name "${name}" has an access token already; replace its text (mcc rotate-token ${name}), or choose another name.`,
        );
      }
      if (this.#held.size >= mostTokens) {
        throw new MccError(
          "exhausted",
          `There are ${mostTokens} access tokens; revoke those that are not needed.`,
        );
      }
      const token = newTokenText();
      const now = new Date();
      const record: TokenRecord = {
        name,
        role,
        digest: digestOf(token),
        createdAt: now.toISOString(),
        ...expiry(now, lifetimeSeconds),
      };
      if (limits !== undefined) {
        // First, so that no token is ever without its quota.
        await this.quotas.change(name, { limits });
      }
      await this.file.write([...this.#records(), record]);
      this.#hold(record);
      this.#endExpired();
      return { ...this.#describe(record), token };
    });
  }

  /** Ends the calls that wait with the token. @throws MccError `conflict` for the local admin's. */
  async revoke({
    name,
  }: ParsedParameters<"accessToken.revoke">): Promise<MethodResult<"accessToken.revoke">> {
    if (name === adminAccount) {
      throw new MccError(
        "conflict",
        `The token "${adminAccount}" cannot be revoked, because the daemon's host would have none; replace its text (mcc rotate-token ${adminAccount}).`,
      );
    }
    return await this.#changes.take(async () => {
      const held = this.#held.get(name);
      if (held === undefined) {
        return { revoked: false };
      }
      await this.file.write(this.#records().filter((record) => record.name !== name));
      this.#held.delete(name);
      [held.current, held.previous, held.certificate].forEach((controller) =>
        controller.abort(revokedToken(name)),
      );
      return { revoked: true };
    });
  }

  /** @throws MccError `not-found`. */
  async rotate({
    name,
    lifetimeSeconds,
    graceSeconds,
  }: ParsedParameters<"accessToken.rotate">): Promise<MethodResult<"accessToken.rotate">> {
    return await this.#changes.take(async () => {
      const held = this.#require(name);
      const before = held.record;
      const token = newTokenText();
      const now = new Date();
      const until = new Date(now.getTime() + graceSeconds * 1000).toISOString();
      const record: TokenRecord = {
        name,
        role: before.role,
        digest: digestOf(token),
        createdAt: before.createdAt,
        rotatedAt: now.toISOString(),
        certificate: before.certificate,
        ...expiry(now, lifetimeSeconds ?? lifetimeOf(before)),
        ...(graceSeconds > 0
          ? { previous: { digest: before.digest, until: earlier(until, before.expiresAt) } }
          : {}),
      };
      await this.file.write(this.#records().map((other) => (other.name === name ? record : other)));
      if (name === adminAccount) {
        // Under the name of the write at the start, which may still wait and has the replaced text.
        await this.lateWrites.attempt(tokenWrite, () => writeToken(this.tokenPath, token));
      }
      held.previous.abort(replacedToken(name));
      // Its calls ended when the token expired.
      const certificate = held.certificate.signal.aborted ? sharedAbort() : held.certificate;
      if (graceSeconds > 0) {
        const current = sharedAbort();
        this.#held.set(name, { record, current, previous: held.current, certificate });
      } else {
        held.current.abort(replacedToken(name));
        const [current, previous] = [sharedAbort(), sharedAbort()];
        this.#held.set(name, { record, current, previous, certificate });
      }
      this.#endExpired();
      return { ...this.#describe(record), token };
    });
  }

  /**
   * Ends the calls that wait with another certificate.
   *
   * @throws MccError `not-found`, `invalid`; `conflict` for the certificate of another token.
   */
  async setCertificate({
    name,
    certificate: pem,
  }: ParsedParameters<"accessToken.setCertificate">): Promise<AccessToken> {
    const certificate = pem === undefined ? undefined : readCertificate(pem);
    return await this.#changes.take(async () => {
      const held = this.#require(name);
      const other = certificate && this.#ofCertificate(certificate.fingerprint);
      if (other !== undefined && other !== held) {
        throw new MccError(
          "conflict",
          `The certificate is that of the token "${other.record.name}"; give each token a certificate of its own.`,
        );
      }
      const record: TokenRecord = { ...held.record, certificate };
      await this.file.write(this.#records().map((each) => (each.name === name ? record : each)));
      if (held.record.certificate?.fingerprint === certificate?.fingerprint) {
        this.#held.set(name, { ...held, record });
      } else {
        held.certificate.abort(replacedCertificate(name));
        this.#held.set(name, { ...held, record, certificate: sharedAbort() });
      }
      this.#endExpired();
      return this.#describe(record);
    });
  }

  /** @throws MccError `not-found`; `conflict` for the local admin's; `invalid`. */
  async setQuota({
    name,
    limits,
    removed,
  }: ParsedParameters<"accessToken.setQuota">): Promise<MethodResult<"accessToken.setQuota">> {
    return await this.#changes.take(async () => {
      const { record } = this.#require(name);
      await this.quotas.change(name, { limits, removed });
      return this.#describe(record);
    });
  }

  #require(name: string): Held {
    const held = this.#held.get(name);
    if (held === undefined) {
      throw new MccError(
        "not-found",
        `There is no access token "${name}"; mcc list-tokens shows the existing ones.`,
      );
    }
    return held;
  }

  #describe(record: TokenRecord): AccessToken {
    const quota = this.quotas.of(record.name);
    return { ...describe(record), ...(quota && { quota }) };
  }

  #hold(record: TokenRecord): void {
    this.#held.set(record.name, {
      record,
      current: sharedAbort(),
      previous: sharedAbort(),
      certificate: sharedAbort(),
    });
  }

  /** Ends the calls that wait with what has expired, and waits for the next. */
  #endExpired(): void {
    const now = Date.now();
    const ends = [...this.#held.values()].flatMap((held) => endsOf(held));
    ends.filter(({ atMs }) => atMs <= now).forEach(({ controller, reason }) => controller.abort(reason));
    const later = ends.map(({ atMs }) => atMs).filter((atMs) => atMs > now);
    this.#alarm.set(later.length === 0 ? undefined : Math.min(...later));
  }

  #records(): TokenRecord[] {
    return [...this.#held.values()].map(({ record }) => record);
  }
}

/** When calls with a token end, and why. */
interface End {
  readonly controller: AbortController;
  readonly atMs: number;
  readonly reason: MccError;
}

function endsOf({ record, current, previous, certificate }: Held): End[] {
  const { name, expiresAt } = record;
  const ends: End[] = [];
  if (expiresAt !== undefined) {
    const end = { atMs: Date.parse(expiresAt), reason: expiredToken(name, expiresAt) };
    ends.push({ controller: current, ...end }, { controller: certificate, ...end });
  }
  if (record.previous !== undefined) {
    const atMs = Date.parse(record.previous.until);
    ends.push({ controller: previous, atMs, reason: replacedToken(name) });
  }
  if (record.certificate !== undefined) {
    // It is valid up to and including that time.
    const atMs = Date.parse(record.certificate.expiresAt) + 1;
    const why = `expired at ${record.certificate.expiresAt}`;
    ends.push({ controller: certificate, atMs, reason: certificateOutOfTime(name, why) });
  }
  return ends;
}

function describe({
  name,
  role,
  createdAt,
  rotatedAt,
  expiresAt,
  previous,
  certificate,
}: TokenRecord): AccessToken {
  return {
    name,
    role,
    createdAt,
    ...(rotatedAt === undefined ? {} : { rotatedAt }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(previous === undefined || isOver(previous.until, Date.now())
      ? {}
      : { previousUntil: previous.until }),
    ...(certificate === undefined ? {} : { certificate }),
  };
}

function isOver(time: string | undefined, nowMs: number): time is string {
  return time !== undefined && Date.parse(time) <= nowMs;
}

function expiry(now: Date, lifetimeSeconds: number | undefined): { readonly expiresAt?: string } {
  return lifetimeSeconds === undefined
    ? {}
    : { expiresAt: new Date(now.getTime() + lifetimeSeconds * 1000).toISOString() };
}

/** Returns the whole lifetime of the token's present text. */
function lifetimeOf({ createdAt, rotatedAt, expiresAt }: TokenRecord): number | undefined {
  return expiresAt === undefined
    ? undefined
    : Math.round((Date.parse(expiresAt) - Date.parse(rotatedAt ?? createdAt)) / 1000);
}

function earlier(one: string, other: string | undefined): string {
  return other !== undefined && Date.parse(other) < Date.parse(one) ? other : one;
}

/** Returns when the file was written. It is missing where the file system refused it. */
async function timeOf(path: string): Promise<string> {
  const { mtime } = await stat(path).catch(() => ({ mtime: new Date() }));
  return mtime.toISOString();
}
