import { createLayout } from "../../src/base/layout.ts"
import type { Progress } from "../../src/base/progress.ts"
import { createKeyCache } from "../../src/crypto/key-cache.ts"
import type { InstallContext } from "../../src/package/install.ts"
import type { Locks } from "../../src/ports/lock.ts"
import { fakeClock } from "./fake-clock.ts"
import { testKeys } from "./keys.ts"
import { type MemoryFileSystem, memoryFileSystem } from "./memory-file-system.ts"
import { plainCompression } from "./plain-compression.ts"

/** Locks of one process: who takes one twice without releasing it finds it held. */
export function fakeLocks(): Locks {
  const held = new Map<string, string>()
  return {
    async acquire(path, { content }) {
      const by = held.get(path)
      if (by !== undefined) return { tag: "held", by: by.trim() }
      held.set(path, content)
      return { tag: "acquired", release: () => void held.delete(path) }
    },
    async holder(path) {
      const by = held.get(path)
      return by === undefined ? undefined : { pid: Number(/\d+/.exec(by)?.[0]) }
    },
  }
}

export type InstallWorld = Readonly<{
  files: MemoryFileSystem
  context: InstallContext & { clock: ReturnType<typeof fakeClock> }
  /** What was reported, as `verb subject` or text. */
  reported: string[]
}>

/** A machine in memory that trusts the test key and has nothing installed. Artifacts are uncompressed. */
export async function installWorld(content: Record<string, string | undefined> = {}): Promise<InstallWorld> {
  const files = memoryFileSystem(content)
  const reported: string[] = []
  const layout = createLayout({ root: "/", enclosed: true })
  const say = (progress: Progress) =>
    "verb" in progress ? `${progress.verb} ${progress.subject}` : "text" in progress ? progress.text : progress.tag
  const context = {
    files,
    compression: plainCompression(files, 3000),
    layout,
    target: "x86_64-linux",
    users: { current: { name: "root", uid: 0, gid: 0, home: "/root" } },
    locks: fakeLocks(),
    clock: fakeClock(),
    pid: 42,
    report: (progress: Progress) => void reported.push(say(progress)),
  }
  await createKeyCache({ files }, layout.cacheKeys).write((await testKeys()).public)
  return { files, context, reported }
}
