const pulumi = require("@pulumi/pulumi");

const nothing = { create: async () => ({ id: "nothing", outs: {} }) };

for (let index = 1; index <= Number(process.env.MINICLOUD_BENCH_COUNT); index += 1) {
  new pulumi.dynamic.Resource(nothing, `host-${index}`, {});
}
