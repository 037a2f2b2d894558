import { afterEach, describe, expect, it } from "vitest"
import { required } from "../../src/base/assert.ts"
import type { Problem } from "../../src/base/errors.ts"
import { createLayout } from "../../src/base/layout.ts"
import { aliasPage, eventPage } from "../../src/cli/reference/event-page.ts"
import { ALIASES, canonicalEvent } from "../../src/hooks/aliases.ts"
import {
  EVENTS,
  type EventName,
  type EventRow,
  eventOfFile,
  eventRow,
  HOOK_FILES,
  isEventName,
} from "../../src/hooks/events.ts"
import { planDeclared } from "../../src/hooks/plan-declared.ts"
import { readDeclarations } from "../../src/hooks/read-declarations.ts"
import { fakeUsers } from "../support/fake-users.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

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

const source = { declaredIn: "overlay", folder: "/", placeOf: () => "web.toml" } as const
const layout = createLayout({ root: "/", enclosed: true })
const context = { files: memoryFileSystem(), users: fakeUsers(), layout, env: {} }

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
    expect(canonicalEvent("post-exit")).toEqual({ tag: "event", event: "post-exit", name: "post-exit", preset: {} })
    expect(canonicalEvent("init")).toMatchObject({ event: "pre-start", name: "init", subject: "service" })
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

describe("a new event", () => {
  const NAP = {
    subjects: ["service"],
    fires: "before the service naps",
    ignoreErrors: true,
    ifFails: "it stays awake",
    timeoutMs: 7_000,
    files: ["pre-nap"],
  } as const satisfies EventRow
  const table = EVENTS as Record<string, EventRow>

  afterEach(() => {
    delete table["pre-nap"]
  })

  it("is a row: it can be declared, is checked, planned with its defaults and printed", () => {
    const problems: Problem[] = []
    const read = (subject: "service" | "config") =>
      readDeclarations({ preNap: { run: "snore" } }, { ...source, subject }, problems)
    expect(read("service")).toEqual([])
    expect(problems[0]?.message).toContain("there is no hook 'preNap'")
    table["pre-nap"] = NAP
    problems.length = 0
    const [nap] = read("service")
    expect(problems).toEqual([])
    expect(read("config")).toEqual([])
    expect(problems[0]?.message).toBe("'preNap' is not an event of a config, but of a service")
    const record = {
      event: "pre-nap" as EventName,
      reason: "manual",
      subject: { kind: "service", name: "web" },
    } as const
    const surroundings = { env: {}, record: () => record, runId: () => "1", speaker: "web.default" }
    const planned = planDeclared(context, required(nap, "the hook that was read"), surroundings)
    expect(planned).toMatchObject({ timeoutMs: 7_000, ignoreErrors: true, hook: { event: "pre-nap" } })
    expect(planned.command(1)).toMatchObject({ env: { HAB_HOOK_EVENT: "pre-nap" } })
    expect(eventPage()).toContain("| `pre-nap` | service | before the service naps | yes | it stays awake | 7 s |")
  })
})
