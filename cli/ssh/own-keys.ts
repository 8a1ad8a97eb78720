import type { Io } from "../io";

/** The settings of a user's SSH configuration that choose keys, with the values that have no effect. */
const keySettings: Readonly<Record<string, string | undefined>> = {
  identityfile: undefined,
  identityagent: undefined,
  pkcs11provider: "none",
  securitykeyprovider: "internal",
};

/** The configuration can contain commands of the user (`Match exec`). */
const timeoutMs = 10_000;

/**
 * Returns the settings of the user's SSH configuration for an address that choose keys: key files and the agent. All
 * other settings have no effect on `mcc ssh` and `mcc cp`.
 *
 * @returns empty if OpenSSH is not installed, or refuses the configuration.
 */
export async function ownKeys(io: Io, address: string): Promise<(readonly [name: string, value: string])[]> {
  // Loaded here only, because loading execa takes as long as the rest of a command.
  const { execa } = await import("execa");
  const { exitCode, stdout } = await execa("ssh", ["-G", "-l", "root", "--", address], {
    env: io.environment,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: timeoutMs,
  });
  return exitCode === 0 ? stdout.split("\n").flatMap(keySetting) : [];
}

function keySetting(line: string): [name: string, value: string][] {
  const [, name = "", value = ""] = /^(\w+) (.+)$/.exec(line) ?? [];
  return name in keySettings && value !== keySettings[name] && !value.includes('"')
    ? [[name, value.includes(" ") ? `"${value}"` : value]]
    : [];
}
