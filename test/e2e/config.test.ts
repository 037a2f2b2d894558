import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { createHab, project } from "../support/hab.ts"
import { until } from "../support/until.ts"

/** A root where the beacon is built and supervised. */
async function runningBeacon() {
  const hab = createHab()
  hab.does("origin", "key", "generate", "acme")
  const artifact = hab.does("pkg", "build", path.join(project, "fixtures/plans/beacon"))
  const sup = hab.supervise(artifact)
  await sup.sees(/beacon says message = lit as \d+/)
  await until("post-run has run", () => (hab.readIfPresent("hab/svc/beacon/data/journal") ?? "").includes("post-run"))
  return { hab, sup, pid: () => hab.status("beacon")?.pid }
}

describe("hab config", () => {
  it("applies configuration over user.toml, after telling what would become of it", async () => {
    const { hab, sup, pid } = await runningBeacon()
    const before = pid()
    hab.write("new.toml", 'message = "applied"\n')
    const dry = hab.does("config", "apply", "beacon.default", "5", "new.toml", "--dry-run")
    expect(dry).toBe(
      [
        "beacon.default: version 5 (dry run: nothing is changed)",
        '  ~ message: "lit" → "applied"',
        "files:",
        "  modified  config/beacon.conf",
        "then: the service reconfigures, because it has a reconfigure hook",
      ].join("\n"),
    )
    expect(hab.read("hab/svc/beacon/config/beacon.conf")).toBe("message = lit\n")
    hab.does("config", "apply", "beacon.default", "5", "new.toml")
    await sup.sees("beacon now says message = applied")
    hab.write("hab/user/beacon/config/user.toml", 'message = "mine"\nhealth = 1\n')
    await until("user.toml is in force", () =>
      /health = 1 +# user /.test(hab.does("config", "show", "beacon", "--origin")),
    )
    expect(hab.does("config", "show", "acme/beacon", "--origin")).toMatch(
      /^message = "applied" +# applied +hab config apply, version 5$/m,
    )
    expect(JSON.parse(hab.does("config", "show", "beacon", "--json"))).toEqual({
      message: "applied",
      health: 1,
      fail_init: false,
    })
    expect(pid()).toBe(before)

    const again = hab.run("config", "apply", "beacon.default", "5", "new.toml")
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("CONFIG_VERSION_STALE") })
    const broken = hab.given("message = ", "config", "apply", "beacon.default", "6")
    expect(broken).toMatchObject({ code: 1, stderr: expect.stringContaining("the configuration:1:11 is not TOML") })
    const restarting = JSON.parse(
      hab.given("fail_init = true", "config", "apply", "beacon.default", "6", "--dry-run", "--json").stdout,
    )
    expect(restarting.service).toMatchObject({ response: "restart", why: "the text of its init hook changed" })
    await sup.stop()
  })

  it("renders with hab plan render what the supervisor rendered, given what its templates see", async () => {
    const { hab, sup } = await runningBeacon()
    hab.write("mock.json", hab.does("config", "context", "beacon", "--reveal"))
    const plan = path.join(project, "fixtures/plans/beacon")
    const written = hab.does("plan", "render", plan, "--mock-data", "mock.json", "--render-dir", "rendered").split("\n")
    const below = written.map((file) => path.relative(hab.path("rendered"), file))
    expect(below).toEqual(expect.arrayContaining(["config/beacon.conf", "hooks/run", "hooks/install"]))
    for (const file of below) expect(hab.read(`rendered/${file}`)).toBe(hab.read(`hab/svc/beacon/${file}`))
    await sup.stop()
  })

  it("follows user.toml whatever editor writes it, and keeps the last one that could be used", async () => {
    const { hab, sup, pid } = await runningBeacon()
    const before = pid()
    const file = hab.path("hab/user/beacon/config/user.toml")
    hab.write("hab/user/beacon/config/user.toml", 'message = "written"\n')
    await sup.sees("beacon now says message = written")
    writeFileSync(`${file}~`, 'message = "renamed"\n')
    renameSync(`${file}~`, file)
    await sup.sees("beacon now says message = renamed")
    truncateSync(file)
    await sup.sees("beacon now says message = lit")
    hab.write("hab/user/beacon/config/v2.toml", 'message = "linked"\n')
    symlinkSync("v2.toml", `${file}~`)
    renameSync(`${file}~`, file)
    await sup.sees("beacon now says message = linked")
    writeFileSync(file, 'message = "through the link"\n')
    await sup.sees("beacon now says message = through the link")
    rmSync(file)
    mkdirSync(file)
    await sup.sees("Reloading user-config failed: .*is a directory")
    expect(hab.read("hab/svc/beacon/config/beacon.conf")).toBe("message = through the link\n")
    expect(hab.does("svc", "explain", "beacon")).toContain("Reloading user-config failed")
    rmSync(file, { recursive: true })
    hab.write("hab/user/beacon/config/user.toml", 'message = "back"\n')
    await sup.sees("beacon now says message = back")
    expect(pid()).toBe(before)
    await sup.stop()
  })

  it("follows the templates of --config-from, folders and default.toml included", async () => {
    const { hab, sup } = await runningBeacon()
    const from = hab.path("from")
    cpSync(path.join(project, "fixtures/plans/beacon"), from, { recursive: true })
    hab.does("svc", "load", "acme/beacon", "--force", "--config-from", from)
    const conf = () => hab.readIfPresent("hab/svc/beacon/config/sub/deep.conf")
    await until("it was restarted", () => hab.status("beacon")?.phase === "up")
    hab.write("from/config/sub/deep.conf", "deep {{cfg.message}}")
    await until("the new template is rendered", () => conf() === "deep lit")
    hab.write("from/default.toml", hab.read("from/default.toml").replace("lit", "dim"))
    await until("the new default is rendered", () => conf() === "deep dim")
    hab.write("from/config/sub/deep.conf", "deep {{toUppercase cfg.message}}")
    await until("the new template is rendered", () => conf() === "deep DIM")
    hab.write("hab/user/beacon/config/user.toml", "message = 3\n")
    await sup.sees(/Reloading user-config failed: config\/sub\/deep\.conf:1:.*what was in force before stays/)
    expect(hab.does("svc", "restart", "beacon")).toContain("beacon is up")
    expect(conf()).toBe("deep DIM")
    rmSync(hab.path("hab/user/beacon/config/user.toml"))
    hab.write("from/config/sub/deep.conf", "deep {{cfg.message}}")
    await until("the template is as it was", () => conf() === "deep dim")
    hab.write("from/config/sub/deep.conf", "deep {{#if}")
    await sup.sees(/config\/sub\/deep\.conf:1:/)
    expect(conf()).toBe("deep dim")
    await sup.stop()
  })

  it("is held to the package's schema and template mode, and never shows what is secret", async () => {
    const hab = createHab()
    hab.does("origin", "key", "generate", "acme")
    cpSync(path.join(project, "fixtures/plans/beacon"), hab.path("beacon"), { recursive: true })
    hab.write("beacon/default.toml", `${hab.read("beacon/default.toml")}password = "hunter2"\n`)
    const properties = { message: { type: "string", maxLength: 9 }, password: { type: "string", secret: true } }
    hab.write("beacon/config.schema.json", JSON.stringify({ properties }))
    hab.write("beacon/config/.hab-raw", "*.json\n")
    hab.write("beacon/config/dashboard.json", "{{job}}")
    hab.write("beacon/config/odd.conf", "{{#if cfg.maybe}}{{/if}}{{cfg.nope}}")
    const sup = hab.supervise(hab.does("pkg", "build", "beacon"))
    await sup.sees(/beacon says message = lit as \d+/)
    expect(sup.output()).toContain("config/odd.conf:1:27: 'cfg.nope' is not defined")
    expect(hab.read("hab/svc/beacon/config/dashboard.json")).toBe("{{job}}")
    expect(hab.does("config", "show", "beacon")).toContain('password = "(secret)"')
    expect(hab.does("config", "show", "beacon", "--reveal")).toContain('password = "hunter2"')
    const refused = hab.given('message = "far too long"', "config", "apply", "beacon.default", "1")
    expect(refused.stderr).toMatch(/message must have at most 9 characters[\s\S]*CONFIG_INVALID/)
    hab.does("svc", "update", "beacon", "--template-mode", "strict")
    await sup.sees(/Failed to compile configuration: config\/odd\.conf:1:27: 'cfg\.nope' is not defined \(define it/)
    expect(hab.status("beacon")?.phase).toBe("up")
    await sup.stop()
  })

  it("is still in force after the supervisor was started again, and may be applied while none runs", async () => {
    const { hab, sup } = await runningBeacon()
    await sup.stop()
    const { stderr } = hab.given('message = "meanwhile"', "config", "apply", "beacon.default", "1")
    expect(stderr).toContain("No supervisor runs")
    expect(hab.does("config", "show", "acme/beacon")).toContain('message = "meanwhile"')
    const next = hab.supervise()
    await next.sees("beacon says message = meanwhile")
    await next.stop()
  })
})
