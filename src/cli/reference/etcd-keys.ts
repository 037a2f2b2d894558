import { RING_KEYS, ringPrefix } from "../../cluster/ring/keys.ts"

/** docs/reference/etcd-keys.md: what a ring keeps, printed from its table. */
export function etcdKeysReference(): string {
  const rows = Object.entries(RING_KEYS).map(
    ([kind, { rest, leased, what }]) =>
      `| \`${ringPrefix("<ring>")}${kind}/${rest}\` | ${what} | ${leased ? "with the lease of its member" : "until it is replaced"} |`,
  )
  return `# Keys in etcd

Printed from \`src/cluster/ring/keys.ts\`. Everything of a ring is below \`${ringPrefix("<ring>")}\`, \`<ring>\` being the name given with
\`--ring\` (\`default\` without it): one etcd serves many rings, and a user of etcd may be kept to one of them by a role for that
prefix. Values are JSON objects. \`<group>\` is a service group such as \`redis.default\`, \`<member>\` the id in a supervisor's
\`MEMBER_ID\`.

| Key | What it holds | How long it stays |
|---|---|---|
${rows.join("\n")}
`
}
