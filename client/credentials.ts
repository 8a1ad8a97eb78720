import { findLocalAccess, type LocalAccess } from "./discovery/local-access";
import { parseToken } from "./discovery/token";
import { readTlsTrust, type TlsSettings, type TlsTrust } from "./tls-trust";

/** What the user of a client has set. */
export interface CredentialSettings extends TlsSettings {
  readonly token?: string | undefined;
}

/** What one call presents to the daemon, and what it trusts. */
export interface Credentials {
  readonly token?: string | undefined;
  readonly trust?: TlsTrust;
  /** Why there is no token although a daemon's file exists. Used if the daemon requires a token. */
  readonly problem?: string | undefined;
}

/** Finds the credentials for each call: those that the user has set, and otherwise those of this machine's daemon. */
export class CredentialSource {
  readonly #server: URL;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #token: string | undefined;
  readonly #settings: CredentialSettings;
  #trust: Promise<TlsTrust> | undefined;
  #looking: Promise<LocalAccess> | undefined;

  /**
   * @param environment the variables that name the folders of local daemons' files.
   * @throws MccError `invalid` for a malformed token.
   */
  constructor(
    server: URL,
    settings: CredentialSettings,
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.#server = server;
    this.#environment = environment;
    this.#settings = settings;
    this.#token = settings.token === undefined ? undefined : parseToken(settings.token);
  }

  /** @throws MccError `invalid` for a file of the settings that cannot be used. */
  async find(): Promise<Credentials> {
    this.#trust ??= readTlsTrust(this.#settings);
    const given = await this.#trust;
    const isSecure = this.#server.protocol === "https:";
    const needsAuthority = isSecure && given.ca === undefined;
    const local: LocalAccess = this.#token === undefined || needsAuthority ? await this.#lookForLocal() : {};
    return {
      token: this.#token ?? (given.cert === undefined ? local.token : undefined),
      trust: { ...given, ca: given.ca ?? local.authority },
      problem: local.problem,
    };
  }

  /**
   * Searches for each call, because another process can listen at the daemon's port by now. Calls that start during a
   * search share its result.
   */
  async #lookForLocal(): Promise<LocalAccess> {
    this.#looking ??= findLocalAccess(this.#server, this.#environment).finally(() => {
      this.#looking = undefined;
    });
    return await this.#looking;
  }
}
