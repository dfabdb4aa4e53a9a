/** How long a process counts as living after it was last heard of, by the database's clock. */
export const LEASE_MS = 2_500;
