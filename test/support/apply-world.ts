import { HabError } from "../../src/base/errors.ts"
import { createLayout } from "../../src/base/layout.ts"
import { refusedWork } from "../../src/hooks/execute.ts"
import { type ApplyContext, type ApplyRequest, applySet } from "../../src/program/apply.ts"
import { readDeclaration, type Wanted } from "../../src/program/declaration.ts"
import { hook } from "../../src/program/hook.ts"
import type { Provider } from "../../src/program/provider.ts"
import { fakeClock } from "./fake-clock.ts"
import { type FakeProcessGroups, fakeProcessGroups } from "./fake-process-groups.ts"
import { fakeUsers } from "./fake-users.ts"
import { fakeLocks } from "./install-world.ts"
import { type MemoryFileSystem, memoryFileSystem } from "./memory-file-system.ts"

const HAB = "/hab"

/** A machine in memory on which resources are files below `/things`. */
export type ApplyWorld = Readonly<{
  files: MemoryFileSystem
  clock: ReturnType<typeof fakeClock>
  groups: FakeProcessGroups
  /** Everything that happened, in order: hooks log into it, providers too. */
  log: string[]
  reported: string[]
  /** Names of resources whose action fails, and how often still. */
  failing: Map<string, number>
  apply(declaration: unknown, options?: Partial<ApplyRequest>): ReturnType<typeof applySet>
  destroy(declaration?: unknown, options?: Partial<ApplyRequest>): ReturnType<typeof applySet>
  /** What state remembers, by name. */
  state(): Record<string, unknown> | undefined
}>

/** Hooks of every event that note themselves in the log. */
export function noting(log: string[], name: string) {
  const note = (args: { event: string }) => void log.push(`${args.event} ${name}`)
  return {
    beforeCreate: [note],
    afterCreate: [note],
    beforeUpdate: [note],
    afterUpdate: [note],
    beforeDelete: [hook(`${name}-before-delete`, note)],
    afterDelete: [hook(`${name}-after-delete`, note)],
  }
}

/** What a program declares, read. */
export function readWanted(declaration: unknown, declaredIn: "set" | "program" = "program"): Wanted {
  const placeOf = (path: readonly string[]) => path.join(".")
  return readDeclaration(declaration, { declaredIn, folder: "/srv", file: "/srv/shop.mjs", placeOf })
}

/** An empty machine. */
export function applyWorld(): ApplyWorld {
  const files = memoryFileSystem({ "/things": undefined, "/srv": undefined })
  const clock = fakeClock()
  const groups = fakeProcessGroups({ onStart: (process) => process.end(0) })
  const log: string[] = []
  const reported: string[] = []
  const failing = new Map<string, number>()
  const provider = provide({ files, log, failing })
  const context = (): ApplyContext => ({
    files,
    clock,
    users: fakeUsers({ accounts: { deploy: 1000 } }),
    layout: createLayout({ root: "/", enclosed: true }),
    // Another process comes back after a crash: the lock of the one that died is free.
    locks: fakeLocks(),
    pid: 7,
    env: { PATH: "/bin", SECRET: "x" },
    report: (progress) => void reported.push("text" in progress ? progress.text : JSON.stringify(progress)),
    signal: new AbortController().signal,
    groups: async () => groups,
    newRunId: () => "apply-1/1",
    modules: { call: () => refusedWork("there are no modules here") },
    providers: { service: provider, package: provider, config: provider },
  })
  const request = (wanted: Wanted | undefined, functions: Wanted["functions"], options: Partial<ApplyRequest>) =>
    applySet(context(), { set: "shop", wanted, functions, dryRun: false, continueOnError: false, ...options })
  return {
    files,
    clock,
    groups,
    log,
    reported,
    failing,
    apply(declaration, options = {}) {
      const wanted = readWanted(declaration)
      return request(wanted, wanted.functions, options)
    },
    destroy(declaration = {}, options = {}) {
      return request(undefined, readWanted(declaration).functions, options)
    },
    state() {
      const text = files.readTextIfPresent(`${HAB}/sup/default/apply/shop.json`)
      return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>)
    },
  }
}

type Things = Readonly<{ files: MemoryFileSystem; log: string[]; failing: Map<string, number> }>

/** Files as resources: what is there already is refused, unless an earlier attempt of ours may have made it. */
function provide({ files, log, failing }: Things): Provider {
  const at = (name: string) => `/things/${name}`
  const act = (verb: string, name: string) => {
    log.push(`${verb} ${name}`)
    const left = failing.get(name) ?? 0
    if (left === 0) return
    failing.set(name, left - 1)
    throw new HabError("IO", `${name} has not yet started (${left})`)
  }
  const write = (name: string, inputs: unknown) => {
    files.writeFile(at(name), JSON.stringify(inputs))
    return { id: `id-of-${name}`, outputs: { url: `http://${name}` } }
  }
  return {
    async create({ name, inputs }, { again }) {
      act("create", name)
      if (!again && files.stat(at(name)) !== undefined) throw new HabError("IO", `${name} is there already`)
      return write(name, inputs)
    },
    async update({ name, inputs }) {
      act("update", name)
      return write(name, inputs)
    },
    async remove({ name }) {
      act("delete", name)
      if (files.stat(at(name)) !== undefined) files.removeFile(at(name))
    },
  }
}
