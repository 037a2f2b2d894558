import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { parseIdent } from "../../src/package/ident.ts"
import { hookEnvironment } from "../../src/package/service-environment.ts"
import { createStore } from "../../src/package/store.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const layout = createLayout({ root: "/srv/x", enclosed: true })
const REDIS = "acme/redis/7.2.4/20240102030405"
const redisBin = `/hab/pkgs/${REDIS}/bin`
const busybox = (release: string) => `core/busybox-static/1.36/${release}`

function environment(env: Readonly<Record<string, string>>, packages: Readonly<Record<string, string>> = {}) {
  const content = Object.entries({
    [`${REDIS}/TARGET`]: "x86_64-linux\n",
    [`${REDIS}/RUNTIME_PATH`]: `${redisBin}:/hab/pkgs/core/glibc/2/1/bin\n`,
    [`${REDIS}/RUNTIME_ENVIRONMENT`]: "LANG=C\nSSL_CERT_FILE=/hab/pkgs/core/cacerts/1/1/cert.pem\n",
    ...packages,
  }).map(([name, text]) => [`/srv/x/hab/pkgs/${name}`, text])
  const files = memoryFileSystem(Object.fromEntries(content))
  const store = createStore({ files, layout, target: "x86_64-linux" })
  const context = { files, store, env, toolsDirectory: "/opt/hab/libexec" }
  return hookEnvironment(context, store.load(parseIdent("acme/redis")))
}

const interpreter = {
  [`${busybox("1")}/TARGET`]: "x86_64-linux",
  [`${busybox("1")}/IDENT`]: busybox("1"),
  [`${busybox("1")}/PATH`]: `/hab/pkgs/${busybox("1")}/bin`,
  [`${busybox("2")}/TARGET`]: "x86_64-linux",
  [`${busybox("2")}/IDENT`]: busybox("2"),
  [`${busybox("2")}/PATH`]: `/hab/pkgs/${busybox("2")}/bin`,
}

describe("the environment of hooks and services", () => {
  it("is the operator's with the package's over it, PATH joined, our tools before the host's", () => {
    expect(environment({ PATH: "/usr/bin:/bin", LANG: "de_DE.UTF-8", HOME: "/root", HAB_RUN_ID: "1" })).toEqual({
      HOME: "/root",
      LANG: "C",
      PATH: `${redisBin}:/hab/pkgs/core/glibc/2/1/bin:/opt/hab/libexec:/usr/bin:/bin`,
      SSL_CERT_FILE: "/hab/pkgs/core/cacerts/1/1/cert.pem",
    })
  })

  it("keeps the operator's own certificates", () => {
    expect(environment({ SSL_CERT_FILE: "/etc/own.pem" })["SSL_CERT_FILE"]).toBe("/etc/own.pem")
  })

  it("uses the newest installed interpreter package, and another one when it is named", () => {
    const path = (env: Readonly<Record<string, string>>) => environment(env, interpreter)["PATH"]?.split(":")
    expect(path({ PATH: "/bin" })?.slice(2)).toEqual([`/hab/pkgs/${busybox("2")}/bin`, "/opt/hab/libexec", "/bin"])
    expect(path({ HAB_INTERPRETER_IDENT: busybox("1") })).toContain(`/hab/pkgs/${busybox("1")}/bin`)
    expect(path({ HAB_INTERPRETER_IDENT: "core/missing" })).toHaveLength(3)
  })

  it("does without an interpreter in native packages", () => {
    const native = { ...interpreter, [`${REDIS}/PACKAGE_TYPE`]: "native\n" }
    expect(environment({}, native)["PATH"]).not.toContain("busybox")
  })
})
