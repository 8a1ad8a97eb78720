/** Which folder may import which: the directions that docs/architecture.md draws. */
const layers = {
  protocol: [],
  client: ["protocol"],
  provider: ["client", "protocol"],
  testing: ["client", "protocol"],
  cli: ["client", "protocol", "images"],
  server: ["protocol"],
  images: ["protocol"],
  dashboard: ["protocol"],
  isolated: ["protocol"],
  quickstart: ["client", "protocol", "images"],
  packager: ["protocol", "cli", "server"],
  picture: ["protocol", "quickstart"],
};
const serverLayers = {
  support: [],
  driver: ["support"],
  cloud: ["driver", "support"],
  audit: ["log", "support"],
  methods: ["audit", "cloud", "support"],
  http: ["methods", "support", "tls"],
  log: ["support"],
  tls: ["support"],
  "user-setup": ["driver", "support"],
};
/** The rooms of server/cloud, each with those that it may import. Files beside them are open to all. */
const cloudRooms = {
  fleets: ["instances", "lifetimes", "network", "ownership", "reservations", "state"],
  instances: ["lifetimes", "network", "ownership", "reservations", "state"],
  network: ["state"],
  reservations: ["state"],
  ownership: ["lifetimes"],
  lifetimes: ["state"],
  state: [],
};
const ours = Object.keys(layers);

const outer = ours.map((folder) => ({
  name: `${folder}-imports-only-${layers[folder].join("-and-") || "packages"}`,
  severity: "error",
  from: { path: `^${folder}/` },
  to: {
    path: `^(${[...ours.filter((name) => name !== folder && !layers[folder].includes(name)), "test", "bench", "fuzz", "faults", "soak"].join("|")})/`,
  },
}));

const inner = Object.entries(serverLayers).map(([folder, allowed]) => ({
  name: `server-${folder}-imports-only-${allowed.join("-and-") || "the-protocol"}`,
  severity: "error",
  from: { path: `^server/${folder}/` },
  to: {
    path: `^server/(${[...Object.keys(serverLayers).filter((name) => name !== folder && !allowed.includes(name)), "[^/]+\\.ts$"].join("|")})`,
  },
}));

const rooms = Object.entries(cloudRooms).map(([room, allowed]) => ({
  name: `cloud-${room}-imports-only-${allowed.join("-and-") || "what-is-below"}`,
  severity: "error",
  from: { path: `^server/cloud/${room}/` },
  to: {
    path: `^server/cloud/(${[
      ...Object.keys(cloudRooms)
        .filter((name) => name !== room && !allowed.includes(name))
        .map((name) => `${name}/`),
      "cloud\\.ts",
      "open-cloud\\.ts",
      "purge\\.ts",
      "preflight\\.ts",
    ].join("|")})`,
  },
}));

module.exports = {
  forbidden: [
    ...outer,
    ...inner,
    ...rooms,
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "drivers-stand-alone",
      comment: "A driver knows only its engine",
      severity: "error",
      from: { path: "^server/driver/([^/]+)/" },
      to: { path: "^server/driver/([^/]+)/", pathNot: "^server/driver/$1/" },
    },
    {
      name: "pulumi-only-in-the-provider",
      comment: "A host that runs only the daemon, or only tests, is spared Pulumi's SDK",
      severity: "error",
      from: { path: "^(protocol|client|server|cli|testing)/" },
      to: { path: "node_modules/@pulumi" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
