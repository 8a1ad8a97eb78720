import assert from "node:assert/strict";
import {
  largestUserDataBytes,
  userDataDigest,
  userDataSchema,
} from "../../../../protocol/methods/values/user-data";

describe("a userData script", () => {
  for (const { title, given, becomes } of [
    { title: "is not changed", given: "#!/bin/sh\n\techo ü\n", becomes: "#!/bin/sh\n\techo ü\n" },
    { title: "gets the line ends of Linux", given: "a\r\nb\r\n", becomes: "a\nb\n" },
    { title: "loses a byte order mark at its beginning", given: "\uFEFFecho", becomes: "echo" },
    { title: "keeps a byte order mark elsewhere", given: "echo \uFEFF", becomes: "echo \uFEFF" },
  ]) {
    it(title, () => assert.equal(userDataSchema.parse(given), becomes));
  }

  for (const { title, given } of [
    { title: "a NUL", given: "a\0b" },
    { title: "an escape", given: "\u001b[31m" },
    { title: "half a character", given: "\ud800" },
    {
      title: "more bytes than the limit, though fewer characters",
      given: "ü".repeat(largestUserDataBytes / 2 + 1),
    },
  ]) {
    it(`is refused with ${title}`, () => assert.equal(userDataSchema.safeParse(given).success, false));
  }

  it("can have exactly as many bytes as the limit allows", () => {
    assert.equal(userDataSchema.safeParse("x".repeat(largestUserDataBytes)).success, true);
  });

  it("is identified by its SHA-256", () => {
    assert.equal(userDataDigest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});
