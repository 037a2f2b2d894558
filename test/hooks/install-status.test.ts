import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { installHookState, owedInstallHooks, writeInstallStatus } from "../../src/hooks/install-status.ts"
import { parseFullIdent } from "../../src/package/ident.ts"
import { createStore, installedPackage } from "../../src/package/store.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const layout = createLayout({ root: "/", enclosed: true })
const redis = installedPackage(layout, parseFullIdent("acme/redis/7.2.4/1"))

function stateWith(status: string | undefined, hook = "install") {
  const files = memoryFileSystem({ [`${redis.path}/hooks/${hook}`]: "#!/bin/sh\n" })
  if (status !== undefined) files.writeFile(`${redis.path}/INSTALL_HOOK_STATUS`, status)
  return { state: () => installHookState({ files }, redis) }
}

describe("where a release is with its install hook", () => {
  it.each([
    [undefined, "pending"],
    ["0", "succeeded"],
    ["0\n", "succeeded"],
    ["42", "failed"],
    ["-1\r\n", "failed"],
  ])("with status file %j is %s", (status, state) => {
    expect(stateWith(status).state()).toBe(state)
  })

  it("is absent when it has no such hook, whatever a file says", () => {
    expect(stateWith("17", "run").state()).toBe("absent")
  })

  it.each(["", "ok", "1.5", "0x1"])("cannot be known when the status file holds %j", (status) => {
    expect(stateWith(status).state).toThrow(
      expect.objectContaining({
        code: "STATUS_FILE_CORRUPT",
        message: expect.stringContaining("/hab/pkgs/acme/redis/7.2.4/1/INSTALL_HOOK_STATUS"),
      }),
    )
  })

  it("is remembered as a number without a newline", () => {
    const files = memoryFileSystem({ [`${redis.path}/hooks/install`]: "" })
    writeInstallStatus({ files }, redis, 42)
    expect(files.readText(`${redis.path}/INSTALL_HOOK_STATUS`)).toBe("42")
  })
})

it("install hooks are owed by the dependencies that did not succeed, last of TDEPS first, then by the package", () => {
  const at = (ident: string, file: string) => `/hab/pkgs/${ident}/${file}`
  const files = memoryFileSystem({
    [at("acme/redis/7.2.4/1", "TARGET")]: "x86_64-linux",
    [at("acme/redis/7.2.4/1", "hooks/install")]: "",
    [at("acme/redis/7.2.4/1", "TDEPS")]: "core/a/1/1\ncore/b/1/1\ncore/c/1/1\ncore/gone/1/1\n",
    [at("core/a/1/1", "TARGET")]: "x86_64-linux",
    [at("core/a/1/1", "hooks/install")]: "",
    [at("core/a/1/1", "INSTALL_HOOK_STATUS")]: "3",
    [at("core/b/1/1", "TARGET")]: "x86_64-linux",
    [at("core/b/1/1", "hooks/install")]: "",
    [at("core/b/1/1", "INSTALL_HOOK_STATUS")]: "0",
    [at("core/c/1/1", "TARGET")]: "x86_64-linux",
    [at("core/c/1/1", "hooks/install.sh")]: "",
  })
  const store = createStore({ files, layout, target: "x86_64-linux" })
  const owed = owedInstallHooks({ files, store }, store.load(redis.ident))
  expect(owed.map((pkg) => pkg.ident.name)).toEqual(["c", "a", "redis"])
})
