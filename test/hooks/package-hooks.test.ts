import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import type { Progress } from "../../src/base/progress.ts"
import { type PackageHookContext, runPackageHook } from "../../src/hooks/package-hooks.ts"
import { parseFullIdent } from "../../src/package/ident.ts"
import { createStore, installedPackage } from "../../src/package/store.ts"
import { fakeClock } from "../support/fake-clock.ts"
import { type FakeProcess, fakeProcessGroups } from "../support/fake-process-groups.ts"
import { fakeUsers } from "../support/fake-users.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const layout = createLayout({ root: "/srv/x", enclosed: true })
const IDENT = "acme/redis/7.2.4/20240102030405"
const redis = installedPackage(layout, parseFullIdent(IDENT))
const SERVICE = "/srv/x/hab/svc/redis"
const INSTALL = "#!/bin/sh\necho {{cfg.word}} {{pkg.name}} {{pkg.svc_config_install_path}}\n"

/** An installed redis whose hooks end as `ends` says (a number is an exit code). */
function installed(
  options: Readonly<{
    files?: Readonly<Record<string, string>>
    end?: (process: FakeProcess) => void
    context?: Partial<PackageHookContext>
  }> = {},
) {
  const content = {
    TARGET: "x86_64-linux",
    IDENT,
    "default.toml": 'word = "default"\n',
    "hooks/install": INSTALL,
    "hooks/uninstall.sh": "#!/bin/sh\n",
    "hooks/run": "#!/bin/sh\n",
    "config_install/sub/app.conf": "word={{cfg.word}}\n",
    ...options.files,
  }
  const files = memoryFileSystem({
    "/bin/sh": "",
    ...Object.fromEntries(Object.entries(content).map(([name, text]) => [`${redis.path}/${name}`, text])),
  })
  const told: string[] = []
  const report = (progress: Progress) =>
    told.push("text" in progress ? progress.text : "line" in progress ? `${progress.source}: ${progress.line}` : "")
  const onStart = (process: FakeProcess) => {
    process.print("hello\n")
    process.print("careful\n", "stderr")
    if (options.end === undefined) process.end(0)
    else options.end(process)
  }
  const groups = fakeProcessGroups({ onStart })
  const context: PackageHookContext = {
    groups,
    clock: fakeClock(),
    files,
    layout,
    report,
    users: fakeUsers(),
    store: createStore({ files, layout, target: "x86_64-linux" }),
    env: { PATH: "/usr/bin", HOME: "/root", HAB_AUTH_TOKEN: "from-env" },
    newRunId: () => "run-1",
    ...options.context,
  }
  return { context, files, groups, told, status: () => files.readTextIfPresent(`${redis.path}/INSTALL_HOOK_STATUS`) }
}

describe("the install hook", () => {
  it("is rendered with its config and run in the package's environment, and its success is remembered", async () => {
    const { context, files, groups, told, status } = installed({ context: { authToken: "secret" } })
    expect((await runPackageHook(context, redis, "install")).tag).toBe("succeeded")
    expect(files.readText(`${SERVICE}/hooks/install`)).toBe(
      "#!/bin/sh\necho default redis /hab/svc/redis/config_install\n",
    )
    expect(files.stat(`${SERVICE}/hooks/uninstall`)?.mode).toBe(0o750)
    expect(files.stat(`${SERVICE}/hooks/run`)).toBeUndefined()
    expect(files.readText(`${SERVICE}/config_install/sub/app.conf`)).toBe("word=default\n")
    expect(files.stat(`${SERVICE}/config_install/sub/app.conf`)?.mode).toBe(0o740)
    expect(groups.latest().command).toEqual({
      label: "redis.install",
      runId: "run-1",
      argv: ["/hab/svc/redis/hooks/install"],
      env: {
        PATH: "/usr/bin",
        HOME: "/root",
        HAB_AUTH_TOKEN: "secret",
        HAB_HOOK_EVENT: "post-create",
        HAB_HOOK_OPERATION: "create",
        HAB_HOOK_REASON: "manual",
        HAB_HOOK_SUBJECT: "package",
        HAB_HOOK_SERVICE: "redis",
        HAB_HOOK_IDENT: IDENT,
      },
    })
    expect(told.slice(-2)).toEqual(["redis hook[install]:(HK): hello", "redis hook[install]:(HK): careful"])
    expect(files.readText(`${SERVICE}/logs/install.stdout.log`)).toBe("hello\n")
    expect(files.readText(`${SERVICE}/logs/install.stderr.log`)).toBe("careful\n")
    expect(status()).toBe("0")
    expect(await runPackageHook(context, redis, "install")).toEqual({ tag: "remembered" })
    expect(groups.started).toHaveLength(1)
  })

  it("sees the operator's configuration: variable over default, user.toml over both", async () => {
    const fromEnv = installed({ context: { env: { HAB_REDIS: 'word = "variable"' } } })
    await runPackageHook(fromEnv.context, redis, "install")
    expect(fromEnv.files.readText(`${SERVICE}/config_install/sub/app.conf`)).toBe("word=variable\n")
    const fromUser = installed({ context: { env: { HAB_REDIS: 'word = "variable"' } } })
    fromUser.files.makeDirectories("/srv/x/hab/user/redis/config")
    fromUser.files.writeFile("/srv/x/hab/user/redis/config/user.toml", 'word = "user"')
    await runPackageHook(fromUser.context, redis, "install")
    expect(fromUser.files.readText(`${SERVICE}/config_install/sub/app.conf`)).toBe("word=user\n")
  })

  it("runs as the package's account, which owns what it renders", async () => {
    const { context, files, groups } = installed({
      files: { SVC_USER: "redis\n", SVC_GROUP: "redis\n" },
      context: { users: fakeUsers({ accounts: { redis: 70 } }) },
    })
    await runPackageHook(context, redis, "install")
    expect(groups.latest().command.user).toEqual({ name: "redis", uid: 70, gid: 70 })
    expect(files.stat(`${SERVICE}/config_install/sub/app.conf`)).toMatchObject({ uid: 70, gid: 70 })
    expect(files.stat(`${SERVICE}/config_install/sub`)).toMatchObject({ mode: 0o770, uid: 70, gid: 70 })
    expect(files.stat(`${SERVICE}/hooks/install`)).toMatchObject({ uid: 0, gid: 70 })
    expect(files.stat(`${SERVICE}/data`)).toMatchObject({ uid: 70, gid: 70 })
  })

  it("is not run by itself again, whatever it asks hab for", async () => {
    const env = { HAB_HOOK_EVENT: "post-create", HAB_HOOK_SUBJECT: "package", HAB_HOOK_IDENT: IDENT }
    const { context, groups, told, status } = installed({ context: { env } })
    expect(await runPackageHook(context, redis, "install")).toEqual({ tag: "running" })
    expect(told).toEqual([`the install hook of ${IDENT} is running, and asks for itself: it is not run again`])
    expect(groups.started).toHaveLength(0)
    expect(status()).toBeUndefined()
    const others = installed({ context: { env: { ...env, HAB_HOOK_IDENT: "acme/other/1/1" } } })
    expect((await runPackageHook(others.context, redis, "install")).tag).toBe("succeeded")
  })

  it("gives its exit code to hab when it fails, is remembered so, and runs again", async () => {
    let code = 42
    const { context, groups, told, status } = installed({ end: (process) => process.end(code) })
    await expect(runPackageHook(context, redis, "install")).rejects.toMatchObject({
      code: "INSTALL_HOOK_FAILED",
      message: `${IDENT} install hook failed: exited with status 42`,
      exitCode: 42,
      hint: expect.stringContaining(`${SERVICE}/logs/install.*.log`),
    })
    expect(status()).toBe("42")
    expect(told.at(-1)).toBe("redis(HK): Installation failed! 'install' exited with status code 42")
    code = 0
    expect((await runPackageHook(context, redis, "install")).tag).toBe("succeeded")
    expect(groups.started).toHaveLength(2)
    expect(status()).toBe("0")
  })

  it.each([
    [{ tag: "signaled", signal: "SIGKILL" }, "was killed by SIGKILL"],
    [{ tag: "not-started", cause: "no such user" }, "could not be started: no such user"],
  ] as const)("leaves no status when it ended as %o", async (end, how) => {
    const { context, status } = installed({ end: (process) => process.end(end) })
    await expect(runPackageHook(context, redis, "install")).rejects.toMatchObject({
      message: `${IDENT} install hook failed: ${how}`,
      exitCode: 1,
    })
    expect(status()).toBeUndefined()
  })

  it("leaves no status and no error when it is cancelled", async () => {
    const stop = new AbortController()
    const { context, status } = installed({ end: () => stop.abort() })
    expect(await runPackageHook(context, redis, "install", { signal: stop.signal })).toEqual({ tag: "cancelled" })
    expect(status()).toBeUndefined()
  })

  it("touches nothing when the package has none", async () => {
    const { context, files, groups } = installed({ files: { "hooks/install": "" } })
    files.removeFile(`${redis.path}/hooks/install`)
    const before = files.snapshot()
    expect(await runPackageHook(context, redis, "install")).toEqual({ tag: "absent" })
    expect(files.snapshot()).toEqual(before)
    expect(groups.started).toEqual([])
  })

  it.each([
    ["a template that is wrong", { "hooks/install": "#!/bin/sh\n{{#if}}\n" }, "TEMPLATE_INVALID"],
    ["a default.toml that is wrong", { "default.toml": "word =" }, "TOML_INVALID"],
    ["an account that does not exist", { SVC_USER: "redis", SVC_GROUP: "redis" }, "ACCOUNT_MISSING"],
    ["a status file that is wrong", { INSTALL_HOOK_STATUS: "" }, "STATUS_FILE_CORRUPT"],
  ])("is not run with %s", async (_, files, code) => {
    const { context, groups } = installed({ files })
    await expect(runPackageHook(context, redis, "install")).rejects.toMatchObject({ code })
    expect(groups.started).toEqual([])
  })
})

describe("the uninstall hook", () => {
  it("is rendered and run the same way, without a token and without a memory", async () => {
    const { context, files, groups, status } = installed({ context: { authToken: "secret" } })
    const { tag } = await runPackageHook(context, redis, "uninstall", { reason: "update" })
    expect(tag).toBe("succeeded")
    expect(groups.latest().command.argv).toEqual(["/hab/svc/redis/hooks/uninstall"])
    expect(groups.latest().command.env).not.toHaveProperty("HAB_AUTH_TOKEN")
    expect(groups.latest().command.env).toMatchObject({ HAB_HOOK_EVENT: "pre-delete", HAB_HOOK_REASON: "update" })
    expect(files.readText(`${SERVICE}/logs/uninstall.stdout.log`)).toBe("hello\n")
    expect(status()).toBeUndefined()
  })

  it("gives its exit code to hab when it fails", async () => {
    const { context } = installed({ end: (process) => process.end(97) })
    await expect(runPackageHook(context, redis, "uninstall")).rejects.toMatchObject({
      code: "UNINSTALL_HOOK_FAILED",
      message: `${IDENT} uninstall hook failed: exited with status 97`,
      exitCode: 97,
    })
  })
})
