import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { methodTable } from "../../protocol/methods/method-table";
import { checkout } from "../support/checkout";

/** The folders whose messages reach users of mcc. Those of protocol/methods describe the protocol itself. */
const folders = ["cli", "client", "provider", "server"];

/** Names of parameters that are also those of the Pulumi resources' properties or of files. */
const knownToUsers = ["userData", "serverId"];

const methods = Object.entries(methodTable);
const parameters = methods
  .flatMap(([, { parameters: schema }]) => Object.keys(schema.shape))
  .filter((name) => /[A-Z]/.test(name) && !knownToUsers.includes(name));
const names = [...methods.map(([name]) => name), ...parameters].map((name) => name.replace(".", "\\."));
const protocolName = new RegExp(`(?<![\\w.])(${[...new Set(names)].join("|")})(?![\\w.]\\w)`);

/** The command that lists and selects calls by their methods. */
const showsMethods = "commands/daemon/audit.ts";

/** Texts that are no messages: they are compared, and never shown. */
const compared = ['"with clientToken"'];

/** Returns the parts of a text literal that are written out, for every literal of a source. */
function textsOf(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
      texts.push(node.getText(source));
    } else if (ts.isTemplateExpression(node)) {
      texts.push(
        [node.head, ...node.templateSpans.map(({ literal }) => literal)].map((part) => part.text).join(" "),
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return texts.filter((text) => /\S \S/.test(text) && !compared.includes(text));
}

describe("a message", () => {
  for (const folder of folders) {
    it(`of ${folder}/ names commands and arguments, and no methods or parameters of the protocol`, () => {
      const sources = readdirSync(join(checkout, folder), { recursive: true, encoding: "utf8" }).filter(
        (path) => path.endsWith(".ts") && path !== showsMethods,
      );
      assert.ok(sources.length > 10);
      const wrong = sources.flatMap((path) =>
        textsOf(join(checkout, folder, path))
          .filter((text) => protocolName.test(text))
          .map((text) => `${folder}/${path}: ${text}`),
      );
      assert.deepEqual(wrong, []);
    });
  }

  it("with such a name is found", () => {
    assert.match("destroy it (instance.destroy, mcc destroy-instance 1)", protocolName);
    assert.match("give it one (ttlSeconds)", protocolName);
    assert.match("Open another one with lease.open.", protocolName);
    assert.doesNotMatch("the file instance.json", protocolName);
  });
});
