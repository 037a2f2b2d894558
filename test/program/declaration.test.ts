import { describe, expect, it } from "vitest"
import type { HabError } from "../../src/base/errors.ts"
import { errorHook, hook } from "../../src/program/hook.ts"
import { inOrder } from "../../src/program/order.ts"
import { specOfInputs } from "../../src/program/service-inputs.ts"
import { readWanted } from "../support/apply-world.ts"

function problemsOf(declaration: unknown, declaredIn: "set" | "program" = "program"): string[] {
  try {
    readWanted(declaration, declaredIn)
    return []
  } catch (error) {
    return (error as HabError).problems.map(({ where, message }) => `${where}: ${message}`)
  }
}

describe("a declaration", () => {
  it("takes keys in any spelling and names resources across sets", () => {
    const { resources } = readWanted({
      services: { shop: { ident: "acme/web", "binding-mode": "relaxed", update_condition: "latest", group: "blue" } },
      packages: { app: { hart: "web.hart" } },
      configs: { port: { group: "web.blue", values: { port: 80, ratio: 1.5 } } },
    })
    expect(resources.map(({ urn, inputs }) => [urn, inputs])).toEqual([
      ["hab:service:web.blue", { ident: "acme/web", bindingMode: "relaxed", updateCondition: "latest", group: "blue" }],
      ["hab:package:app", { hart: "/srv/web.hart" }],
      ["hab:config:web.blue", { group: "web.blue", toml: "port = 80\nratio = 1.5\n" }],
    ])
  })

  it("tells every mistake at once, with the nearest thing that exists", () => {
    const web = { ident: "web", bindz: [], depends_on: ["nobody"], hooks: { pre_creat: [{ run: "x" }] } }
    expect(problemsOf({ servics: {}, services: { web }, packages: { app: {} } }, "set")).toEqual([
      "servics: unknown key 'servics'; did you mean 'services'?",
      "services.web.bindz: unknown key 'bindz'; did you mean 'binds'?",
      "services.web.depends_on: 'nobody' is not declared",
      "services.web.ident: 'ident' must be origin/name[/version[/release]]",
      "services.web.hooks.pre_creat: there is no hook 'pre_creat'; did you mean 'pre-create'?",
      "packages.app.ident: a package needs exactly one of 'ident', 'hart'",
    ])
  })

  it("wants a name for functions that state must remember, and the right maker for each event", () => {
    const fn = () => undefined
    const hooks = { beforeDelete: [fn], onError: [hook("a", fn)], afterCreate: [errorHook("b", () => true)] }
    expect(problemsOf({ services: { web: { ident: "acme/web", hooks } } })).toEqual([
      'services.web.hooks.beforeDelete.0: a function in beforeDelete needs a name that state can remember: hook("name", fn)',
      "services.web.hooks.onError.0: 'a' was made by hook(): onError takes what errorHook() made",
      "services.web.hooks.afterCreate.0: 'b' was made by errorHook(): it belongs to onError",
    ])
  })

  it("refuses two different hooks of one name, and a hook without a name", () => {
    const hooks = { beforeCreate: [hook("a", () => 1)], afterCreate: [hook("a", () => 2)] }
    expect(problemsOf({ services: { web: { ident: "acme/web", hooks } } })).toEqual([
      "services.web.hooks.afterCreate.0: two different hooks are named 'a'",
    ])
    expect(() => hook("", () => undefined)).toThrow("a hook needs a name that is not empty")
  })

  it("refuses options that mean nothing for what is made once, and events of running services elsewhere", () => {
    const hooks = { "pre-create": [{ run: "x", once: true }] }
    expect(problemsOf({ services: { web: { ident: "acme/web", hooks } } }, "set")).toEqual([
      "services.web.hooks.pre-create.0: 'once' has no meaning for pre-create",
    ])
    const started = { "pre-start": [{ run: "x" }] }
    expect(problemsOf({ packages: { web: { ident: "acme/web", hooks: started } } }, "set")).toEqual([
      "packages.web.hooks.pre-start.0: 'pre-start' is not an event of a package, but of a service, supervisor",
    ])
  })

  it("keeps hooks of a running service, and what its starts wait for, as inputs of the service", () => {
    const { resources } = readWanted({
      services: {
        cache: { ident: "acme/redis" },
        db: { run: "redis-server", workingDir: "data" },
        web: {
          command: ["./serve"],
          envFile: "?.env",
          dependsOn: { cache: "healthy", db: "started" },
          hooks: { preStart: [{ run: "migrate", once: true }], beforeCreate: [{ run: "announce" }] },
        },
      },
    })
    const web = resources.find(({ name }) => name === "web")
    expect(web).toMatchObject({ urn: "hab:service:web.default", dependsOn: ["services.cache", "services.db"] })
    expect(web?.hooks.map(({ event }) => event)).toEqual(["pre-create"])
    expect(web?.inputs).toEqual({
      command: ["./serve"],
      workingDir: "/srv",
      envFile: "?/srv/.env",
      dependsOn: { redis: "healthy", db: "started" },
      hooks: { preStart: [{ run: "migrate", once: true }] },
      folder: "/srv",
    })
    expect(web && specOfInputs(web, {})).toMatchObject({
      ident: { origin: "local", name: "web" },
      own: {
        command: { argv: ["./serve"], workingDir: "/srv", envFile: "?/srv/.env" },
        dependsOn: { redis: "healthy", db: "started" },
        hooks: { preStart: [{ run: "migrate", once: true }] },
        folder: "/srv",
      },
    })
  })

  it("refuses of a service what its parser refuses, and functions as hooks while it runs", () => {
    const web = { command: [], limits: { memry: 1 }, hooks: { preStart: [() => undefined] } }
    const both = { ident: "acme/both", run: "x" }
    expect(problemsOf({ services: { web, both, none: { channel: "dev" } } })).toEqual([
      "services.web.limits.memry: unknown key 'memry'; did you mean 'memory'?",
      "services.web.command: 'command' must name a program",
      "services.web.hooks.preStart.0: a function lives no longer than its program, the service does: give pre-start a 'module' or a 'run'",
      "services.both.ident: a service needs exactly one of 'ident', 'command', 'run'",
      "services.none.ident: a service needs exactly one of 'ident', 'command', 'run'",
    ])
  })

  it("refuses two names for one thing", () => {
    expect(problemsOf({ services: { a: { ident: "acme/web" }, b: { ident: "other/web" } } })).toEqual([
      "services.b: it is the same hab:service:web.default as services.a",
    ])
  })
})

describe("the order of things", () => {
  it("puts each behind what it comes after, and names the way round where there is none", () => {
    const item = (key: string, ...after: string[]) => ({ key, after })
    const keys = inOrder([item("a", "c"), item("b"), item("c", "b", "x")]).map(({ key }) => key)
    expect(keys).toEqual(["b", "c", "a"])
    expect(() => inOrder([item("a", "b"), item("b", "a")])).toThrow("these wait for each other: a → b → a")
  })
})
