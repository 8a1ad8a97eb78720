import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FakeHost } from "../host/fake-host";
import { networkFolders } from "../host/run-traces";
import { Exit } from "../launcher/endings";

type Action = (host: FakeHost, ...words: readonly string[]) => void;

/** The commands of iproute2 that the driver uses, by the beginning of their line. */
const actions: readonly { readonly words: string; readonly run: Action }[] = [
  {
    words: "neigh flush to",
    run: ({ root }, address = "") => rmSync(join(root, networkFolders.neighbours, address), { force: true }),
  },
  {
    words: "neigh show proxy",
    run: (host) => {
      const folder = join(host.root, networkFolders.proxies);
      for (const address of existsSync(folder) ? readdirSync(folder) : []) {
        host.say(`${address} dev ${readFileSync(join(folder, address), "utf8")} proxy`);
      }
    },
  },
  {
    words: "neigh del proxy",
    run: ({ root }, address = "") => rmSync(join(root, networkFolders.proxies, address)),
  },
  {
    words: "route del",
    run: ({ root }, address = "") => {
      const path = join(root, networkFolders.routes, address);
      if (!existsSync(path)) {
        throw new Exit(2, "RTNETLINK answers: No such process");
      }
      rmSync(path);
    },
  },
  {
    words: "link set dev venet0 address",
    run: ({ root }, address = "") => {
      writeFileSync(join(root, "sys/class/net/venet0/address"), `${address}\n`);
      writeFileSync(join(root, "sys/class/net/venet0/addr_assign_type"), "3\n");
    },
  },
];

/** An `ip` that knows the networks of a fake host. */
export async function ip(host: FakeHost): Promise<void> {
  const line = host.command.words.join(" ");
  await host.reach("ip");
  const action = actions.find(({ words }) => line.startsWith(words));
  if (action === undefined) {
    throw new Exit(255, `the fake ip does not know: ${line}`);
  }
  action.run(host, ...line.slice(action.words.length + 1).split(" "));
}
