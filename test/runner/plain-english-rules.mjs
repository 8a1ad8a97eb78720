/**
 * Habits that stop a reader, each with what to write in its place. A row needs a pattern without false alarms: the
 * habits that no pattern can find are in CONTRIBUTING.md only.
 */
export const habits = [
  { pattern: /\b(?:is|are|was|were) to be\b/i, write: '"must be", or what it will be' },
  { pattern: /\banew\b/i, write: '"again"' },
  { pattern: /\bbesides?\b/i, write: '"in addition to", or "next to" for a place' },
  { pattern: /\bbe it\b/i, write: '"whether …" or "also if …"' },
  { pattern: /\bby that(?=[.,;:)]|$)/i, write: "what it is done by" },
  { pattern: /\b(?:for|with|has|have|at) a look\b/i, write: '"for inspection", "to inspect"' },
  { pattern: /\bsees? (?:\w+ )?off\b/i, write: '"refuses" or "ends"' },
  { pattern: /\bon (?:its|their) way out\b/i, write: '"being destroyed"' },
  {
    pattern: /\b(?:some|any)body\b|\bnobody's\b|\bwhoever\b/i,
    write: 'the actor: "a user", "a client", "the caller"',
  },
  { pattern: /\bmend(?:s|ed|ing)?\b/i, write: '"fix" or "remedy"' },
  { pattern: /\bmeanwhile\b/i, write: '"in the meantime", or when it happens' },
  {
    pattern: /\b(?:lies?|lay) (?:in|on|at|below|under|over|above|next|there|elsewhere)\b/i,
    write: '"is in", "is on"',
  },
  { pattern: /\bstands? (?:in|at|on|against|there|behind|below|above)\b/i, write: '"is in", "is at"' },
  {
    pattern:
      /, for (?:it|they|there|he|she|we) (?:is|are|was|were|has|have|had|goes|go|does|can|may|must|would)\b/,
    write: '"because"',
  },
  { pattern: /(?:^|[.;,] )should (?:it|they|that|this|there) [a-z]+/i, write: '"if it …"' },
  { pattern: /\bmakes? no sense\b/i, write: '"is not valid"' },
];

/**
 * Which files are checked: the row with the longest path that a file starts with counts. Folders of sources are
 * switched on when their texts are reworded; `node test/runner/plain-english.mjs --count` prints the hits of each row.
 */
export const places = [
  { path: "README.md", checked: true },
  { path: "CONTRIBUTING.md", checked: true },
  { path: "CHANGELOG.md", checked: true },
  { path: "docs/", checked: true },
  { path: "bench/", checked: true },
  { path: "cli/", checked: true },
  { path: "client/", checked: true },
  { path: "dashboard/", checked: true },
  { path: "examples/", checked: true },
  { path: "faults/", checked: true },
  { path: "fuzz/", checked: true },
  { path: "images/", checked: true },
  { path: "isolated/", checked: true },
  { path: "picture/", checked: true },
  { path: "protocol/", checked: true },
  { path: "provider/", checked: true },
  { path: "quickstart/", checked: true },
  { path: "scripts/", checked: true },
  { path: "server/", checked: true },
  { path: "test/", checked: true },
  { path: "test/runner/plain-english", checked: false },
  { path: "soak/", checked: true },
  { path: "testing/", checked: true },
];
