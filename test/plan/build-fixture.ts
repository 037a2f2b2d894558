import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { createLayout, type Layout } from "../../src/base/layout.ts"
import type { Progress } from "../../src/base/progress.ts"
import { createKeyCache } from "../../src/crypto/key-cache.ts"
import { generateOriginKeys } from "../../src/crypto/origin-keys.ts"
import { systemEnclosure } from "../../src/host/enclosure.ts"
import { systemHost } from "../../src/host/host.ts"
import { createStore } from "../../src/package/store.ts"
import { buildPackage } from "../../src/plan/build.ts"
import type { BuildHost, BuildRequest, BuildResult } from "../../src/plan/build-state.ts"
import type { PlanFinding } from "../../src/plan/check.ts"
import { checkPlan } from "../../src/plan/inspect.ts"
import type { Enclosure } from "../../src/ports/enclosure.ts"
import { temporaryDirectory } from "../support/temp-root.ts"
import { bashDirectory } from "./plan-bash.ts"

export const TARGET = "x86_64-linux"
/** 2024-01-02T03:04:05Z, and the release it gives. */
export const EPOCH = "1704164645"
export const RELEASE = "20240102030405"

/** A temporary root with a key of the origin acme, where plans can be built for real. */
export type Workshop = Readonly<{
  layout: Layout
  /** Writes the files of a plan into a folder of their own; returns the folder. */
  plan(files: Readonly<Record<string, string>>): string
  build(
    planContext: string,
    env?: Readonly<Record<string, string>>,
    request?: Partial<BuildRequest>,
    how?: typeof buildPackage,
  ): Promise<BuildResult>
  /** As `hab plan check` does. */
  check(planContext: string): Promise<readonly PlanFinding[]>
  progress: Progress[]
  output(): string[]
}>

const REFUSED: Enclosure = { enclosed: false, wrap: (argv) => argv }

/** By default a machine that refuses namespaces, which is faster; `enclosed` uses those of this one where it can. */
export async function workshop(options: { enclosed?: boolean; key?: boolean } = {}): Promise<Workshop> {
  const root = temporaryDirectory()
  const host = systemHost()
  mkdirSync(`${root}/hab/.enclosure`, { recursive: true })
  const enclosure = options.enclosed ? systemEnclosure(root, `${root}/hab`, host.users.current) : REFUSED
  const layout = createLayout({ root, enclosed: enclosure.enclosed })
  if (options.key !== false) {
    const fixed = { clock: { now: () => 0 }, randomBytes: (length: number) => new Uint8Array(length).fill(7) }
    await generateOriginKeys(fixed, createKeyCache(host, layout.cacheKeys), "acme")
  }
  const progress: Progress[] = []
  return {
    layout,
    progress,
    output: () => progress.flatMap((fact) => (fact.tag === "output" ? [fact.line] : [])),
    plan: (files) => writePlan(temporaryDirectory(), files),
    check: (planContext) =>
      checkPlan(
        { ...host, env: { PATH: host.env["PATH"] ?? "" }, cwd: planContext },
        { planContext, layout, enclosure, bashDirectory, target: TARGET },
      ),
    build: (planContext, env = {}, request = {}, how = buildPackage) => {
      const buildHost: BuildHost = {
        ...host,
        env: { PATH: host.env["PATH"] ?? "", SOURCE_DATE_EPOCH: EPOCH, ...env },
        cwd: planContext,
      }
      const store = createStore({ files: host.files, layout, target: TARGET })
      const report = (fact: Progress) => void progress.push(fact)
      return how(buildHost, {
        version: "9.9.9",
        planContext,
        layout,
        store,
        enclosure,
        report,
        bashDirectory,
        target: TARGET,
        ...request,
      })
    },
  }
}

function writePlan(directory: string, files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true })
    writeFileSync(path.join(directory, name), text)
  }
  return directory
}

/** A file's text. */
export function read(file: string): string {
  return readFileSync(file, "utf8")
}
