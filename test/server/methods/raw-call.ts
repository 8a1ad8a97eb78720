import assert from "node:assert/strict";
import { send } from "../../support/http/raw-http";

/** Encodes a parameter like the first MiniCloud's clients, which are Ruby programs. */
export const text = (value: string): string => `<value><string>${value}</string></value>`;
export const int = (value: number): string => `<value><i4>${value}</i4></value>`;
export const yes = "<value><boolean>1</boolean></value>";
export const struct = (members: Record<string, string>): string =>
  `<value><struct>${Object.entries(members)
    .map(([name, value]) => `<member><name>${name}</name>${value}</member>`)
    .join("\n")}</struct></value>`;

export async function call(url: string, method: string, ...parameters: string[]): Promise<string> {
  const params = parameters.map((value) => `<param>${value}</param>`).join("\n");
  const body = `<?xml version="1.0" ?><methodCall><methodName>${method}</methodName><params>${params}</params></methodCall>\n`;
  const headers = { "content-type": "text/xml; charset=utf-8", "user-agent": "XMLRPC::Client (Ruby 1.8.7)" };
  return (await send(url, { headers, body })).body;
}

/** Returns the contents of the answer, without the white space between its elements. */
export async function answer(url: string, method: string, ...parameters: string[]): Promise<string> {
  const xml = (await call(url, method, ...parameters)).replace(/>\s+</g, "><");
  return /<params><param><value>(.*)<\/value><\/param><\/params>/s.exec(xml)?.[1] ?? assert.fail(xml);
}

export async function assertFault(
  answered: Promise<string>,
  code: number,
  message: string | RegExp,
): Promise<void> {
  const xml = (await answered).replace(/>\s+</g, "><");
  const [, number, words = ""] =
    /<fault><value><struct><member><name>faultCode<\/name><value><int>(\d+)<\/int><\/value><\/member><member><name>faultString<\/name><value><string>(.*)<\/string>/s.exec(
      xml,
    ) ?? assert.fail(xml);
  assert.equal(Number(number), code);
  if (typeof message === "string") {
    assert.equal(words, message);
  } else {
    assert.match(words, message);
  }
}

/** Returns the members of every struct in an answer: name, type, text. */
export function members(xml: string): string[] {
  return [...xml.matchAll(/<name>(\w+)<\/name><value><(\w+)>(.*?)<\/\2>/g)].map(
    ([, name, type, value]) => `${name} ${type} ${value}`,
  );
}
