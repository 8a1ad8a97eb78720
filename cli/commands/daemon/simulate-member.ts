import * as z from "zod";
import { MccError } from "../../../protocol/error";
import { memberNameSchema, simulatedMemberStates } from "../../../protocol/methods/member";
import { command } from "../../command";
import { formOptions, printListing } from "../../output/listing";
import { memberColumns } from "../../output/member-columns";

export const simulateMember = command({
  name: "simulate-member",
  summary: "Change the state of a simulated member of a cluster, to try a program against its failure",
  options: formOptions,
  arguments: {
    member: {
      syntax: "<MEMBER>",
      help: "name of the member; see list-members",
      value: memberNameSchema,
      names: ["member"],
    },
    state: {
      syntax: "<STATE>",
      help: `${simulatedMemberStates.join(", ")}; "removed" also removes its instances`,
      value: z.enum(simulatedMemberStates, `expected one of ${simulatedMemberStates.join(", ")}`),
    },
  },
  examples: [
    ["simulate-member m2 offline", "let m2 not answer; its instances are unreachable"],
    ["simulate-member m2 online", "let it answer again"],
  ],
  run: async ({ member, state, ...form }, io) => {
    const client = io.connect();
    if (!(await client.can("simulatedMembers"))) {
      throw new MccError(
        "invalid",
        `The daemon at ${client.server} has no simulated members; start one with --driver simulated --simulated-members m1,m2,m3.`,
      );
    }
    const members = await client.call("member.simulate", { member, state });
    await printListing(io, client, members, form, memberColumns);
  },
});
