import { describe, expect, it } from "vitest"
import { HabError, type Problem } from "../../../src/base/errors.ts"
import { readEcosystemSet } from "../../../src/supervisor/set/ecosystem-set.ts"
import { readKeplerSet } from "../../../src/supervisor/set/kepler-set.ts"
import { type ReadSetContext, readServiceSet } from "../../../src/supervisor/set/read-set.ts"
import { setNameOf } from "../../../src/supervisor/set/service-set.ts"
import { DEFAULT_OWN_SPEC } from "../../../src/supervisor/spec/spec.ts"
import { fakeClock } from "../../support/fake-clock.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"

const NEVER_RUN = () => Promise.reject(new Error("nothing is run"))

function contextWith(files: Record<string, string>): ReadSetContext {
  return {
    files: memoryFileSystem(files),
    runner: { run: NEVER_RUN, find: () => undefined },
    clock: fakeClock(),
    randomBytes: (size) => new Uint8Array(size),
    env: { PATH: "/bin", TOKEN: "t1" },
    nodeProgram: "/opt/node",
  }
}

function read(file: string, text: string, name?: string) {
  return readServiceSet(contextWith({ [file]: text }), file, name)
}

async function problemsOf(file: string, text: string): Promise<readonly Problem[]> {
  const error: unknown = await read(file, text).catch((one: unknown) => one)
  if (!(error instanceof HabError)) throw new Error("it was read")
  return error.problems
}

function source(text: string, file = "/srv/shop/kepler.yaml") {
  return { file, text, name: undefined, defaultName: "shop", folder: "/srv/shop", env: { TOKEN: "t1" } }
}

describe("a set in our own format", () => {
  it("holds packages, commands and hooks of the set; relative paths start at its folder", async () => {
    const set = await read(
      "/srv/shop/shop.toml",
      `[[hooks.pre-start]]
run = "echo up"
[services.db]
run = "redis-server --port $PORT"
environment = ["PORT=6379"]
health = { run = "redis-cli ping", interval = 5, retries = 2 }
[services.web]
ident = "acme/web"
group = "blue"
binds = ["cache:redis.default"]
depends_on = { db = "healthy" }
`,
    )
    expect(set).toMatchObject({ name: "shop", hooks: { "pre-start": [{ run: "echo up" }] }, notes: [] })
    const [db, web] = set.services
    expect(db).toMatchObject({ ident: { origin: "local", name: "db" }, healthCheckIntervalMs: 5_000 })
    expect(db?.own).toEqual({
      ...DEFAULT_OWN_SPEC,
      healthFailureThreshold: 2,
      set: "shop",
      folder: "/srv/shop",
      command: { run: "redis-server --port $PORT", environment: { PORT: "6379" } },
      hooks: { "health-check": [{ run: "redis-cli ping" }] },
    })
    expect(web).toMatchObject({ ident: { origin: "acme", name: "web" }, group: "blue" })
    expect(web?.own).toMatchObject({ dependsOn: { db: "healthy" } })
    expect(web?.own.command).toBeUndefined()
  })

  it("is refused with everything that is wrong in it", async () => {
    const text = `servics = 1
[[hooks.pre-strt]]
run = "x"
[services.a]
command = ["x"]
ident = "acme/a"
depends_on = ["b"]
[services.b]
run = "x"
depend_on = ["a"]
depends_on = ["a"]
[[services.b.hooks.post-exit]]
run = "y"
[[services.b.hooks.pre-cleanup]]
run = "y"
`
    expect((await problemsOf("/srv/x.toml", text)).map(({ where, message }) => `${where}: ${message}`)).toEqual([
      "/srv/x.toml: unknown key 'servics'; did you mean 'services'?",
      "/srv/x.toml [hooks]: there is no hook 'pre-strt'; did you mean 'pre-start'?",
      "/srv/x.toml [services.a]: a service has an 'ident', or a 'command' or 'run' of its own, not both",
      "/srv/x.toml [services.b]: unknown key 'depend_on'; did you mean 'depends_on'?",
      "/srv/x.toml [services.b]: 'pre-cleanup' is not an event of a service",
      "/srv/x.toml: these services wait for each other: a, b",
    ])
  })

  it("is named after its file, or after its folder where the file's name says nothing", () => {
    expect(setNameOf("/srv/shop/web shop.toml")).toBe("web-shop")
    expect(setNameOf("/srv/shop/kepler.yaml")).toBe("shop")
    expect(setNameOf("/srv/shop/ecosystem.config.cjs")).toBe("shop")
    expect(setNameOf("/kepler.yaml")).toBe("default")
  })
})

describe("a kepler.yaml", () => {
  it("becomes command services: hooks inherit, relative paths and variables are settled", () => {
    const problems: Problem[] = []
    const set = readKeplerSet(
      source(`kepler:
  logs: { max_size: 1 }
  hooks:
    pre_cleanup:
      run: docker-compose down -v
services:
  backend:
    command: ["./server"]
    working_dir: ./app
    environment: ["HOST=h", "URL=http://\${HOST}/\${TOKEN}"]
    env_file: .env
    restart: on-failure|on-unhealthy
    depends_on:
      db: { condition: service_healthy, restart: true }
    hooks:
      pre_start:
        run: ./setup.sh
        user: root
        working_dir: ./scripts
        environment: ["MODE=\${HOST}"]
  db:
    command: [redis-server]
    healthcheck: { test: ["CMD", "redis-cli", "a b"], interval: 10s, timeout: 500ms, retries: 5 }
`),
      problems,
    )
    expect(problems).toEqual([])
    expect(set.hooks).toEqual({ "pre-cleanup": [{ run: "docker-compose down -v" }] })
    expect(set.notes).toHaveLength(2)
    const [backend, db] = set.services
    expect(backend?.own).toEqual({
      ...DEFAULT_OWN_SPEC,
      restart: "on-failure",
      set: "shop",
      folder: "/srv/shop",
      dependsOn: { db: "healthy" },
      restartWith: ["db"],
      command: {
        argv: ["./server"],
        workingDir: "/srv/shop/app",
        environment: { HOST: "h", URL: "http://h/t1" },
        envFile: ".env",
      },
      hooks: {
        "pre-start": [
          { run: "./setup.sh", user: "root", working_dir: "/srv/shop/app/scripts", environment: { MODE: "h" } },
        ],
      },
    })
    expect(db).toMatchObject({ healthCheckIntervalMs: 10_000 })
    expect(db?.own).toMatchObject({
      restart: "no",
      healthFailureThreshold: 5,
      hooks: { "health-check": [{ run: "(redis-cli 'a b'\n) || exit 2", timeout: "500ms" }] },
    })
  })

  it("is refused with the lines of what is wrong", async () => {
    const text = `kepler:
  hooks:
    pre_strat:
      run: x
services:
  a:
    comand: [x]
    command: "x"
    hooks:
      pre_start:
        run: x
        command: [y]
      post_exit: {}
`
    expect((await problemsOf("/srv/kepler.yaml", text)).map(({ where, message }) => `${where}: ${message}`)).toEqual([
      "/srv/kepler.yaml:4: unknown key 'pre_strat'; did you mean 'pre_start'?",
      "/srv/kepler.yaml:7: unknown key 'comand'; did you mean 'command'?",
      "/srv/kepler.yaml:12: give 'run' or 'command', not both",
      "/srv/kepler.yaml:13: a hook needs 'run' (a line) or 'command' (a list)",
      `/srv/kepler.yaml:8: 'command' must be a list of strings, not "x"`,
    ])
  })

  it.each([
    ["a: [", "/srv/kepler.yaml:1: Flow sequence in block collection must be sufficiently indented and end with a ]"],
    [
      "services:\n  a: !lua x",
      "/srv/kepler.yaml:2: !lua needs a language that is not run here; write the value itself",
    ],
    ["- 1", "/srv/kepler.yaml:1: the file must be a mapping of keys to values"],
    ["", "/srv/kepler.yaml:1: the file must be a mapping of keys to values"],
  ])("that is not one is refused: %j", async (text, problem) => {
    const found = (await problemsOf("/srv/kepler.yaml", text)).map(({ where, message }) => `${where}: ${message}`)
    expect(found).toContain(problem)
  })
})

describe("an ecosystem file", () => {
  const ecosystem = (exported: unknown) => {
    const problems: Problem[] = []
    const set = readEcosystemSet(
      { ...source("", "/srv/shop/ecosystem.config.js"), nodeProgram: "/opt/node" },
      exported,
      problems,
    )
    return { set, problems }
  }
  const APP = { name: "app", script: "app/app.js", post_start_hook: "hooks/post-start-hook.js" }

  it.each([
    ["one app", APP],
    ["a list", [APP]],
    ["an object with apps", { apps: [APP] }],
  ])("may export %s", (_, exported) => {
    const { set, problems } = ecosystem(exported)
    expect(problems).toEqual([])
    expect(set.services.map(({ own }) => own)).toEqual([
      {
        ...DEFAULT_OWN_SPEC,
        set: "shop",
        folder: "/srv/shop",
        command: { argv: ["/opt/node", "/srv/shop/app/app.js"], workingDir: "/srv/shop", environment: {} },
        hooks: { "post-start-hook": [{ module: "/srv/shop/hooks/post-start-hook.js" }] },
      },
    ])
  })

  it("makes a service of every instance, and tells what it leaves out", () => {
    const { set } = ecosystem({
      name: "my app",
      script: "serve.py",
      cwd: "api",
      args: "--port 80",
      instances: 2,
      exec_mode: "cluster",
      env: { A: 1 },
      autorestart: false,
      kill_timeout: 1600,
      watch: true,
      max_memory_restart: "1G",
    })
    expect(set.services.map(({ ident }) => ident.name)).toEqual(["my-app-0", "my-app-1"])
    expect(set.services[1]).toMatchObject({
      shutdownTimeoutSec: 2,
      own: {
        restart: "no",
        maxMemoryRestart: 1024 ** 3,
        command: {
          argv: ["python3", "/srv/shop/api/serve.py", "--port", "80"],
          environment: { A: "1", NODE_APP_INSTANCE: "1" },
        },
      },
    })
    expect(set.notes).toHaveLength(2)
  })

  it("is refused where its limit of memory is none", () => {
    const { problems } = ecosystem({ name: "a", script: "x", max_memory_restart: "lots" })
    expect(problems.map(({ message }) => message)).toEqual([
      "'max_memory_restart' must be an amount of memory, such as 300M",
    ])
  })

  it("is refused without a script, or with two apps of a name", () => {
    expect(ecosystem([{ name: "a" }, { name: "a", script: "x" }]).problems.map(({ message }) => message)).toEqual([
      "an app needs a 'script'",
      "two apps are called 'a'",
    ])
  })

  it("may be JSON or YAML", async () => {
    const json = await read("/srv/shop/ecosystem.config.json", JSON.stringify({ apps: [APP] }))
    const yaml = await read("/srv/shop/ecosystem.config.yaml", "apps:\n  - name: app\n    script: ./app/app.js\n")
    expect(json.services).toHaveLength(1)
    expect(yaml.services[0]?.own.command?.argv).toEqual(["/opt/node", "/srv/shop/app/app.js"])
    expect(yaml.name).toBe("shop")
  })
})
