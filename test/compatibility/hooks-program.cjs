/**
 * Calls hooks of an installed package, as the engine's plugin process does: its arguments are the package's module of
 * hooks and a JSON array of `[resource, hook, ...arguments]`; it prints the results as JSON, one for each call.
 */
const [, , modulePath, calls] = process.argv;

async function main() {
  const hooks = require(modulePath);
  const results = [];
  for (const [resource, hook, ...args] of JSON.parse(calls)) {
    if (hook === "configure") {
      const values = args[0];
      await hooks[resource].configure({
        config: { get: (key) => values[key], require: (key) => values[key] },
      });
      results.push(null);
    } else {
      results.push((await hooks[resource][hook](...args)) ?? null);
    }
  }
  process.stdout.write(JSON.stringify(results));
}

main().then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
