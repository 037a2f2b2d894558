import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { SERVICE_FIELDS } from "../../../src/supervisor/gateway/service-fields.ts"
import { serviceObject } from "../../../src/supervisor/gateway/service-object.ts"
import { parseServiceGroup } from "../../../src/supervisor/group/service-group.ts"
import { defaultSpec } from "../../../src/supervisor/spec/spec.ts"
import { serviceFactsExample, supervisorFactsExample } from "../../support/gateway-facts.ts"
import { hasShared, sharedPath } from "../../support/shared.ts"

const shown = { redacted: false }
const view = (facts: Parameters<typeof serviceFactsExample>[0] = {}, options = shown) =>
  serviceObject(supervisorFactsExample, serviceFactsExample(facts), options)

describe("a service in /services", () => {
  it("has every key of the table and no other", () => {
    expect(Object.keys(view()).sort()).toEqual(Object.keys(SERVICE_FIELDS).sort())
  })

  it.skipIf(!hasShared)("has the keys of spec supervisor §7.3 and no other", () => {
    const section = readFileSync(sharedPath("spec/supervisor.md"), "utf8").split(/^### 7\.[34] /m)[1] ?? ""
    const rows = [...section.matchAll(/^\| (`.*?) \|/gm)].map((match) => match[1] ?? "")
    const keys = rows.flatMap((row) => [...row.matchAll(/`(\w+)`/g)].map((match) => match[1]))
    expect(Object.keys(view()).sort()).toEqual(keys.sort())
  })

  it("tells what is wanted of it in Habitat's words", () => {
    const spec = {
      ...defaultSpec({ origin: "core", name: "redis", version: "4.0.14" }, {}),
      binds: [{ name: "db", group: parseServiceGroup("pg.blue") }],
      healthCheckIntervalMs: 1_500,
      desiredState: "down" as const,
    }
    expect(view({ spec })).toMatchObject({
      binding_mode: "strict",
      binds: ["db:pg.blue"],
      channel: "base",
      config_from: null,
      desired_state: "Down",
      health_check_interval: { secs: 1, nanos: 500_000_000 },
      spec_file: "/hab/sup/default/specs/redis.spec",
      spec_ident: { origin: "core", name: "redis", version: "4.0.14", release: null },
      spec_identifier: "core/redis/4.0.14",
      topology: "standalone",
      update_condition: "latest",
      update_strategy: "none",
    })
  })

  it("tells of a running process, in whole seconds", () => {
    expect(view()).toMatchObject({
      health_check: "Ok",
      initialized: true,
      process: { pid: 17, state: "up", state_entered: 1_700_000_000 },
      last_process_state: null,
      next_restart_at: null,
      restart_count: 0,
    })
  })

  it("tells of one that waits for its back-off, and how its process ended", () => {
    const lastProcess = { pid: 16, reason: "run_hook_failed", atMs: 1_700_000_001_500 } as const
    expect(
      view({ pid: undefined, health: "unknown", lastProcess, nextRestartAtMs: 1_700_000_003_999, restarts: 2 }),
    ).toMatchObject({
      health_check: "Unknown",
      initialized: false,
      process: { pid: null, state: "down" },
      last_process_state: { pid: 16, termination_reason: "run_hook_failed", terminated_at: 1_700_000_001 },
      next_restart_at: 1_700_000_003,
      restart_count: 2,
    })
  })

  it("names the rendered hooks and their logs; those the package lacks are null", () => {
    expect(view().hooks).toEqual({
      health_check: null,
      init: {
        render_pair: "/hab/svc/redis/hooks/init",
        stdout_log_path: "/hab/svc/redis/logs/init.stdout.log",
        stderr_log_path: "/hab/svc/redis/logs/init.stderr.log",
      },
      file_updated: null,
      reconfigure: null,
      suitability: null,
      run: expect.objectContaining({ render_pair: "/hab/svc/redis/hooks/run" }),
      post_run: null,
      post_stop: null,
    })
  })

  it("shows the package with what templates do not see", () => {
    expect(view().pkg).toMatchObject({
      ident: "core/redis/4.0.14/20200101000000",
      dependencies: ["core/glibc/2.27/20190115002733"],
      svc_config_install_path: "",
      shutdown_signal: "TERM",
      shutdown_timeout: 8,
    })
    expect(view().all_pkg_binds).toEqual([{ service: "db", exports: ["port", "host"] }])
  })

  it("leaves the configuration out when redacted", () => {
    expect(Object.keys(view({}, { redacted: true }))).not.toContain("cfg")
  })

  it("tells the back-off in force: our own, or the one of the flags", () => {
    const backoff = { tag: "habitat", minimumMs: 0, maximumMs: 500, cooldownMs: 300_000 } as const
    expect(view().restart_config).toMatchObject({ max_backoff_period: { secs: 60, nanos: 0 } })
    expect(serviceObject({ ...supervisorFactsExample, backoff }, serviceFactsExample(), shown).restart_config).toEqual({
      min_backoff_period: { secs: 0, nanos: 0 },
      max_backoff_period: { secs: 0, nanos: 500_000_000 },
      cooldown_period: { secs: 300, nanos: 0 },
    })
  })
})
