import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { createServer } from "node:net"
import { beforeAll, describe, expect, it } from "vitest"
import { partsOf, titlesIn } from "../../support/document-parts.ts"
import { createHab, type Hab, project } from "../../support/hab.ts"
import { linkHab, runHabWith, startProgram, writeFilesOfPage } from "../../support/programs.ts"
import { hasShared, sharedPath } from "../../support/shared.ts"
import { writeInstalled } from "../../support/written-packages.ts"

const MATRIX = "gives each hook the inputs and outputs of the table, and fails as the table says"
const HEALTH = "runs the health checking example after create and update"
const FILE = "runs the health check from a file, which needs no program"
const IGNORE = "goes on when a hook that ignores errors fails"
const DELETE = "deletes with the program's delete hooks, and refuses without them"
const RETRY = "tries again while an error hook says so, which sees every error, the newest first"
const CONTINUE = "goes on with what does not depend on a failure when told to"

/** Every heading, table and code block of the document on Pulumi's hooks, and the tests that show it. */
const PARTS: readonly (readonly [hash: string, about: string, ...proofs: readonly string[]])[] = [
  ["f643d5cd", "table of inputs, outputs and failures", MATRIX],
  ["2c915b33", "Health checking example", HEALTH],
  ["86c55cb1", "health check, TypeScript: translated", HEALTH],
  ["40d8d21a", "health check, Python: the same", HEALTH],
  ["6f178b9c", "health check, Go: fails in the end, as ours does", HEALTH],
  ["858dafd2", "health check, C#: the same", HEALTH],
  ["91e87a6a", "Java: none there; a file serves every language", FILE],
  ["58b2ecb7", "YAML: none there; TOML has hooks", FILE],
  ["3eec0796", "Ignoring hook errors", IGNORE, CONTINUE],
  ["16c5bea6", "ignoring, TypeScript: translated", IGNORE],
  ["54091a24", "ignoring, Python: the same", IGNORE],
  ["aa9ca68d", "ignoring, Go: the same", IGNORE],
  ["97b9cecd", "ignoring, C#: the same", IGNORE],
  ["3f53d5e1", "Deletions and delete hooks", DELETE],
  ["992c1e94", "Error hooks", RETRY],
  ["5982755a", "table of what error hooks receive", RETRY],
  ["a9357f5e", "error hook, TypeScript: translated", RETRY],
  ["e49e4175", "error hook, Python: the same", RETRY],
  ["a9f71cdc", "error hook, Go: the same", RETRY],
  ["0ef1ae5e", "error hook, C#: the same", RETRY],
]

const RELEASE = "1.0/20240101000000"

/** Serves health.json on the configured port once it is up. */
const SERVER = `import { createServer } from "node:http"
createServer((_, answer) => answer.end('{"ok": true}')).listen(Number(process.argv[2]), "127.0.0.1")
`

const NODE = process.execPath
let hab: Hab

beforeAll(async () => {
  hab = createHab()
  writeFilesOfPage(hab, "how-to/coming-from-pulumi-hooks.md")
  writeFilesOfPage(hab, "reference/program.md")
  linkHab(hab)
  hab.write("server.mjs", SERVER)
  hab.write("check.mjs", "export default () => console.log('checked')\n")
  const run = `#!/bin/sh\nexec ${NODE} ${hab.path("server.mjs")} {{cfg.port}} 2>&1\n`
  await writeInstalled(hab, {
    ident: `acme/web/${RELEASE}`,
    files: { "hooks/run": run, "default.toml": "port = 0\n" },
  })
  const ready = hab.path("ready")
  await writeInstalled(hab, {
    ident: `acme/slow/${RELEASE}`,
    files: { "hooks/init": `#!/bin/sh\ntest -e ${ready}\n`, "hooks/run": "#!/bin/sh\nexec sleep 1000\n" },
  })
  await hab.supervise().sees("Starting ctl-gateway")
})

const runWith = (env: Readonly<Record<string, string>>, ...words: string[]) => runHabWith(hab, env, ...words)

function freePort(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(String(typeof address === "object" ? address?.port : "")))
    })
  })
}

describe("the document on Pulumi's resource hooks", () => {
  it.skipIf(!hasShared)("has no heading, table or code block without its tests", () => {
    const document = readFileSync(sharedPath("mission/pulumi-resource-hooks.md"), "utf8")
    expect(PARTS.map(([hash]) => hash)).toEqual(partsOf(document).map(({ hash }) => hash))
  })

  it("names tests that exist", () => {
    const titles = titlesIn(readFileSync(new URL(import.meta.url), "utf8"))
    expect([MATRIX, HEALTH, FILE, IGNORE, DELETE, RETRY, CONTINUE].filter((title) => !titles.has(title))).toEqual([])
    expect(PARTS.filter(([, , ...proofs]) => proofs.length === 0)).toEqual([])
  })
})

describe("hooks of resources", () => {
  it("runs the health checking example after create and update", async () => {
    const PORT = await freePort()
    const created = runWith({ PORT }, "apply", "health.mjs")
    expect(created.stderr + created.stdout).toMatch(/post-create of hab:service:web.default: process \d+/)
    expect(created.stdout).toContain('Health check passed: {"ok":true}')
    const updated = runWith({ PORT, RESTART: "on-failure" }, "apply", "health.mjs")
    expect(updated.stdout).toMatch(/post-update of hab:service:web.default[\s\S]*Health check passed/)
    expect(updated.stdout).toContain("0 created, 1 updated, 0 deleted, 1 unchanged")
    expect(hab.run("destroy", "health")).toMatchObject({ code: 0 })
    expect(hab.status("web")).toBeUndefined()
  })

  it("runs the health check from a file, which needs no program", () => {
    const { code, stderr } = hab.run("apply", "health.toml")
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/Creating hab:service:web.default[\s\S]*hook\[check.mjs\].*: checked/),
    ])
    hab.does("destroy", "health.toml")
  })

  it("gives each hook the inputs and outputs of the table, and fails as the table says", () => {
    const hooks = ["pre", "post"].flatMap((when) =>
      ["create", "update", "delete"].map(
        (operation) => `[[services.web.hooks.${when}-${operation}]]
run = 'cat $HAB_HOOK_FILE >$HAB_HOOK_EVENT.json; test "$HAB_HOOK_EVENT" != "$(cat fail)"'
inherit_env = true`,
      ),
    )
    const declare = (channel: string) =>
      hab.write("matrix.toml", `[services.web]\nident = "acme/web"\nchannel = "${channel}"\n${hooks.join("\n")}\n`)
    const shown = (event: string) => {
      const { old, new: now } = JSON.parse(hab.read(`${event}.json`))
      return [old?.inputs, now?.inputs, old?.outputs, now?.outputs]
        .map((value) => (value === undefined ? " " : "x"))
        .join("")
    }
    const failAt = (event: string, ...words: string[]) => {
      hab.write("fail", event)
      expect([event, hab.run(...words)]).toMatchObject([event, { code: 1, stderr: expect.stringContaining(event) }])
      hab.write("fail", "")
      return hab.status("web") !== undefined
    }
    declare("stable")
    expect([failAt("pre-create", "apply", "matrix.toml"), shown("pre-create")]).toEqual([false, " x  "])
    expect([failAt("post-create", "apply", "matrix.toml"), shown("post-create")]).toEqual([true, " x x"])
    declare("dev")
    failAt("pre-update", "apply", "matrix.toml")
    expect([shown("pre-update"), hab.read("hab/sup/default/specs/web.spec")]).toEqual([
      "xxx ",
      expect.stringContaining("stable"),
    ])
    failAt("post-update", "apply", "matrix.toml")
    expect([shown("post-update"), hab.read("hab/sup/default/specs/web.spec")]).toEqual([
      "xxxx",
      expect.stringContaining('"dev"'),
    ])
    expect(hab.does("apply", "matrix.toml")).toContain("1 unchanged")
    expect([failAt("pre-delete", "destroy", "matrix"), shown("pre-delete")]).toEqual([true, "x x "])
    expect([failAt("post-delete", "destroy", "matrix"), shown("post-delete")]).toEqual([false, "x x "])
    expect(hab.list("hab/sup/default/apply").filter((name) => name.endsWith(".json"))).toEqual([])
  })

  it("goes on when a hook that ignores errors fails", () => {
    const { code, stderr } = hab.run("apply", "notify.mjs")
    expect(code).toBe(0)
    expect(stderr).toContain("hook 'notify' failed: nobody listens to pre-create; the failure is ignored")
    expect(hab.status("web")).toBeDefined()
    hab.does("destroy", "notify")
  })

  it("goes on with what does not depend on a failure when told to", () => {
    hab.write(
      "wide.toml",
      `[services.web]\nident = "acme/web"\n[packages.none]\nident = "acme/none"\n[configs.c]\ngroup = "web.default"\nvalues = {}\ndepends_on = ["none"]\n`,
    )
    const { code, stderr } = hab.run("apply", "wide.toml", "--continue-on-error")
    expect([code, stderr]).toEqual([1, expect.stringContaining("Skipping hab:config:web.default")])
    expect(hab.status("web")).toBeDefined()
    expect(hab.run("destroy", "wide", "--continue-on-error").code).toBe(0)
  })

  it("deletes with the program's delete hooks, and refuses without them", () => {
    expect(runWith({ WITH: "web" }, "apply", "farewell.mjs").code).toBe(0)
    const refused = hab.run("destroy", "farewell")
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("--run-program FILE")])
    expect(hab.status("web")).toBeDefined()
    expect(hab.run("destroy", "farewell", "--run-program", "farewell.mjs").stdout).toContain(
      `farewell acme/web/${RELEASE}`,
    )
    expect(runWith({ WITH: "web" }, "apply", "farewell.mjs").code).toBe(0)
    expect(hab.run("apply", "farewell.mjs").stdout).toMatch(/farewell[\s\S]*1 deleted/)
  })

  it("tries again while an error hook says so, which sees every error, the newest first", () => {
    const { code, stdout } = runWith({ READY: hab.path("ready") }, "apply", "retry.mjs")
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/create failed 1 times: slow did not start[\s\S]*create failed 2 times/),
    ])
    expect(hab.status("slow")).toMatchObject({ state: "up" })
    hab.does("destroy", "retry")
  })

  it("does the same through the API", async () => {
    const program = startProgram(hab, "deploy.mjs")
    expect(await program.ended).toBe(0)
    expect(program.output()).toContain(`hab:group:site hab:service:web.default acme/web/${RELEASE}`)
    expect(program.output()).toContain(
      "pre-create hab:group:site, post-create hab:service:web.default, post-delete hab:service:web.default",
    )
  })

  it("is checked by the types of the package, which know what each hook receives", () => {
    const check = (file: string) => {
      const words = [
        "--noEmit",
        "--strict",
        "--module",
        "nodenext",
        "--target",
        "es2023",
        "--types",
        "",
        "--skipLibCheck",
      ]
      return spawnSync(`${project}node_modules/.bin/tsc`, [...words, file], { cwd: hab.root, encoding: "utf8" })
    }
    hab.write("package.json", '{ "type": "module" }')
    expect(check("typed.ts").stdout).toBe("")
    hab.write("wrong.ts", hab.read("typed.ts").replace("newOutputs.pid", "oldOutputs.pid"))
    expect(check("wrong.ts").stdout).toContain("'args.oldOutputs' is possibly 'undefined'")
  })
})
