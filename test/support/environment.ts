/** Sets environment variables (`undefined` removes one) for each test of the calling suite. */
export function withEnvironment(variables: () => Record<string, string | undefined>): void {
  let before: Record<string, string | undefined> = {};
  beforeEach(() => {
    const wanted = variables();
    before = Object.fromEntries(Object.keys(wanted).map((name) => [name, process.env[name]]));
    assign(wanted);
  });
  afterEach(() => assign(before));
}

function assign(variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) {
      Reflect.deleteProperty(process.env, name);
    } else {
      process.env[name] = value;
    }
  }
}
