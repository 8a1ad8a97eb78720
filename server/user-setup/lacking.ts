import { access } from "node:fs/promises";
import { unlessErrno } from "../../protocol/errno";
import { MccError } from "../../protocol/error";
import { isOnPath } from "../support/program-path";

/** What `packaging/enter-user.sh` and sudo need, with the Debian packages. */
const programs = [
  { program: "sudo", package: "sudo" },
  { program: "visudo", package: "sudo" },
  { program: "flock", package: "util-linux" },
  { program: "nsenter", package: "util-linux" },
  { program: "setpriv", package: "util-linux" },
  { program: "unshare", package: "util-linux" },
  { program: "ip", package: "iproute2" },
  { program: "nft", package: "nftables" },
  { program: "lxc-start", package: "lxc" },
] as const;

const namespaceFiles = ["user", "net", "cgroup"] as const;

/** @throws MccError `unavailable` that lists everything that a setup lacks on this host, with the remedy. */
export async function lackingForSetup(): Promise<void> {
  const missing = programs.filter(({ program }) => !isOnPath(program, ["/usr/sbin", "/sbin"]));
  const packages = [...new Set(missing.map((row) => row.package))];
  const kinds = await Promise.all(
    namespaceFiles.map(async (kind) => {
      const found = await unlessErrno(
        access(`/proc/self/ns/${kind}`).then(() => true),
        "ENOENT",
      );
      return found === true ? [] : [kind];
    }),
  );
  const gaps = [
    ...(missing.length === 0
      ? []
      : [`${missing.map(({ program }) => program).join(", ")} (apt install ${packages.join(" ")})`]),
    ...kinds.flat().map((kind) => `${kind} namespaces (boot the distribution's own kernel)`),
  ];
  if (gaps.length > 0) {
    throw new MccError(
      "unavailable",
      `A setup for a user needs ${gaps.join(", and ")}; nothing was changed.`,
    );
  }
}
