import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { packageEnvironment } from "../../src/package/environment.ts"
import { parseIdent } from "../../src/package/ident.ts"
import { createStore } from "../../src/package/store.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const layout = createLayout({ root: "/", enclosed: true })

function environment(tree: Record<string, string>, baseEnv: Record<string, string> = {}) {
  const files = memoryFileSystem(
    Object.fromEntries(Object.entries(tree).map(([name, text]) => [`/hab/pkgs/${name}`, text])),
  )
  const store = createStore({ files, layout, target: "x86_64-linux" })
  return packageEnvironment({ files }, store, store.load(parseIdent("a/web/1/1")), baseEnv)
}

const installed = (ident: string) => ({ [`${ident}/TARGET`]: "x86_64-linux", [`${ident}/IDENT`]: ident })

describe("the environment of a package", () => {
  it("is RUNTIME_ENVIRONMENT sorted, with PATH taken from RUNTIME_PATH", () => {
    const found = environment({
      ...installed("a/web/1/1"),
      "a/web/1/1/RUNTIME_ENVIRONMENT": "ZED=1\nPATH=/old\nALPHA=a=b\n",
      "a/web/1/1/RUNTIME_PATH": "/hab/pkgs/a/web/1/1/bin:/hab/pkgs/a/lib/1/1/bin\n",
    })
    expect(Object.entries(found)).toEqual([
      ["ALPHA", "a=b"],
      ["PATH", "/hab/pkgs/a/web/1/1/bin:/hab/pkgs/a/lib/1/1/bin"],
      ["ZED", "1"],
    ])
  })

  it("has no PATH when there is nothing to put into it", () => {
    expect(environment({ ...installed("a/web/1/1"), "a/web/1/1/RUNTIME_ENVIRONMENT": "PATH=/old\n" })).toEqual({})
  })

  it("computes PATH for packages of before RUNTIME_PATH, without repetition", () => {
    const withPath = (ident: string) => ({ ...installed(ident), [`${ident}/PATH`]: `/hab/pkgs/${ident}/bin` })
    const found = environment({
      ...withPath("a/web/1/1"),
      ...withPath("a/lib/1/1"),
      ...withPath("a/libc/1/1"),
      "a/web/1/1/DEPS": "a/libc/1/1\n",
      "a/web/1/1/TDEPS": "a/lib/1/1\na/libc/1/1\n",
    })
    expect(found["PATH"]).toBe("/hab/pkgs/a/web/1/1/bin:/hab/pkgs/a/libc/1/1/bin:/hab/pkgs/a/lib/1/1/bin")
  })

  it("lets RUNTIME_ENVIRONMENT_PATHS win, and the caller's SSL_CERT_FILE too", () => {
    const tree = {
      ...installed("a/web/1/1"),
      "a/web/1/1/RUNTIME_ENVIRONMENT": "SSL_CERT_FILE=/hab/x\nHOME_DIR=a\n",
      "a/web/1/1/RUNTIME_ENVIRONMENT_PATHS": "HOME_DIR=b\n",
    }
    expect(environment(tree)).toEqual({ HOME_DIR: "b", SSL_CERT_FILE: "/hab/x" })
    expect(environment(tree, { SSL_CERT_FILE: "/etc/cert" })).toEqual({ HOME_DIR: "b" })
  })
})
