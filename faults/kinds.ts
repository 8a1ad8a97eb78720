/** What a step of the daemon does: `command` starts a program or calls the engine, `write` needs space, `change` changes a file or folder. */
export const effects = ["command", "write", "change", "read"] as const;
export type Effect = (typeof effects)[number];

interface KindRow {
  /** For the report and the documentation. */
  readonly title: string;
  /** The steps to which it can happen. */
  readonly effects: readonly Effect[];
}

/** What can happen to a step. */
export const kinds = {
  fail: { title: "fails", effects },
  hang: { title: "hangs past its limit", effects },
  // A step that changes nothing, and reports a failure, has failed.
  lie: { title: "succeeds, but reports a failure", effects: ["command", "write", "change"] },
  kill: { title: "is the moment of `kill -9`", effects },
  full: { title: "meets a full disk", effects: ["write"] },
} as const satisfies Record<string, KindRow>;

export type Kind = keyof typeof kinds;

export const kindNames = Object.keys(kinds).filter(isKind);

export function isKind(name: string): name is Kind {
  return Object.hasOwn(kinds, name);
}

/** Returns whether this can happen to a step with this effect. */
export function happensTo(kind: Kind, effect: Effect): boolean {
  const rows: Readonly<Record<Kind, KindRow>> = kinds;
  return rows[kind].effects.includes(effect);
}
