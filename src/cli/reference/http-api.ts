import { EVENT_KINDS } from "../../supervisor/gateway/events.ts"
import type { FieldTable } from "../../supervisor/gateway/fields.ts"
import { GATEWAY_ROUTES, type GatewayRoute } from "../../supervisor/gateway/http-routes.ts"
import { METRICS, type MetricRow } from "../../supervisor/gateway/metrics-table.ts"
import { SERVICE_FIELDS } from "../../supervisor/gateway/service-fields.ts"

/** docs/reference/http-api.md, printed from the tables of the HTTP gateway. */
export function httpApiReference(): string {
  return `# HTTP API of the supervisor

Printed from the tables in \`src/supervisor/gateway/\`. Every running supervisor has it, at \`127.0.0.1:9631\` unless
\`--listen-http\` or \`HAB_LISTEN_HTTP\` says otherwise; \`-D\` switches it off. The same as an OpenAPI document is at
\`/openapi.json\`. It only answers questions: to load, start and stop services use \`hab svc\`.

- Where \`HAB_SUP_GATEWAY_AUTH_TOKEN\` is set, every request needs \`Authorization: Bearer <token>\`; else the answer is 401.
- Without a token, whoever can reach it reads the configuration of services, passwords included: on loopback that is every
  account of the machine.
- Anything but GET is answered with 405. Answers with 400, 401, 404 and 405 have no body.
- \`HAB_FEAT_REDACT_HTTP\` hides configuration, \`/census\` and \`/butterfly\`.
- \`--key\` and \`--certs\` make it speak TLS; with \`--ca-certs\` clients need a certificate as well.
- At most 512 connections are held at once. Headers may take 8 KiB and 5 s, a request 10 s.

## Routes

| Path | Shows | Answers |
|---|---|---|
${GATEWAY_ROUTES.map(routeRow).join("\n")}

## A service

What \`/services\` shows of each service. Paths are those on the host; those in \`pkg\` are what the package sees.
\`duration\` is \`{secs, nanos}\`.

${fieldTable(SERVICE_FIELDS)}

## Events

\`/events\` sends \`event: <kind>\` and \`data: <JSON>\`. Nothing is kept for later: who listens hears what happens from then
on. A client that reads too slowly misses events and is sent \`event: skipped\` with \`[n events skipped]\`.

${Object.entries(EVENT_KINDS)
  .map(([kind, { summary, fields }]) => `### ${kind}\n\nSent when ${summary}.\n\n${fieldTable(fields)}`)
  .join("\n\n")}

## Metrics

| Metric | Type | Label | Meaning |
|---|---|---|---|
${Object.entries(METRICS)
  .map(([name, row]: [string, MetricRow]) => `| \`${name}\` | ${row.type} | ${row.label ?? ""} | ${row.help} |`)
  .join("\n")}
`
}

function routeRow({ path, summary, answers }: GatewayRoute): string {
  const lines = answers.map(({ status, means, type }) => `${status}: ${means}${type === undefined ? "" : ` (${type})`}`)
  return `| \`${path}\` | ${summary} | ${lines.join("<br>")} |`
}

function fieldTable(fields: FieldTable): string {
  const rows = Object.entries(fields).map(([key, { type, summary }]) => `| \`${key}\` | ${type} | ${summary} |`)
  return `| Key | Type | Meaning |\n|---|---|---|\n${rows.join("\n")}`
}
