import assert from "node:assert/strict";
import { withoutProtocolNames } from "../../../cli/output/without-protocol-names";

const messages: Record<string, string> = {
  "instance.create: keys is 65 texts: an instance has at most 64 keys; ttlSeconds is 0: a ttl is at least 1 second.":
    "--public-key is 65 texts: an instance has at most 64 keys; --ttl is 0: a ttl is at least 1 second.",
  'fleet.apply: labels.role is "x": too long.': '--label.role is "x": too long.',
  "fleet.apply: there is no parameter addresses.": "there is no parameter addresses.",
  'No instance "web" on this server.': 'No instance "web" on this server.',
  "types.json: name is missing.": "types.json: name is missing.",
};

describe("a message of the daemon", () => {
  for (const [message, shown] of Object.entries(messages)) {
    it(`is shown as ${shown}`, () => assert.equal(withoutProtocolNames(message), shown));
  }
});
