const minicloud = require("minicloud");

new minicloud.Fleet("bench", {
  count: Number(process.env.MINICLOUD_BENCH_COUNT),
  type: "light",
});
