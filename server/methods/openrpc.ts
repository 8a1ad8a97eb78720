import { z } from "zod";
import type { Method } from "../../protocol/methods/method";
import { methodTable } from "../../protocol/methods/method-table";
import { packageVersion } from "../../protocol/package-version";

/** The version of the OpenRPC specification that the document has. */
const specification = "1.3.2";

type Schema = z.core.JSONSchema.JSONSchema;

/** Returns the OpenRPC document: every method of the table with its parameters, result and roles. */
export function openRpcDocument(): object {
  return {
    openrpc: specification,
    info: {
      title: "MiniCloud",
      version: packageVersion(),
      description:
        "The methods of a MiniCloud daemon. The methods system.* and openvz.* take positional parameters and are not in this document; system.methodHelp describes them.",
    },
    methods: Object.entries<Method>(methodTable).map(([name, row]) => methodOf(name, row)),
  };
}

function methodOf(name: string, { help, roles, parameters, result }: Method): object {
  const { properties = {}, required = [] } = schemaOf(parameters, "input");
  return {
    name,
    summary: help,
    paramStructure: "by-name",
    params: Object.entries(properties).map(([parameter, schema]) => ({
      name: parameter,
      required: required.includes(parameter),
      schema,
    })),
    result: { name: "result", schema: schemaOf(result, "output") },
    // OpenRPC has no field for it; fields with this prefix are extensions.
    "x-roles": roles,
  };
}

/** What JSON Schema cannot express, such as a refinement, is left out. */
function schemaOf(schema: z.ZodType, io: "input" | "output"): Schema {
  return z.toJSONSchema(schema, { io, unrepresentable: "any" });
}
