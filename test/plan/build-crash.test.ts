import { existsSync, readFileSync } from "node:fs"
import { beforeAll, describe, expect, it } from "vitest"
import { systemFiles } from "../../src/host/file-system.ts"
import { createStore } from "../../src/package/store.ts"
import { buildPackage } from "../../src/plan/build.ts"
import type { BuildHost, BuildRequest, BuildResult } from "../../src/plan/build-state.ts"
import type { FileSystem, FileWriter } from "../../src/ports/file-system.ts"
import { Stopped } from "../support/memory-file-system.ts"
import { snapshotTree } from "../support/tree.ts"
import { RELEASE, TARGET, type Workshop, workshop } from "./build-fixture.ts"

/** Every so many calls one is where the machine stops; a prime, so that other places are met when calls are added. */
const EVERY = 13

/** The real file system until its n-th call: from there on every call fails, as for a process that is no more. */
function stoppingFiles(atCall: number): FileSystem & { calls: () => number } {
  let calls = 0
  const enter = () => {
    calls++
    if (calls >= atCall) throw new Stopped()
  }
  const guard = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const value = Reflect.get(object, name)
        if (typeof value !== "function") return value
        return (...args: unknown[]) => {
          enter()
          const result = Reflect.apply(value, object, args)
          return name === "createExclusively" ? guard(result as FileWriter) : result
        }
      },
    })
  return Object.assign(guard({ ...systemFiles }), { calls: () => calls })
}

const PLAN = {
  "plan.sh": [
    "pkg_name=tree\npkg_origin=acme\npkg_version=1.0\npkg_bin_dirs=(bin)\npkg_deps=(core/dep)",
    "do_build() { echo code >tree; }",
    "do_install() { install -m 755 tree $pkg_prefix/bin/tree; }",
    "do_strip() { :; }",
  ].join("\n"),
  "default.toml": "port = 80\n",
  "config/tree.conf": "port {{cfg.port}}\n",
  "hooks/run": "#!/bin/sh\nexec tree\n",
}

type Attempt = Readonly<{ shop: Workshop; plan: string }>

async function prepare(): Promise<Attempt> {
  const shop = await workshop()
  const dependency = `${shop.layout.hab}/pkgs/core/dep/1/1`
  for (const [name, text] of Object.entries({ TARGET, IDENT: "core/dep/1/1\n", "lib/dep.so": "dep" })) {
    systemFiles.makeDirectories(`${dependency}/lib`)
    systemFiles.writeFile(`${dependency}/${name}`, text)
  }
  return { shop, plan: shop.plan(PLAN) }
}

function build({ shop, plan }: Attempt, files: FileSystem): Promise<BuildResult> {
  const how = (host: BuildHost, request: BuildRequest) =>
    buildPackage(
      { ...host, files },
      { ...request, store: createStore({ files, layout: shop.layout, target: TARGET }), force: true },
    )
  return shop.build(plan, {}, {}, how)
}

describe("a build stopped at any call to the file system", () => {
  let calls = 0

  beforeAll(async () => {
    const files = stoppingFiles(Number.POSITIVE_INFINITY)
    await build(await prepare(), files)
    calls = files.calls()
  })

  it("makes enough calls for this to mean something", () => {
    expect(calls).toBeGreaterThan(150)
  })

  it(`leaves what is installed and the plan alone, no half artifact, and the next build works (every ${EVERY}th of them)`, async () => {
    const attempt = await prepare()
    const { layout } = attempt.shop
    const final = await build(attempt, systemFiles)
    const artifact = readFileSync(final.artifact)
    const installed = snapshotTree(`${layout.hab}/pkgs`)
    for (let atCall = 1; atCall < calls; atCall += EVERY) {
      systemFiles.removeTree(`${attempt.plan}/results`)
      systemFiles.removeTree(layout.cacheArtifacts)
      await build(attempt, stoppingFiles(atCall)).catch(() => undefined)
      const files = Object.keys(PLAN).filter(
        (name) => readFileSync(`${attempt.plan}/${name}`, "utf8") !== PLAN[name as keyof typeof PLAN],
      )
      expect([atCall, files]).toEqual([atCall, []])
      const store = createStore({ files: systemFiles, layout, target: TARGET })
      expect([atCall, store.list().map(({ innerPath }) => innerPath.split("/pkgs/")[1])]).toEqual([
        atCall,
        ["core/dep/1/1"],
      ])
      for (const made of [final.artifact, `${layout.cacheArtifacts}/acme-tree-1.0-${RELEASE}-${TARGET}.hart`]) {
        if (existsSync(made)) expect([atCall, readFileSync(made).equals(artifact)]).toEqual([atCall, true])
      }
      const again = await build(attempt, systemFiles)
      expect([atCall, readFileSync(again.artifact).equals(artifact)]).toEqual([atCall, true])
      expect([atCall, snapshotTree(`${layout.hab}/pkgs`)]).toEqual([atCall, installed])
    }
  })
})
