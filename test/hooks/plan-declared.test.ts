import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import type { HookDeclaration, HookOptions } from "../../src/hooks/declaration.ts"
import type { HookWork } from "../../src/hooks/execute.ts"
import { type DeclaredContext, type HookSurroundings, planDeclared } from "../../src/hooks/plan-declared.ts"
import { fakeUsers } from "../support/fake-users.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const OWN = { name: "hab", uid: 42, gid: 42 }
const ACCOUNTS = { hab: 42, deploy: 1000, docker: 999 }

type Given = Readonly<{
  options?: HookOptions
  action?: HookDeclaration["action"]
  event?: HookDeclaration["event"]
  declaredIn?: HookDeclaration["declaredIn"]
  surroundings?: Partial<HookSurroundings>
  context?: Partial<DeclaredContext>
}>

/** A hook of the service web, whose process has A=service, B=service and works in /srv/web. */
function plan({ options = {}, action = { kind: "run", line: "true" }, ...given }: Given) {
  const files = memoryFileSystem({ "/srv/web": undefined, "/srv/web/scripts": undefined })
  files.writeFile("/srv/web/.env", "B=file\nC=file\n")
  const declaration: HookDeclaration = {
    name: "pre-start-overlay",
    event: given.event ?? "pre-start",
    subject: "service",
    action,
    options,
    declaredIn: given.declaredIn ?? "overlay",
    where: "hooks.toml:1",
    folder: "/srv/web",
  }
  const context: DeclaredContext = {
    files,
    users: fakeUsers({ accounts: ACCOUNTS }),
    layout: createLayout({ root: "/", enclosed: true }),
    env: { OPERATOR: "yes", HAB_AUTH_TOKEN: "secret" },
    ...given.context,
  }
  const surroundings: HookSurroundings = {
    env: { A: "service", B: "service", HOME: "/home/hab" },
    cwd: "/srv/web",
    user: OWN,
    record: (attempt) => ({
      event: declaration.event,
      reason: "manual",
      attempt,
      subject: { kind: "service", name: "web" },
    }),
    runId: () => "r1/1",
    speaker: "web.default",
    ...given.surroundings,
  }
  return planDeclared(context, declaration, surroundings)
}

/** The command, or why it would not run. */
async function outcomeOf(given: Given) {
  const work: HookWork = plan(given).command(1)
  if (typeof work !== "function") return work
  const { exited } = await work(() => undefined)
  const status = await exited
  return status.tag === "not-started" ? status.cause : status
}

describe("a declared hook", () => {
  it("begins with what its service's process has, and the facts of the event", async () => {
    expect(await outcomeOf({})).toMatchObject({
      argv: ["/bin/sh", "-c", "true"],
      cwd: "/srv/web",
      user: OWN,
      label: "web.default.pre-start-overlay",
      env: { A: "service", B: "service", HAB_HOOK_EVENT: "pre-start", HAB_HOOK_REASON: "manual" },
    })
  })

  it.each<[string, Given, object]>([
    [
      "user: that account, with its home",
      { options: { user: "deploy" } },
      {
        user: { name: "deploy", uid: 1000, gid: 1000 },
        env: { HOME: "/home/deploy", USER: "deploy", LOGNAME: "deploy" },
      },
    ],
    [
      "group: the service's user in that group",
      { options: { group: "docker" } },
      { user: { name: "hab", uid: 42, gid: 999 } },
    ],
    [
      "working_dir: from the declaring file's folder",
      { options: { workingDir: "./scripts" } },
      { cwd: "/srv/web/scripts" },
    ],
    [
      "env_file: over what the service has",
      { options: { envFile: ".env" } },
      { env: { A: "service", B: "file", C: "file" } },
    ],
    [
      "environment: over env_file",
      { options: { envFile: ".env", environment: { C: "own" } } },
      { env: { B: "file", C: "own" } },
    ],
    ["env_file with ?: it may be missing", { options: { envFile: "?none" } }, { env: { B: "service" } }],
    [
      "inherit_env: the operator's below all others, without what is ours",
      { options: { inheritEnv: true } },
      { env: { OPERATOR: "yes", B: "service" } },
    ],
    [
      "a script: its file from the folder",
      { action: { kind: "script", path: "scripts/x.sh" } },
      { argv: ["/srv/web/scripts/x.sh"] },
    ],
    [
      "a command: as it is, without a shell",
      { action: { kind: "command", argv: ["echo", "$HOME"] } },
      { argv: ["echo", "$HOME"] },
    ],
    [
      "an empty command: nothing, which succeeds",
      { action: { kind: "command", argv: [] } },
      { argv: ["/bin/sh", "-c", ":"] },
    ],
  ])("takes %s", async (_, given, command) => {
    expect(await outcomeOf(given)).toMatchObject(command)
  })

  it("is given nothing of the operator's unless it asks, and never a token", async () => {
    expect(await outcomeOf({})).not.toMatchObject({ env: { OPERATOR: "yes" } })
    expect(await outcomeOf({ options: { inheritEnv: true } })).not.toHaveProperty("env.HAB_AUTH_TOKEN")
  })

  it.each<[string, Given, string]>([
    ["a user that does not exist", { options: { user: "nobody-here" } }, "there is no user 'nobody-here'"],
    ["a group that does not exist", { options: { group: "none" } }, "there is no group 'none'"],
    [
      "another user where nobody can be one",
      { options: { user: "deploy" }, context: { users: fakeUsers({ accounts: ACCOUNTS, capable: false }) } },
      "only root can become somebody else",
    ],
    ["an env_file that is missing", { options: { envFile: "none" } }, "there is no /srv/web/none"],
    [
      "a working_dir that is missing",
      { options: { workingDir: "none" } },
      "its working directory /srv/web/none does not exist",
    ],
    [
      "a function without its program",
      { action: { kind: "function", call: () => undefined } },
      "a function cannot run here",
    ],
  ])("fails with %s, and never runs in another way", async (_, given, why) => {
    expect(await outcomeOf(given)).toContain(why)
  })

  it("has the deadline and the forgiveness of its event, unless it names its own", () => {
    expect(plan({ event: "pre-stop" })).toMatchObject({ timeoutMs: 30_000, ignoreErrors: true })
    expect(plan({})).toMatchObject({ timeoutMs: 0, ignoreErrors: false })
    expect(plan({ options: { timeoutMs: 5, ignoreErrors: true } })).toMatchObject({ timeoutMs: 5, ignoreErrors: true })
    const retry = { max: 2, delayMs: 1, backoff: 1, delayMsMax: 1 }
    expect(plan({ options: { retry, parallel: true } })).toMatchObject({ retry, parallel: true })
  })
})

describe("a hook of a package", () => {
  const asDeploy: Given = { options: { user: "deploy" }, declaredIn: "package" }
  const inDocker: Given = { options: { group: "docker" }, declaredIn: "package" }
  const allowing = (given: Given, ...allowUsers: string[]): Given => ({ ...given, context: { allowUsers } })

  it("runs as another account only where the operator allows that account", async () => {
    expect(await outcomeOf(asDeploy)).toBe(
      'hooks.toml:1 wants to run as deploy; allow it with allow_users = ["deploy"] in sup.toml',
    )
    expect(await outcomeOf(allowing(asDeploy, "other"))).toContain("wants to run as deploy")
    expect(await outcomeOf(allowing(asDeploy, "deploy"))).toMatchObject({ user: { uid: 1000 } })
    expect(await outcomeOf(allowing(asDeploy, "*"))).toMatchObject({ user: { uid: 1000 } })
    expect(await outcomeOf({ options: { user: "hab" }, declaredIn: "package" })).toMatchObject({ user: OWN })
  })

  it("gets no group beyond its account's, unless the operator allows everything", async () => {
    expect(await outcomeOf(inDocker)).toContain("wants the group docker")
    expect(await outcomeOf(allowing(inDocker, "hab"))).toContain("wants the group docker")
    expect(await outcomeOf(allowing(inDocker, "*"))).toMatchObject({ user: { uid: 42, gid: 999 } })
  })
})
