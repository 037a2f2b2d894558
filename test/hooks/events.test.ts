import { describe, expect, it } from "vitest"
import { ALIASES, canonicalEvent } from "../../src/hooks/aliases.ts"
import { aliasPage, eventPage } from "../../src/hooks/event-page.ts"
import { EVENTS, eventOfFile, eventRow, HOOK_FILES, isEventName } from "../../src/hooks/events.ts"

const HABITAT_FILES = [
  "file-updated",
  "health-check",
  "init",
  "install",
  "uninstall",
  "reconfigure",
  "suitability",
  "run",
  "post-run",
  "post-stop",
] as const

const names = Object.keys(EVENTS).filter(isEventName)

describe("the event table", () => {
  it("holds the 21 events of the model", () => {
    expect(names).toHaveLength(21)
  })

  it("ignores errors around stops, restarts and happenings, and never where something is created or started", () => {
    const ignored = names.filter((name) => eventRow(name).ignoreErrors === true)
    expect(ignored).toEqual([
      "post-start",
      "pre-stop",
      "post-stop",
      "pre-restart",
      "post-restart",
      "post-exit",
      "post-healthy",
      "post-unhealthy",
      "file-updated",
      "reconfigure",
    ])
    const answers = names.filter((name) => eventRow(name).ignoreErrors === undefined)
    expect(answers).toEqual(["health-check", "suitability", "on-error", "run"])
  })

  it("gives a deadline to what must end soon, and none to what may take long", () => {
    const limits = Object.fromEntries(
      names.flatMap((name) => (eventRow(name).timeoutMs > 0 ? [[name, eventRow(name).timeoutMs / 1000]] : [])),
    )
    expect(limits).toEqual({
      "pre-stop": 30,
      "post-stop": 30,
      "post-exit": 30,
      "post-healthy": 60,
      "post-unhealthy": 60,
      "file-updated": 60,
      reconfigure: 60,
      "health-check": 30,
      suitability: 5,
    })
  })

  it("finds a script for every event and every hook of Habitat, init before pre-start", () => {
    expect(HOOK_FILES).toEqual(expect.arrayContaining([...names, ...HABITAT_FILES]))
    expect(new Set(HOOK_FILES).size).toBe(HOOK_FILES.length)
    expect(eventRow("pre-start").files).toEqual(["init", "pre-start"])
    expect(HABITAT_FILES.map(eventOfFile)).toEqual([
      "file-updated",
      "health-check",
      "pre-start",
      "post-create",
      "pre-delete",
      "reconfigure",
      "suitability",
      "run",
      "post-start",
      "post-stop",
    ])
  })

  it("prints every event and every alias for the reference", () => {
    const page = eventPage() + aliasPage()
    for (const name of [...names, ...Object.keys(ALIASES)]) expect(page).toContain(`| \`${name}\` |`)
    expect(page).toContain("| `pre-stop` | service, supervisor | before the stop signal")
    expect(page).toContain("`post-run`, `post-start`")
  })
})

describe("names of events", () => {
  it("is itself when it is canonical, and an alias brings its options", () => {
    expect(canonicalEvent("post-exit")).toEqual({ tag: "event", event: "post-exit", preset: {} })
    expect(canonicalEvent("init")).toMatchObject({ event: "pre-start", subject: "service", preset: {} })
    expect(canonicalEvent("post-run")).toMatchObject({
      event: "post-start",
      preset: { retry: { max: 0, delayMs: 1_000, backoff: 2, delayMsMax: 30_000 } },
    })
  })

  it.each([
    ["pre_start", "pre-start"],
    ["beforeCreate", "pre-create"],
    ["afterDelete", "post-delete"],
    ["onError", "on-error"],
    ["on_init", "pre-start"],
    ["onRun", "pre-start"],
    ["onShutdown", "pre-stop"],
    ["post_start_hook", "post-start"],
    ["post_healthcheck_fail", "post-unhealthy"],
    ["pre_cleanup", "pre-delete"],
  ])("reads %s as %s", (name, event) => {
    expect(canonicalEvent(name)).toMatchObject({ tag: "event", event })
  })

  it("names the nearest one when it is unknown", () => {
    expect(canonicalEvent("pre-strat")).toEqual({ tag: "unknown", nearest: "pre-start" })
    expect(canonicalEvent("reload_everything")).toEqual({ tag: "unknown" })
  })
})
