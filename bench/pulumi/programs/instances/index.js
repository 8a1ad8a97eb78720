const minicloud = require("minicloud");

for (let index = 1; index <= Number(process.env.MINICLOUD_BENCH_COUNT); index += 1) {
  new minicloud.Instance(`host-${index}`, { type: "light" });
}
