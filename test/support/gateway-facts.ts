import { ConfigFloat } from "../../src/config/value.ts"
import type { GatewaySource } from "../../src/supervisor/gateway/http-routes.ts"
import { absentPackage } from "../../src/supervisor/gateway/package-facts.ts"
import type { ServiceFacts, SupervisorFacts } from "../../src/supervisor/gateway/service-facts.ts"
import { defaultSpec } from "../../src/supervisor/spec/spec.ts"

const ident = { origin: "core", name: "redis", version: "4.0.14", release: "20200101000000" }

/** A supervisor that listens on its default addresses. */
export const supervisorFactsExample: SupervisorFacts = {
  sys: {
    version: "0.1.0",
    member_id: "m1",
    ip: "10.0.0.1",
    hostname: "box",
    gossip_ip: "127.0.0.1",
    gossip_port: 9638,
    http_gateway_ip: "127.0.0.1",
    http_gateway_port: 9631,
    ctl_gateway_ip: "127.0.0.1",
    ctl_gateway_port: 9632,
    permanent: false,
  },
  backoff: { tag: "default" },
  paths: {
    state: "/hab/sup/default",
    data: "/hab/sup/default/data",
    specs: "/hab/sup/default/specs",
    memberId: "/hab/sup/default/MEMBER_ID",
    lock: "/hab/sup/default/LOCK",
  },
  servicePaths: (name) => ({ hooks: `/hab/svc/${name}/hooks`, logs: `/hab/svc/${name}/logs` }),
}

/** A redis that is up and well; `changed` says otherwise. */
export function serviceFactsExample(changed: Partial<ServiceFacts> = {}): ServiceFacts {
  return {
    name: "redis",
    group: "redis.default",
    spec: defaultSpec({ origin: "core", name: "redis" }, {}),
    package: {
      ...absentPackage(ident),
      dependencies: ["core/glibc/2.27/20190115002733"],
      binds: [{ name: "db", exports: ["port", "host"] }],
      hooks: ["init", "run"],
    },
    config: new Map([["ratio", new ConfigFloat(1)]]),
    health: "ok",
    pid: 17,
    enteredAtMs: 1_700_000_000_999,
    lastProcess: undefined,
    nextRestartAtMs: undefined,
    restarts: 0,
    stale: false,
    ...changed,
  }
}

/** A gateway's source with these services and nothing else of note; `changed` says otherwise. */
export function gatewaySourceExample(
  services: readonly ServiceFacts[] = [serviceFactsExample()],
  changed: Partial<GatewaySource> = {},
): GatewaySource {
  return {
    redacted: false,
    supervisor: () => supervisorFactsExample,
    services: (group) => services.filter((service) => group === undefined || service.group === group),
    healthOutput: () => ({ stdout: "fine\n", stderr: "" }),
    census: () => ({ changed: false }),
    butterfly: () => ({ member: {} }),
    metrics: () => "# nothing\n",
    events: () => () => () => undefined,
    page: () => "<html></html>",
    openApi: () => ({ openapi: "3.1.0" }),
    ...changed,
  }
}
