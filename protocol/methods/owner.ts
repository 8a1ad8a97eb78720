/** The labels that say whose an instance is; the Pulumi provider sets them. */
export const ownerKeys = {
  organization: "minicloud/organization",
  project: "minicloud/project",
  stack: "minicloud/stack",
  resource: "minicloud/resource",
} as const;

/** What Pulumi calls the organization of everybody who keeps the state himself. */
export const noOrganization = "organization";
