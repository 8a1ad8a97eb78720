import assert from "node:assert/strict";
import { MccError } from "../../protocol/error";
import { parseRange } from "../../server/parse-range";

describe("a range of addresses", () => {
  const good: [string, string, string][] = [
    ["198.18.0.2-198.18.0.9", "198.18.0.2", "198.18.0.9"],
    [" 198.18.0.2 - 198.18.0.2 ", "198.18.0.2", "198.18.0.2"],
    ["198.18.0.0/22", "198.18.0.1", "198.18.3.254"],
    ["198.18.1.77/24", "198.18.1.1", "198.18.1.254"],
    ["10.0.0.0/16", "10.0.0.1", "10.0.255.254"],
    ["10.0.0.4/31", "10.0.0.4", "10.0.0.5"],
    ["10.0.0.4/32", "10.0.0.4", "10.0.0.4"],
  ];
  for (const [text, first, last] of good) {
    it(`is read from "${text}"`, () => {
      assert.deepEqual(parseRange(text), { first, last });
    });
  }

  const bad: [string, RegExp][] = [
    ["", /: FIRST is missing;/],
    ["198.18.0.2", /: LAST is missing;/],
    ["198.18.0.2-", /: LAST is missing;/],
    ["198.18.0.2-9", /"9" is not an IPv4 address/],
    ["198.18.0.2-198.18.0.300", /"198\.18\.0\.300" is not/],
    ["198.18.0.2-198.18.0.9-198.18.0.11", /"198\.18\.0\.11" is not|cannot be used/],
    ["0x7f.1-2", /is not an IPv4 address/],
    ["fd00::1-fd00::9", /is not an IPv4 address/],
    ["fd00::/64", /not an IPv4 network/],
    ["198.18.0.0/33", /not an IPv4 network/],
    ["198.18.0/24", /not an IPv4 network/],
    ["198.18.0.9-198.18.0.2", /comes before its first/],
    ["10.0.0.0/15", /131070 addresses, and the limit is 65536/],
    ["127.0.0.1-127.0.0.9", /127\.0\.0\.1 is a loopback address/],
    ["223.255.255.250-224.0.0.3", /224\.0\.0\.3 is a multicast address/],
    ["169.254.0.0/24", /linkLocal address/],
  ];
  for (const [text, message] of bad) {
    it(`is not read from "${text}", with a reason`, () => {
      assert.throws(
        () => parseRange(text),
        (error) =>
          MccError.hasCode(error, "invalid") && message.test(error.message) && /198\.18/.test(error.message),
      );
    });
  }
});
