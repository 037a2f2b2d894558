import { describe, expect, it } from "vitest"
import { reconcile } from "../../../src/supervisor/spec/reconcile.ts"
import { defaultSpec, type ServiceSpec } from "../../../src/supervisor/spec/spec.ts"

const redis = defaultSpec({ origin: "core", name: "redis" }, {})
const specs = (...list: ServiceSpec[]) => new Map(list.map((spec) => [spec.ident.name, spec]))
const tags = (old: ServiceSpec[], wanted: ServiceSpec[]) =>
  reconcile(specs(...old), specs(...wanted)).map((operation) => operation.tag)

describe("reconcile (spec supervisor §1.2)", () => {
  it("starts what is new, stops what is gone and leaves what is the same", () => {
    expect(tags([], [redis])).toEqual(["start"])
    expect(tags([redis], [])).toEqual(["stop"])
    expect(tags([redis], [redis])).toEqual([])
    expect(tags([], [])).toEqual([])
  })

  it("holds a service that is loaded and wanted down", () => {
    const down: ServiceSpec = { ...redis, desiredState: "down" }
    expect(tags([], [down])).toEqual(["hold"])
    expect(tags([redis], [down])).toEqual(["stop"])
    expect(tags([down], [redis])).toEqual(["start"])
    expect(tags([down], [down])).toEqual([])
  })

  it.each<[string, Partial<ServiceSpec>]>([
    ["group", { group: "blue" }],
    ["topology", { topology: "leader" }],
    ["binds", { binds: [{ name: "db", group: { service: "postgres", group: "default" } }] }],
    ["binding mode", { bindingMode: "relaxed" }],
    ["config_from", { configFrom: "/tmp/x" }],
    ["shutdown timeout", { shutdownTimeoutSec: 3 }],
    ["health check interval", { healthCheckIntervalMs: 5_000 }],
    ["limits", { own: { ...redis.own, limits: { nofile: 100 } } }],
  ])("restarts when %s differs", (_, change) => {
    expect(tags([redis], [{ ...redis, ...change }])).toEqual(["restart"])
  })

  it.each<[string, Partial<ServiceSpec>]>([
    ["the Builder's address", { bldrUrl: "https://depot.example" }],
    ["the channel", { channel: "unstable" }],
    ["the update strategy", { updateStrategy: "at-once" }],
    ["the update condition", { updateCondition: "track-channel" }],
    ["the restart policy", { own: { ...redis.own, restart: "no" } }],
  ])("takes %s without touching the process", (_, change) => {
    expect(tags([redis], [{ ...redis, ...change }])).toEqual(["update"])
  })

  it("replaces a service whose ident changed: stop first, then start", () => {
    expect(tags([redis], [{ ...redis, ident: { origin: "acme", name: "redis" } }])).toEqual(["stop", "start"])
  })
})
