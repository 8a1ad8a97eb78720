import * as z from "zod";
import { show } from "../../../protocol/validate";
import { command } from "../../command";
import { instancePicker } from "../../find/instances";
import { flag, instanceText, text } from "../../parameters/values";
import { accessOptions, withAccess } from "../../ssh/access";
import { runProgram } from "../../ssh/run-program";

export const cp = command({
  name: "cp",
  summary: "Copy files to and from instances by SSH",
  options: {
    recursive: { syntax: "-r, --recursive", help: "copy folders recursively", value: flag },
    ...accessOptions,
  },
  arguments: {
    paths: {
      syntax: "<PATH...>",
      help: "sources, then the target; INSTANCE:PATH is a path in an instance",
      value: z.array(text).min(2, "give a source and a target"),
      names: ["path"],
    },
  },
  examples: [
    ["cp site.conf web:/etc/site.conf", "copy a file to an instance"],
    ["cp -r web:/var/log logs", "copy a folder from an instance"],
  ],
  check: ({ paths }) =>
    paths.every((path) => placeOf(path).instance === undefined)
      ? ["no path is in an instance; write INSTANCE:PATH for the source or the target"]
      : paths.flatMap(mistakesIn),
  run: async ({ paths, recursive, ...access }, io) => {
    const places = paths.map(placeOf);
    const client = io.connect();
    const pick = await instancePicker(client);
    const found = places.map(({ instance, path }) => ({
      path,
      instance: instance === undefined ? undefined : pick(instance),
    }));
    const instances = found.flatMap(({ instance }) => instance ?? []);
    const words = found.map(({ instance, path }) =>
      instance === undefined ? path : `root@${instance.ipAddress}:${path}`,
    );
    const { sshJump: announced } = await client.info();
    return await withAccess(io, client.server, instances, { ...access, announced }, (options) =>
      runProgram(io, "scp", [...options, ...(recursive ? ["-r"] : []), "--", ...words]),
    );
  },
});

interface Place {
  /** The instance that contains the path. Undefined for a path on this machine. */
  readonly instance: string | undefined;
  readonly path: string;
}

function mistakesIn(path: string): string[] {
  const { instance } = placeOf(path);
  return instance === undefined || instanceText.safeParse(instance).success
    ? []
    : [
        `"${instance}" in ${show(path)} is not an id or name of an instance; write ./${path} for a file on this machine`,
      ];
}

/** Splits INSTANCE:PATH by the rule of scp: text before the first colon is a host if it has no slash. */
function placeOf(written: string): Place {
  const [, instance, path = written] = /^([^/:]*):(.*)$/s.exec(written) ?? [];
  return { instance, path };
}
