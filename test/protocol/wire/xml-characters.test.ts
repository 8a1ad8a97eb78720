import assert from "node:assert/strict";
import { isSendable, refuseUnsendable, toSendable } from "../../../protocol/wire/xml-characters";

describe("the characters of XML", () => {
  const never = ["\0", "\b", "\v", "\f", "\u001f", "\ufffe", "\uffff", "\ud800", "\udc00"];
  const always = ["\t", "\n", "\r", " ", "\u007f", "\u0085", "\ufffd", "🚀", "\u{1fffe}", "\u{10ffff}"];

  it("exclude some characters, which are replaced in text from outside", () => {
    for (const character of never) {
      assert.equal(isSendable(`a${character}b`), false);
      assert.equal(toSendable(`a${character}b${character}`), "a\ufffdb\ufffd");
      assert.throws(() => refuseUnsendable(`a${character}`), {
        code: "invalid",
        message: /which XML forbids/,
      });
    }
    for (const character of always) {
      assert.equal(isSendable(`a${character}b`), true);
      assert.equal(toSendable(`a${character}b`), `a${character}b`);
      refuseUnsendable(character);
    }
  });

  it("are named by code point if they are refused", () => {
    assert.throws(() => refuseUnsendable("a\u0007b"), { message: /character U\+0007,/ });
    assert.throws(() => refuseUnsendable("\ud83d"), { message: /character U\+D83D,/ });
  });
});
