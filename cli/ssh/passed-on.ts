import * as z from "zod";
import type { Parameter } from "../command";
import { text } from "../parameters/values";

type Values = z.ZodDefault<z.ZodArray<z.ZodString>>;

/** An option of `ssh` that can be repeated, with its value if it has one. */
function option(syntax: string, help: string): Parameter<Values> & { readonly several: true } {
  const value = syntax.includes("<") ? text : z.string();
  return { syntax, help, value: z.array(value).default([]), several: true };
}

/** The options of `ssh` that `mcc ssh` passes on, by their letters. */
export const passedOnOptions = {
  A: option("-A", "forward your SSH agent, which root in the instance can then use"),
  C: option("-C", "compress"),
  D: option("-D <[BIND:]PORT>", "open a SOCKS proxy at this port, through the instance"),
  e: option("-e <CHARACTER>", 'escape character (default: "~")'),
  f: option("-f", "go to the background before the command runs"),
  L: option(
    "-L <[BIND:]PORT:HOST:HOSTPORT>",
    "forward a port of this machine to HOST, as the instance reaches it",
  ),
  N: option("-N", "run no command, for example to forward ports only"),
  n: option("-n", "read nothing from standard input"),
  o: option("-o <NAME=VALUE>", "setting of ssh_config(5); it takes precedence over those of mcc"),
  q: option("-q", "print no warnings"),
  R: option(
    "-R <[BIND:]PORT:HOST:HOSTPORT>",
    "forward a port of the instance to HOST, as this machine reaches it",
  ),
  T: option("-T", "request no terminal"),
  t: option("-t", "request a terminal for a command; repeat to force it"),
  v: option("-v", "print what ssh does; repeat for more"),
  W: option("-W <HOST:PORT>", "connect standard input and output to HOST, as the instance reaches it"),
  X: option("-X", "forward X11"),
  Y: option("-Y", "forward X11 without restrictions"),
} as const;

type PassedOn = Readonly<Record<keyof typeof passedOnOptions, readonly string[]>>;

/** Returns the arguments of `ssh` for the given options. An option without a value has an empty one. */
export function passedOnWords(given: PassedOn): string[] {
  return Object.entries(given).flatMap(([letter, values]) =>
    values.flatMap((value) => (value === "" ? [`-${letter}`] : [`-${letter}`, value])),
  );
}
