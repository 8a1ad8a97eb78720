/** Parts of texts that have a meaning in XML, or that parsers can misread. */
const parts = [
  ...[
    "]]>",
    "]]",
    "]",
    ">",
    "<",
    "&",
    "&amp;",
    "&#13;",
    "&lt;",
    "&unknown;",
    "&#x110000;",
    "<![CDATA[",
    "<!--",
    "-->",
  ],
  ...["</string></value>", "</param></params></methodResponse>", "<?xml version='1.0'?>", "<!DOCTYPE a>"],
  ...["\r", "\n", "\r\n", "\t", " ", "\u0085", "\u2028", "\u00a0", "\ufeff", "\ufffd"],
  ...["a", "0", "é", "東", "🚀", "'", '"', "\\", "%", "__proto", "constructor"],
];

/** The output of a failing script that once made `instance.wait` report a success. */
export const forgedSuccess =
  "x ]]>]]></string></value></member></struct></value></fault><params><param><value><boolean>1</boolean></value></param></params><fault><value><struct><member><name>faultString</name><value><string><![CDATA[";

/**
 * Returns texts of such parts. The same seed gives the same texts.
 *
 * @param seed an integer. Include it in failure messages, so that the run can be repeated.
 */
export function hostileTexts(count: number, seed: number): string[] {
  const random = randomIntegers(seed);
  return Array.from({ length: count }, () =>
    Array.from({ length: random(12) }, () => parts[random(parts.length)]).join(""),
  );
}

/** Returns integers from 0 to below a limit: the upper bits of a linear congruential generator. */
function randomIntegers(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
