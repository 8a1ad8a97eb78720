/** The labels that name the owner of an instance. The Pulumi provider sets them. */
export const ownerKeys = {
  organization: "minicloud/organization",
  project: "minicloud/project",
  stack: "minicloud/stack",
  resource: "minicloud/resource",
} as const;

/** The name that Pulumi gives to the organization of a self-managed backend. */
export const noOrganization = "organization";
