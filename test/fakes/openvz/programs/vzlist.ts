import { existsSync } from "node:fs";
import { FakeContainer } from "../host/fake-container";
import type { FakeHost } from "../host/fake-host";
import { Exit } from "../launcher/endings";

interface Field {
  /** As JSON has it; nothing is escaped, as in vzlist. */
  readonly json: (container: FakeContainer) => string;
  readonly column: (container: FakeContainer) => string;
}

const text = (variable: string): Field => ({
  json: ({ variables }) => quoted(variables.get(variable)),
  column: ({ variables }) => (variables.get(variable) ?? "-").padEnd(32),
});
const list = (variable: string): Field => ({
  json: ({ variables }) => `[${wordsOf(variables.get(variable)).map(quoted).join(", ")}]`,
  column: ({ variables }) => (wordsOf(variables.get(variable))[0] ?? "-").padEnd(15),
});
const none = (json: string): Field => ({ json: () => json, column: () => "-" });
const object = (entries: Readonly<Record<string, string>>): string =>
  `{\n${Object.entries(entries)
    .map(([name, value]) => `      "${name}": ${value}`)
    .join(",\n")}\n    }`;

const both: Readonly<Record<string, Field>> = {
  status: { json: ({ status }) => quoted(status), column: ({ status }) => status.padEnd(9) },
  ip: list("IP_ADDRESS"),
  hostname: text("HOSTNAME"),
  // One whose link leads elsewhere, or nowhere, is not shown.
  name: {
    json: (container) => quoted(linkedName(container)),
    column: (container) => (linkedName(container) ?? "-").padEnd(32),
  },
  ostemplate: text("OSTEMPLATE"),
  nameserver: list("NAMESERVER"),
  private: { json: ({ privateArea }) => quoted(privateArea), column: ({ privateArea }) => privateArea },
  root: { json: ({ root }) => quoted(root), column: ({ root }) => root },
  uptime: none("0.000"),
  diskspace: {
    json: ({ variables }) => {
      const [soft = "0", hard = soft] = (variables.get("DISKSPACE") ?? "0").split(":");
      return object({ usage: "0", softlimit: soft, hardlimit: hard });
    },
    column: () => "-",
  },
  physpages: {
    json: ({ variables }) => {
      const limit = (variables.get("PHYSPAGES") ?? "").split(":").at(-1) ?? "";
      const shown = /^\d+$/.test(limit) ? limit : "9223372036854775807";
      return object({ held: "0", maxheld: "0", barrier: "0", limit: shown, failcnt: "0" });
    },
    column: () => "-",
  },
};
const fields: Readonly<Record<"v4" | "v7", Readonly<Record<string, Field>>>> = {
  v4: {
    ...both,
    ctid: { json: ({ ctid }) => ctid, column: ({ ctid }) => ctid.padStart(10) },
    description: text("DESCRIPTION"),
  },
  v7: {
    ...both,
    // Of which it believes that it is escaped, as Virtuozzo's other programs do it.
    description: {
      json: ({ variables }) => quoted(unescaped(variables.get("DESCRIPTION"))),
      column: ({ variables }) => unescaped(variables.get("DESCRIPTION")) ?? "-",
    },
    ctid: { json: ({ ctid }) => quoted(ctid), column: ({ ctid }) => ctid.padStart(36) },
    uuid: { json: ({ ctid }) => quoted(ctid), column: ({ ctid }) => ctid.padStart(36) },
  },
};

/** A vzlist that needs no OpenVZ: see vzctl.ts. */
export async function vzlist(host: FakeHost): Promise<void> {
  const { words } = host.command;
  const orderAt = words.indexOf("-o");
  const order = orderAt === -1 ? "ctid,status,ip,hostname" : (words[orderAt + 1] ?? "");
  const asked = words.filter(
    (word, index) => !word.startsWith("-") && (orderAt === -1 || index !== orderAt + 1),
  );
  await host.reach("list");
  await host.takeItsTime("list");
  if (!host.behaviour.veinfo && !host.behaviour.openvzKernel) {
    const missing = ["/proc/vz/veinfo", "/proc/user_beancounters"].map(
      (table) => `Unable to open ${table}: No such file or directory`,
    );
    if (asked.length > 0) {
      throw new Exit(1, missing.join("\n"));
    }
    missing.forEach((line) => host.complain(line));
    return;
  }
  if (host.behaviour.listOutput !== undefined) {
    host.say(host.behaviour.listOutput);
    return;
  }
  const known = fields[host.behaviour.generation];
  const chosen = order.split(",").map((name) => {
    const field = known[name];
    if (field === undefined) {
      throw new Exit(1, `Unknown field: ${name}`);
    }
    return { name, field };
  });
  const containers = host
    .ctids()
    .map((ctid) => new FakeContainer(host, ctid))
    // A container without a private area is not shown.
    .filter((container) => existsSync(container.privateArea))
    .filter(({ ctid, running }) =>
      asked.length > 0 ? asked.includes(ctid) : running || words.includes("-a"),
    );
  if (asked.length > 0 && containers.length === 0) {
    throw new Exit(1, "Container(s) not found");
  }
  if (words.includes("-j")) {
    printJson(host, containers, chosen);
  } else {
    containers.forEach((container) =>
      host.say(
        chosen
          .map(({ field }) => field.column(container))
          .join(" ")
          .trimEnd(),
      ),
    );
  }
}

function printJson(
  host: FakeHost,
  containers: readonly FakeContainer[],
  chosen: readonly { name: string; field: Field }[],
): void {
  const rows = containers.map((container) => {
    const lines = chosen.map(({ name, field }) => `    "${name}": ${field.json(container)}`);
    return `\n  {\n${lines.join(",\n")}\n  }`;
  });
  host.say(`[${rows.join(",")}\n]`);
}

function linkedName({ host, ctid, variables }: FakeContainer): string | undefined {
  const name = variables.get("NAME");
  return name !== undefined && host.ctidOfName(name) === ctid ? name : undefined;
}

function unescaped(value: string | undefined): string | undefined {
  return value?.replace(/=([0-9a-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function quoted(value: string | undefined): string {
  return value === undefined ? "null" : `"${value}"`;
}

function wordsOf(value: string | undefined): string[] {
  return (value ?? "").split(" ").filter((word) => word !== "");
}
