import { describe, expect, it } from "vitest"
import type { Problem } from "../../src/base/errors.ts"
import { parseToml, toPlain } from "../../src/config/toml.ts"
import { linesOf } from "../../src/hooks/declared-lines.ts"
import { type DeclarationSource, readDeclarations } from "../../src/hooks/read-declarations.ts"

const FILE = "/hab/user/web/hooks.toml"

function read(tables: unknown, source: Partial<DeclarationSource> = {}) {
  const problems: Problem[] = []
  const declared = readDeclarations(
    tables,
    { declaredIn: "overlay", subject: "service", folder: "/hab/user/web", placeOf: () => FILE, ...source },
    problems,
  )
  return { declared, problems: problems.map(({ where, message }) => `${where}: ${message}`) }
}

function readToml(text: string, source: Partial<DeclarationSource> = {}) {
  const tables = (toPlain(parseToml(text, FILE)) as Record<string, unknown>)["hooks"]
  return read(tables, { placeOf: linesOf(text, FILE), ...source })
}

describe("declared hooks", () => {
  it("hold every option, in any spelling of keys", () => {
    const options = {
      user: "root",
      working_dir: "scripts",
      environment: ["A=1"],
      "env-file": "?.env",
      inheritEnv: true,
      timeout: "2m",
      ignoreErrors: false,
      retry: { max: 3, delay: "500ms", backoff: "linear", maxDelay: 4 },
      once: "release",
      on: "manual",
      parallel: true,
      preview: true,
    }
    const { declared, problems } = read({ pre_start: { run: "./migrate", ...options } })
    expect(problems).toEqual([])
    expect(declared).toMatchObject([
      {
        name: "pre-start-overlay",
        event: "pre-start",
        action: { kind: "run", line: "./migrate" },
        options: {
          user: "root",
          workingDir: "scripts",
          environment: { A: "1" },
          envFile: "?.env",
          inheritEnv: true,
          timeoutMs: 120_000,
          ignoreErrors: false,
          retry: { max: 3, delayMs: 500, backoff: "linear", delayMsMax: 4_000 },
          once: "release",
          on: ["manual"],
          parallel: true,
          preview: true,
        },
      },
    ])
  })

  it("mean the event of their alias, with its options, and those placed first come first", () => {
    const { declared } = read({
      "pre-start": [{ command: ["a"] }, { command: ["b"] }],
      on_init: { run: "c" },
      post_start_hook: "hooks/x.js",
      "post-run": { run: "d" },
    })
    expect(declared.map(({ name, options, action }) => [name, action.kind, options])).toEqual([
      ["on-init-overlay", "run", { once: true, first: true }],
      ["pre-start-overlay", "command", {}],
      ["pre-start-overlay-2", "command", {}],
      ["post-start-hook-overlay", "module", {}],
      ["post-run-overlay", "run", { retry: expect.objectContaining({ max: 0 }) }],
    ])
  })

  it("tell everything that is wrong at once, each with its line and the nearest key", () => {
    const { declared, problems } = readToml(
      [
        "[[hooks.pre-strat]]",
        'run = "x"',
        "",
        "[[hooks.pre-start]]",
        'run = "x"',
        'command = ["y"]',
        "",
        "[[hooks.pre-start]]",
        'run = "x"',
        'time_out = "5s"',
        'timeout = "soon"',
        'on = ["crash"]',
        "",
        "[[hooks.pre-stop]]",
        'run = "x"',
        'wait = "healthy"',
        'for = ["*"]',
      ].join("\n"),
    )
    expect(declared).toEqual([])
    expect(problems).toEqual([
      `${FILE}:1: there is no hook 'pre-strat'; did you mean 'pre-start'?`,
      `${FILE}:4: the hook names run and command: give exactly one 'script', 'run', 'command' or 'module'`,
      `${FILE}:10: unknown option 'time_out'; did you mean 'timeout'?`,
      `${FILE}:11: 'timeout' must be a duration like "10s", not "soon"`,
      expect.stringContaining(`${FILE}:12: 'on' names no reason: crash; reasons are manual, boot`),
      `${FILE}:17: 'for' has a meaning in sup.toml only: here the service is known`,
      `${FILE}:16: 'wait' has a meaning for post-start only, not for pre-stop`,
    ])
  })

  it("of the supervisor's file are about services when they say for, and about the supervisor otherwise", () => {
    const source = { declaredIn: "supervisor", subject: "supervisor" } as const
    const { declared, problems } = read(
      { "pre-start": [{ run: "a" }, { run: "b", for: ["acme/*"] }], "post-unhealthy": { run: "c" } },
      source,
    )
    expect(declared.map(({ subject, options }) => [subject, options.for])).toEqual([
      ["supervisor", undefined],
      ["service", ["acme/*"]],
    ])
    expect(problems).toEqual([
      `${FILE}: 'post-unhealthy' is not an event of a supervisor, but of a service; \`for\` names the services`,
    ])
  })

  it("from a program may be functions, and have names", () => {
    const call = () => undefined
    const { declared, problems } = read({ beforeCreate: [call, { name: "probe", function: call, timeout: 5 }] })
    expect(problems).toEqual([])
    expect(declared.map(({ name, event, action }) => [name, event, action.kind])).toEqual([
      ["pre-create-overlay", "pre-create", "function"],
      ["probe", "pre-create", "function"],
    ])
  })

  it("cannot be the service's process, an empty table or a bare word", () => {
    const { problems } = read({ run: { run: "x" }, "pre-stop": [{}, "x"] })
    expect(problems).toEqual([
      `${FILE}: 'run' is the service's process and cannot be declared as a hook`,
      `${FILE}: the hook names nothing to run: give exactly one 'script', 'run', 'command' or 'module'`,
      `${FILE}: 'pre-stop' must be a table with a 'script', 'run', 'command' or 'module'`,
    ])
  })
})
