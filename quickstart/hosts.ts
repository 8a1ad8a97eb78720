import { z } from "zod";
import { checkout } from "./place";
import { askPulumi } from "./pulumi";
import type { Work } from "./step";

/** The schema of a host that examples/quickstart.ts exports. */
const hostSchema = z.object({
  name: z.string(),
  ipAddress: z.string(),
  status: z.string(),
  sshHostKey: z.string(),
});
export type Host = z.infer<typeof hostSchema>;

/** Returns the hosts of the stack's last update. */
export async function readHosts(work: Work): Promise<Host[]> {
  const hosts = await askPulumi(work, ["stack", "output", "hosts", "--json"], checkout);
  return z.array(hostSchema).parse(JSON.parse(hosts));
}
