import { methodTable } from "../../protocol/methods/method-table";

/** How the options and arguments of mcc are called that become parameters of another name. */
const namesHere: Readonly<Record<string, string>> = {
  addresses: "the addresses",
  command: "the command",
  container: "the container",
  count: "--count",
  fleet: "the fleet",
  graceSeconds: "--grace",
  hostname: "--hostname",
  image: "--image",
  instance: "the instance",
  ipAddress: "--address",
  keepOnFailure: "--keep-on-failure",
  keys: "--public-key",
  labels: "--label",
  name: "the name",
  publicKey: "--public-key",
  readyTimeoutSeconds: "--timeout",
  stdin: "standard input",
  timeoutSeconds: "--timeout",
  ttlSeconds: "--ttl",
  type: "--instance-type",
  userData: "--user-data",
  waitFor: "--wait-for",
};

/**
 * Returns a message of the daemon about the parameters of a call as one about the arguments of mcc:
 * `instance.create: keys is …` becomes `--public-key is …`. Other messages name no methods, and stay as they are.
 */
export function withoutProtocolNames(message: string): string {
  const [, method = "", mistakes = ""] = /^([a-z]+\.[a-zA-Z]+): (.*)$/s.exec(message) ?? [];
  if (!Object.hasOwn(methodTable, method)) {
    return message;
  }
  // A mistake begins with the path of the parameter, such as `keys.0`, and ends before the next one.
  return mistakes.replace(/(^|; )([a-zA-Z]+)(?=[. :])/g, (whole, before: string, name: string) =>
    Object.hasOwn(namesHere, name) ? `${before}${namesHere[name]}` : whole,
  );
}
