/** Where the generations say the same thing in other words. v4: from the recorded runs; v7: from its source. */
export const messages = {
  v4: {
    version: "vzctl version 4.11.1",
    locked: (pid: number, commandLine: string) =>
      `Locked by: pid ${pid}, cmdline ${commandLine}\nContainer already locked`,
    noConfiguration: "Container config file does not exist",
    saved: (_ctid: string, path: string) => `CT configuration saved to ${path}`,
    status: (ctid: string, rest: string) => `CTID ${ctid} ${rest}`,
    nameTaken: 131,
    aside: "vz/vztmp",
    // The length of the answer that says what failed.
    noProgram: (): { exitCode: number; said: string[] } => ({ exitCode: 4, said: [] }),
  },
  v7: {
    version: "vzctl v.7.0.264",
    locked: (): string => "Cannot lock the Container",
    noConfiguration: "Container configuration file does not exist",
    saved: (ctid: string) => `Saved parameters for Container ${ctid}`,
    status: (ctid: string, rest: string) => `VEID ${ctid} ${rest}`,
    nameTaken: 137,
    aside: "vz/del",
    noProgram: (program: string) => ({
      exitCode: 47,
      said: [`Failed to exec ${program}: No such file or directory`],
    }),
  },
} as const;
