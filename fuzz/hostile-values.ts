import { oddStructs, oddValues, Written } from "../test/support/wire/odd-values";

const deep = (depth: number): Written =>
  new Written(`${"<array><data><value>".repeat(depth)}${"</value></data></array>".repeat(depth)}`);
const member = (name: string): Written =>
  new Written(`<struct><member><name>${name}</name><value><int>1</int></value></member></struct>`);

/** Values that a method must refuse, or must not be damaged by. */
export const hostileValues: readonly unknown[] = [
  ...oddValues,
  ...oddStructs,
  ...["__proto__", "constructor", "&#0;", "", "n".repeat(5000)].map(member),
  ...[1, 30, 31, 32, 33, 500].map(deep),
  ...["NaN", "Infinity", "-Infinity", "1e999", "-1e-999", "0x10", "", " 1", "1."].map(
    (text) => new Written(`<double>${text}</double>`),
  ),
  ...["2147483648", "-2147483649", "9".repeat(400), "+1", "", "1.0"].map(
    (text) => new Written(`<int>${text}</int>`),
  ),
  ...["2", "true", ""].map((text) => new Written(`<boolean>${text}</boolean>`)),
  ...["&#0;", "&#xD800;", "&#xDFFF;&#xD800;", "&#xFFFE;", "&#x1F680;", "&nope;", "&#99999999999;", "\0"].map(
    (text) => new Written(`<string>a${text}</string>`),
  ),
  new Written("<base64>not base64</base64>"),
  new Written("<dateTime.iso8601>yesterday</dateTime.iso8601>"),
  new Written(""),
  new Written("<string/>"),
  ...["../../etc/passwd", "/dev/zero", "-rf", "$(reboot)", "a;b", "%s%n", "\u202e", "ﬁ", "\ud83d\ude80"],
  "x".repeat(100_000),
  "&<>".repeat(20_000),
  new Array(2000).fill("x"),
  new Array(2000).fill({}),
  Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, index])),
];
