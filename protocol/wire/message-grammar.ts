/** The kind of text in an element, with a row in `message-text.ts`. */
export type TextKind =
  | "string"
  | "name"
  | "integer"
  | "boolean"
  | "double"
  | "base64"
  | "dateTime"
  /** Either text or one typed element. */
  | "untyped";

/** The allowed children at one position, and their number. */
interface Slot {
  readonly names: ReadonlySet<string>;
  readonly least: 0 | 1;
  readonly most: number;
}

/** The content of an element: children in the order of the slots, or text. An element without either is empty. */
export interface ElementRule {
  readonly slots: readonly Slot[];
  readonly text?: TextKind;
}

export type MessageRoot = "methodCall" | "methodResponse";

const one = (...names: string[]): Slot => ({ names: new Set(names), least: 1, most: 1 });
const optional = (...names: string[]): Slot => ({ names: new Set(names), least: 0, most: 1 });
const many = (name: string): Slot => ({ names: new Set([name]), least: 0, most: Number.POSITIVE_INFINITY });
const leaf = (text: TextKind): ElementRule => ({ slots: [], text });

/** The elements that a `<value>` can contain. */
const types: Readonly<Record<string, ElementRule>> = {
  int: leaf("integer"),
  i4: leaf("integer"),
  i8: leaf("integer"),
  boolean: leaf("boolean"),
  double: leaf("double"),
  string: leaf("string"),
  base64: leaf("base64"),
  "dateTime.iso8601": leaf("dateTime"),
  nil: { slots: [] },
  array: { slots: [one("data")] },
  struct: { slots: [many("member")] },
};

/** Contains every element of XML-RPC, and the extensions nil and i8 that the `xmlrpc` package supports. */
export const elementRules: ReadonlyMap<string, ElementRule> = new Map(
  Object.entries({
    ...types,
    methodCall: { slots: [one("methodName"), optional("params")] },
    methodResponse: { slots: [one("params", "fault")] },
    methodName: leaf("name"),
    params: { slots: [many("param")] },
    param: { slots: [one("value")] },
    fault: { slots: [one("value")] },
    value: { slots: [optional(...Object.keys(types))], text: "untyped" },
    data: { slots: [many("value")] },
    member: { slots: [one("name"), one("value")] },
    name: leaf("name"),
  }),
);
