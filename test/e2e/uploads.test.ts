import { chmodSync, rmSync, statSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createHab, type Hab, type SupervisorRun } from "../support/hab.ts"
import { installPlan, journalOf, noteHook, RUNS_ON } from "../support/plans.ts"
import { until } from "../support/until.ts"

const GROUP = "web.default@acme"
const MOTD = "hab/svc/web/files/motd"

let hab: Hab
let sup: SupervisorRun
const journal = () => journalOf(hab, "web")

/** Uploads a text as a file of that name. */
function upload(name: string, version: number, text: string, ...options: string[]) {
  hab.write(name, text)
  return hab.run("file", "upload", GROUP, String(version), name, ...options)
}

describe("hab file upload, and hab config apply with keys, on one machine", () => {
  beforeAll(async () => {
    hab = createHab()
    installPlan(hab, {
      name: "web",
      toml: 'password = "none"\nport = 1\n',
      config: { "app.conf": "{{cfg.password}} {{cfg.port}}" },
      hooks: {
        init: "test ! -e {{pkg.svc_files_path}}/early || echo early was there >>{{pkg.svc_data_path}}/journal",
        run: RUNS_ON,
        "file-updated": `${noteHook("file-updated")}\nwhile [ -e {{pkg.svc_data_path}}/gate ]; do sleep 0.02; done\ncat {{pkg.svc_files_path}}/motd >>{{pkg.svc_data_path}}/journal`,
        reconfigure: noteHook("reconfigure"),
      },
    })
    hab.does("user", "key", "generate", "alice")
    hab.does("svc", "key", "generate", "web.default", "acme")
    const { code, stderr } = upload("early", 1, "from before")
    expect([code, stderr]).toEqual([0, expect.stringMatching(/No supervisor runs/)])
    sup = hab.supervise("acme/web", "--org", "acme")
    await until("the service is up", () => hab.status("web")?.state === "up")
  })

  afterAll(() => sup.stop())

  it("puts what was uploaded before the start in place before any hook, for the service and its group only", () => {
    expect(journal()).toEqual(["early was there"])
    expect(hab.read("hab/svc/web/files/early")).toBe("from before")
    expect(statSync(hab.path("hab/svc/web/files/early")).mode & 0o7777).toBe(0o640)
  })

  it("puts a file in place and runs file-updated once; another version takes its place, and an older one never", async () => {
    const first = upload("motd", 5, "one\n")
    expect(first.stderr).toMatch(/Uploading file motd to web\.default@acme incarnation 5/)
    expect(first.stdout).toMatch(/^web\.default@acme: motd, version 5\n.*\/svc\/web\/files\/motd\n$/)
    await until("the hook was told", () => journal().includes("one"))
    const report = JSON.parse(upload("motd", 6, "two\n", "--json").stdout)
    expect(report).toMatchObject({ group: GROUP, file: "motd", version: "6", replaces: "5" })
    await until("the hook was told again", () => journal().includes("two"))
    for (const version of [5, 6]) {
      expect(upload("motd", version, "three\n")).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/has version 6 of motd already[\s\S]*FILE_VERSION_STALE/),
      })
    }
    expect(hab.read(MOTD)).toBe("two\n")
    expect(journal()).toEqual(["early was there", "file-updated", "one", "file-updated", "two"])
  })

  it("refuses more than 64 KiB with Habitat's words, files that are not there, and names that are none", () => {
    expect(upload("big", 1, "x".repeat(65_537))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("File too large. Maximum size allowed is 65536 bytes."),
    })
    expect(hab.run("file", "upload", GROUP, "1", "nowhere")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("there is no file nowhere"),
    })
    expect(hab.run("file", "upload", "web", "1", "motd").code).toBe(2)
    expect(hab.run("file", "upload", GROUP, "new", "motd")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("'new' is not a version"),
    })
    expect(hab.list("hab/svc/web/files")).toEqual(["early", "motd"])
  })

  it("lets a file-updated hook that runs come to its end, and runs it once more for what arrived meanwhile", async () => {
    hab.write("hab/svc/web/data/gate", "")
    const before = journal().length
    const since = () => journal().slice(before)
    upload("motd", 7, "seven\n")
    await until("the hook runs", () => since().length === 1)
    upload("motd", 8, "eight\n")
    upload("motd", 9, "nine\n")
    rmSync(hab.path("hab/svc/web/data/gate"))
    await until("it ran for the last one", () => since().length === 4)
    expect(since()).toEqual(["file-updated", "nine", "file-updated", "nine"])
  })

  it("opens a file that a user encrypted for the group", async () => {
    expect(upload("motd", 10, "three\n", "-u", "alice").code).toBe(0)
    await until("the hook was told", () => journal().includes("three"))
    expect(hab.read(MOTD)).toBe("three\n")
  })

  it("takes encrypted configuration into force, and shows none of its values", async () => {
    const applied = hab.given('password = "tiger"\n', "config", "apply", "-u", "alice", GROUP, "1")
    expect(applied.code).toBe(0)
    expect(applied.stdout).not.toContain("tiger")
    await until("it is rendered", () => hab.read("hab/svc/web/config/app.conf") === "tiger 1")
    const shown = hab.does("config", "show", "web")
    expect(shown).toMatch(/port = 1/)
    expect(shown).not.toContain("tiger")
    const plain = hab.given('password = "lion"\n', "config", "apply", GROUP, "2")
    expect(plain.stdout).not.toMatch(/tiger/)
  })

  it("encrypts nothing for a group without an organization, or without a key", () => {
    expect(hab.given("a = 1", "config", "apply", "-u", "alice", "web.default", "9")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/web\.default has no key[\s\S]*hab svc key generate web\.default ORG/),
    })
    expect(hab.given("a = 1", "config", "apply", "-u", "alice", "web.blue@acme", "9")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("KEY_NOT_FOUND"),
    })
    expect(hab.run("file", "upload", "-u", "bob", GROUP, "9", "motd").stderr).toMatch(/'bob' is not in the key cache/)
  })

  it("says what is in the way of a file, and goes on", async () => {
    const pid = hab.status("web")?.pid
    hab.write("hab/svc/web/files/taken/inside", "x")
    chmodSync(hab.path("hab/svc/web/files/taken"), 0o755)
    upload("taken", 1, "text")
    await sup.sees(/Could not write the uploaded file taken: .*a directory is in the way/)
    expect(hab.status("web")?.pid).toBe(pid)
  })
})
