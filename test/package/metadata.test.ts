import { describe, expect, it } from "vitest"
import { parseFullIdent, stringifyIdent } from "../../src/package/ident.ts"
import { readMetadata } from "../../src/package/metadata.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const read = (tree: Record<string, string>) => {
  const files = memoryFileSystem(Object.fromEntries(Object.entries(tree).map(([name, text]) => [`/p/${name}`, text])))
  return readMetadata({ files }, { path: "/p" })
}
const invalid = (message: RegExp) =>
  expect.objectContaining({ code: "METADATA_INVALID", message: expect.stringMatching(message) })

describe("package metadata", () => {
  it("reads what a build wrote", () => {
    const metadata = read({
      IDENT: "acme/web/1.0/20240102030405\n",
      TARGET: "x86_64-linux\n",
      DEPS: "acme/lib/1/1\n",
      TDEPS: "acme/lib/1/1\nacme/libc/2/2\n",
      PATH: "/hab/pkgs/acme/web/1.0/20240102030405/bin:/hab/pkgs/acme/lib/1/1/bin\n",
      RUNTIME_PATH: "/hab/pkgs/acme/web/1.0/20240102030405/bin:/hab/pkgs/acme/lib/1/1/bin\n",
      RUNTIME_ENVIRONMENT: "PATH=/x\nFLAGS=-a=b c\n",
      EXPORTS: "port=http.listen.port\n",
      EXPOSES: "80 443\n",
      BINDS: "database=port host\ncache=port\n",
      BINDS_OPTIONAL: "storage=port host\n",
      INTERPRETERS: "/hab/pkgs/acme/web/1.0/20240102030405/bin/sh\n",
      SVC_USER: "hab\n",
      SVC_GROUP: "web\n",
      SHUTDOWN_SIGNAL: "QUIT\n",
      SHUTDOWN_TIMEOUT: "30\n",
      MANIFEST: "# acme / web\n",
    })
    expect(stringifyIdent(metadata.ident)).toBe("acme/web/1.0/20240102030405")
    expect(metadata.target).toBe("x86_64-linux")
    expect(metadata.tdeps.map(stringifyIdent)).toEqual(["acme/lib/1/1", "acme/libc/2/2"])
    expect(metadata.path).toEqual(["/hab/pkgs/acme/web/1.0/20240102030405/bin"])
    expect(metadata.runtimePath).toHaveLength(2)
    expect(metadata.runtimeEnvironment).toEqual({ PATH: "/x", FLAGS: "-a=b c" })
    expect(metadata.exports).toEqual({ port: "http.listen.port" })
    expect(metadata.exposes).toEqual(["80", "443"])
    expect(metadata.binds).toEqual([
      { name: "database", exports: ["port", "host"] },
      { name: "cache", exports: ["port"] },
    ])
    expect(metadata.bindsOptional).toEqual([{ name: "storage", exports: ["port", "host"] }])
    expect(metadata.interpreters).toHaveLength(1)
    expect([metadata.svcUser, metadata.svcGroup]).toEqual(["hab", "web"])
    expect([metadata.shutdownSignal, metadata.shutdownTimeoutSec]).toEqual(["QUIT", 30])
    expect([metadata.packageType, metadata.prefix, metadata.manifest]).toEqual(["standard", "/hab", "# acme / web\n"])
  })

  it("reads absent files as nothing", () => {
    const metadata = read({ IDENT: "a/b/1/2", TARGET: "x86_64-linux" })
    expect(metadata.deps).toEqual([])
    expect(metadata.path).toEqual([])
    expect(metadata.runtimePath).toBeUndefined()
    expect(metadata.exposes).toEqual([])
    expect(metadata.svcUser).toBeUndefined()
    expect(metadata.shutdownTimeoutSec).toBeUndefined()
  })

  it("accepts carriage returns, blank lines and a missing final line feed", () => {
    const metadata = read({
      IDENT: "a/b/1/2\r\n",
      DEPS: "a/c/1/1\r\n\r\na/d/1/1",
      EXPORTS: "port=server.port\r\n",
      EXPOSES: "8080\r\n",
      BINDS: "db=port\r\n",
      SVC_USER: "hab\r\n",
    })
    expect(metadata.ident).toEqual(parseFullIdent("a/b/1/2"))
    expect(metadata.deps.map(stringifyIdent)).toEqual(["a/c/1/1", "a/d/1/1"])
    expect(metadata.exports).toEqual({ port: "server.port" })
    expect(metadata.exposes).toEqual(["8080"])
    expect(metadata.binds).toEqual([{ name: "db", exports: ["port"] }])
    expect(metadata.svcUser).toBe("hab")
  })

  it("follows a PREFIX of its own", () => {
    const metadata = read({
      IDENT: "a/b/1/2",
      PREFIX: "/srv/x/hab\n",
      PATH: "/srv/x/hab/pkgs/a/b/1/2/bin:/hab/pkgs/a/b/1/2/bin",
    })
    expect(metadata.path).toEqual(["/srv/x/hab/pkgs/a/b/1/2/bin"])
  })

  it("says which file is missing", () => {
    expect(() => read({}).ident).toThrowError(
      expect.objectContaining({ code: "METADATA_MISSING", message: "/p/IDENT is missing" }),
    )
    expect(() => read({}).target).toThrowError(/\/p\/TARGET is missing/)
  })

  it.each([
    ["IDENT", "a/b/1", "ident", /\/p\/IDENT: 'a\/b\/1' is not a fully qualified/],
    ["TARGET", "windows", "target", /\/p\/TARGET: 'windows'/],
    ["DEPS", "a/b/1/2\na/c\n", "deps", /\/p\/DEPS: 'a\/c'/],
    ["EXPORTS", "port", "exports", /\/p\/EXPORTS: the line 'port'/],
    ["RUNTIME_ENVIRONMENT", "=x", "runtimeEnvironment", /is not KEY=VALUE/],
    ["BINDS", "database", "binds", /\/p\/BINDS: the line 'database'/],
    ["PACKAGE_TYPE", "composite", "packageType", /'composite' is not a package type/],
    ["SHUTDOWN_SIGNAL", "SIGTERM", "shutdownSignal", /'SIGTERM' is not a shutdown signal/],
    ["SHUTDOWN_TIMEOUT", "-1", "shutdownTimeoutSec", /'-1' is not a number of seconds/],
    ["SHUTDOWN_TIMEOUT", "4294967296", "shutdownTimeoutSec", /is not a number of seconds/],
  ] as const)("%s holding %j is refused, when it is asked for", (file, text, field, message) => {
    const metadata = read({ [file]: text })
    expect(() => metadata[field]).toThrowError(invalid(message))
  })

  it("ignores what follows a second equals sign in BINDS", () => {
    expect(read({ BINDS: "db=port host=x" }).binds).toEqual([{ name: "db", exports: ["port", "host"] }])
  })
})
