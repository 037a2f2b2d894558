import { describe, expect, it } from "vitest"
import { HabError } from "../../src/base/errors.ts"
import { OTHER_SEQUENCES } from "../../src/cli/reference/sequences.ts"
import type { ErrorHookArgs, HookArgs } from "../../src/program/api.ts"
import { errorHook, hook } from "../../src/program/hook.ts"
import { applyWorld, noting } from "../support/apply-world.ts"

const SHOWN = ["oldInputs", "newInputs", "oldOutputs", "newOutputs"] as const

/** Which of the four values a hook was given. */
const shown = (args: HookArgs) => SHOWN.filter((key) => args[key] !== undefined)

function reason(error: unknown): string {
  return error instanceof HabError ? `${error.code} ${error.message}` : String(error)
}

describe("applying a set", () => {
  it("creates in the order of the graph, changes what changed, and deletes in the reverse order", async () => {
    const world = applyWorld()
    const web = { ident: "acme/web", dependsOn: ["db"] }
    await world.apply({ services: { web, db: { ident: "acme/db" } } })
    await world.apply({ services: { web: { ...web, channel: "dev" }, db: { ident: "acme/db" } } })
    await world.apply({})
    expect(world.log).toEqual(["create db", "create web", "update web", "delete web", "delete db"])
    expect(world.state()).toBeUndefined()
  })

  it("gives each hook exactly the inputs and outputs of its event", async () => {
    const world = applyWorld()
    const seen: string[] = []
    const note = (args: HookArgs) => void seen.push(`${args.event}: ${shown(args).join(" ")}, id '${args.id}'`)
    const hooks = {
      beforeCreate: [note],
      afterCreate: [note],
      beforeUpdate: [note],
      afterUpdate: [note],
      beforeDelete: [hook("before", note)],
      afterDelete: [hook("after", note)],
    }
    await world.apply({ services: { web: { ident: "acme/web", hooks } } })
    await world.apply({ services: { web: { ident: "acme/web", channel: "dev", hooks } } })
    await world.destroy({ hooks: [...hooks.beforeDelete, ...hooks.afterDelete] })
    expect(seen).toEqual([
      "pre-create: newInputs, id ''",
      "post-create: newInputs newOutputs, id 'id-of-web'",
      "pre-update: oldInputs newInputs oldOutputs, id 'id-of-web'",
      "post-update: oldInputs newInputs oldOutputs newOutputs, id 'id-of-web'",
      "pre-delete: oldInputs oldOutputs, id 'id-of-web'",
      "post-delete: oldInputs oldOutputs, id 'id-of-web'",
    ])
  })

  it.each([
    ["service", "services", { ident: "acme/web" }, { channel: "dev" }],
    ["package", "packages", { ident: "acme/lib" }, { ident: "acme/lib/2.0.0" }],
    ["config", "configs", { group: "web.default", values: { a: 1 } }, { values: { a: 2 } }],
    ["group", "groups", { children: ["web"] }, { children: ["db"] }],
  ] as const)("fires the events that the reference prints for a %s", async (_, table, inputs, changed) => {
    const world = applyWorld()
    const seen: string[] = []
    const note = hook("note", ({ event }) => void seen.push(event))
    const both = [note]
    const hooks = {
      ...{ beforeCreate: both, afterCreate: both, beforeUpdate: both, afterUpdate: both },
      ...{ beforeDelete: both, afterDelete: both },
    }
    const children = { services: { web: { ident: "acme/web" }, db: { ident: "acme/db" } } }
    const more = table === "groups" ? children : {}
    const declared = (given: object) => ({ ...more, [table]: { one: { ...given, hooks } } })
    await world.apply(declared(inputs))
    await world.apply(declared({ ...inputs, ...changed }))
    await world.destroy({ hooks: both })
    const { "apply-create": create, "apply-update": update, "apply-delete": removal } = OTHER_SEQUENCES
    const printed = [create, update, removal].flatMap(({ steps }) => steps.filter((step) => !step.startsWith("(")))
    expect(seen).toEqual(printed)
  })

  it("does not act when a before hook fails, and records before it fails for an after hook", async () => {
    const world = applyWorld()
    const fail = () => Promise.reject(new Error("no"))
    const before = world.apply({ services: { web: { ident: "acme/web", hooks: { beforeCreate: [fail] } } } })
    expect(await before.catch(reason)).toMatch(/^RESOURCE_HOOK_FAILED pre-create of hab:service:web.default: .* no$/)
    expect([world.log, world.state()]).toEqual([[], undefined])
    const after = world.apply({ services: { web: { ident: "acme/web", hooks: { afterCreate: [fail] } } } })
    expect(await after.catch(reason)).toMatch(/^RESOURCE_HOOK_FAILED post-create/)
    expect(world.state()).toMatchObject({ resources: { "services.web": { id: "id-of-web" } }, owed: {} })
  })

  it("warns of a hook that ignores errors, and goes on", async () => {
    const world = applyWorld()
    const fail = hook("notify", () => Promise.reject(new Error("no")), { ignoreErrors: true })
    const hooks = { beforeCreate: [fail], afterCreate: [fail] }
    const { created } = await world.apply({ services: { web: { ident: "acme/web", hooks } } })
    expect(created).toEqual(["hab:service:web.default"])
    expect(world.reported.filter((line) => line.includes("the failure is ignored"))).toHaveLength(2)
  })

  it("skips only what depends on a failure when it goes on after errors, and fails in the end", async () => {
    const world = applyWorld()
    world.failing.set("db", 1)
    const services = {
      db: { ident: "acme/db" },
      web: { ident: "acme/web", dependsOn: ["db"] },
      log: { ident: "acme/log" },
    }
    const outcome = await world.apply({ services }, { continueOnError: true }).catch(reason)
    expect(outcome).toMatch(/^APPLY_FAILED/)
    expect(world.log).toEqual(["create db", "create log"])
    await world.apply({ services })
    expect(world.log.slice(2)).toEqual(["create db", "create web"])
  })

  it("asks error hooks with every earlier error, the newest first, and tries again for one yes", async () => {
    const world = applyWorld()
    world.failing.set("web", 3)
    const seen: (readonly string[])[] = []
    const patient = errorHook("patient", ({ errors, failedOperation }: ErrorHookArgs) => {
      seen.push([failedOperation, ...errors])
      return true
    })
    const never = errorHook("never", () => false)
    await world.apply({ services: { web: { ident: "acme/web", hooks: { onError: [never, patient, never] } } } })
    expect(seen).toEqual([
      ["create", "web has not yet started (3)"],
      ["create", "web has not yet started (2)", "web has not yet started (3)"],
      ["create", "web has not yet started (1)", "web has not yet started (2)", "web has not yet started (3)"],
    ])
  })

  it("tries again a hundred times at most", async () => {
    const world = applyWorld()
    world.failing.set("web", 1000)
    const onError = [errorHook("always", () => true)]
    const outcome = await world.apply({ services: { web: { ident: "acme/web", hooks: { onError } } } }).catch(reason)
    expect(outcome).toMatch(/^APPLY_RETRIES_EXHAUSTED/)
    expect(world.log).toHaveLength(101)
  })

  it("replaces a service whose group or package changes, the old going behind the new one's before hooks", async () => {
    const world = applyWorld()
    const hooks = noting(world.log, "web")
    await world.apply({ services: { web: { ident: "acme/web", hooks } } })
    world.log.length = 0
    await world.apply({ services: { web: { ident: "acme/web", group: "blue", hooks } } })
    expect(world.log).toEqual([
      "pre-create web",
      "pre-delete web",
      "delete web",
      "post-delete web",
      "create web",
      "post-create web",
    ])
  })

  it("runs a group's hooks around its children, and never for them", async () => {
    const world = applyWorld()
    const site = { children: ["web"], hooks: noting(world.log, "site") }
    const set = { services: { web: { ident: "acme/web" } }, groups: { site } }
    await world.apply(set)
    await world.destroy(set)
    expect(world.log).toEqual([
      "pre-create site",
      "create web",
      "post-create site",
      "pre-delete site",
      "delete web",
      "post-delete site",
    ])
  })

  it("refuses to delete without the functions of the delete hooks, before anything is done", async () => {
    const world = applyWorld()
    const set = {
      services: { web: { ident: "acme/web", hooks: { beforeDelete: [hook("farewell", () => undefined)] } } },
    }
    await world.apply(set)
    const refusal = await world.destroy().catch((error: HabError) => error)
    expect(refusal).toMatchObject({ code: "APPLY_PROGRAM_NEEDED", hint: expect.stringContaining("--run-program") })
    expect(world.log).toEqual(["create web"])
    await world.apply({ hooks: [hook("farewell", () => void world.log.push("farewell"))] })
    expect(world.log.slice(1)).toEqual(["farewell", "delete web"])
  })

  it("runs stored hooks without any program, in a cleared environment that tells the event", async () => {
    const world = applyWorld()
    const beforeDelete = [{ run: "deregister", environment: { ZONE: "a" } }]
    await world.apply({ services: { web: { ident: "acme/web", hooks: { beforeDelete } } } })
    await world.destroy()
    const { argv, env, cwd } = world.groups.latest().command
    expect([argv, cwd]).toEqual([["/bin/sh", "-c", "deregister"], "/srv"])
    expect(env).toMatchObject({ PATH: "/bin", ZONE: "a", HAB_HOOK_EVENT: "pre-delete", HAB_HOOK_OPERATION: "delete" })
    expect(env).not.toHaveProperty("SECRET")
  })

  it("runs a stored hook as the account it names, with the record in a file of that account's", async () => {
    const world = applyWorld()
    const beforeCreate = [{ command: ["deploy"], user: "deploy" }]
    await world.apply({ services: { web: { ident: "acme/web", hooks: { beforeCreate } } } })
    const { user, env } = world.groups.latest().command
    expect([user, env["HOME"]]).toEqual([{ name: "deploy", uid: 1000, gid: 1000 }, "/home/deploy"])
    expect(env["HAB_HOOK_FILE"]).toMatch(/^\/hab\/tmp\/hook-\w+\/record.json$/)
    expect(Object.keys(world.files.snapshot("/hab/tmp"))).toEqual(["/hab/tmp"])
    const unknown = [{ command: ["deploy"], user: "nobody-here" }]
    const refused = world.apply({ services: { db: { ident: "acme/db", hooks: { beforeCreate: unknown } } } })
    expect(await refused.catch(reason)).toContain("there is no user 'nobody-here'")
  })

  it("only runs hooks that are for previews in a dry run, and changes nothing", async () => {
    const world = applyWorld()
    const ran: string[] = []
    const beforeCreate = [
      hook("preview", ({ dryRun }: HookArgs) => void ran.push(`preview ${dryRun}`), { onDryRun: true }),
      hook("real", () => void ran.push("real")),
    ]
    const set = { services: { web: { ident: "acme/web", hooks: { beforeCreate } } } }
    const { created } = await world.apply(set, { dryRun: true })
    expect([ran, created, world.log, world.state()]).toEqual([
      ["preview true"],
      ["hab:service:web.default"],
      [],
      undefined,
    ])
  })

  it("counts an edit that only changes hooks as an update, without acting on the resource", async () => {
    const world = applyWorld()
    const seen: string[] = []
    await world.apply({ services: { web: { ident: "acme/web" } } })
    const afterUpdate = [hook("new", () => void seen.push("post-update"))]
    await world.apply({ services: { web: { ident: "acme/web", hooks: { afterUpdate } } } })
    expect([world.log, seen]).toEqual([["create web"], ["post-update"]])
  })
})
