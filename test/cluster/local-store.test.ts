import { describe, expect, it } from "vitest"
import type { ClusterStore } from "../../src/cluster/cluster-store.ts"
import { fileJournal } from "../../src/cluster/local-journal.ts"
import { createLocalStore } from "../../src/cluster/local-store.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"
import { put, storeContract } from "../support/store-contract.ts"

const FILE = "/data/cluster.json"

function storeOn(files: ReturnType<typeof memoryFileSystem>, problems: string[] = [], atLeast = 0): ClusterStore {
  return createLocalStore(fileJournal({ files, onProblem: (text) => problems.push(text) }, FILE), atLeast)
}

const shared = storeOn(memoryFileSystem({}))
storeContract("the local store", () => shared)

async function valueAt(store: ClusterStore, key: string): Promise<string | undefined> {
  const answer = await store.get(key)
  return answer.tag === "found" ? answer.value?.value : answer.why
}

describe("the local store over a crash", () => {
  it("has what was committed and nothing that had a lease; revisions go on", async () => {
    const files = memoryFileSystem({})
    const store = storeOn(files)
    const lease = await store.lease(5_000, () => undefined)
    await store.commit([], [put("/config", "1")])
    const last = await store.commit([], [put("/alive", "1", lease.tag === "found" ? lease.value.id : "")])
    const after = storeOn(files, [], 1_000)
    expect([await valueAt(after, "/config"), await valueAt(after, "/alive")]).toEqual(["1", undefined])
    const next = await after.commit([], [put("/config", "2")])
    expect(next).toEqual({ tag: "committed", revision: 1_001 })
    expect(last).toEqual({ tag: "committed", revision: 2 })
  })

  it("writes nothing for what is gone with the process anyway", async () => {
    const files = memoryFileSystem({})
    const store = storeOn(files)
    const lease = await store.lease(5_000, () => undefined)
    await store.commit([], [put("/alive", "1", lease.tag === "found" ? lease.value.id : "")])
    expect(files.stat(FILE)).toBeUndefined()
  })

  it("begins empty over a file that cannot be read, which is kept", async () => {
    const files = memoryFileSystem({ [FILE]: '{"revision": 4, "entr' })
    const problems: string[] = []
    expect(await valueAt(storeOn(files, problems), "/config")).toBeUndefined()
    expect(files.readText(`${FILE}.unreadable`)).toBe('{"revision": 4, "entr')
    expect(problems).toEqual([
      `${FILE} cannot be read; it is kept as ${FILE}.unreadable, and what it held is not in force`,
    ])
  })

  it("says why a commit did not reach the disk, and what was in force stays", async () => {
    const files = memoryFileSystem({})
    const store = storeOn(files)
    await store.commit([], [put("/config", "1")])
    files.failWith({ atCall: 1, code: "ENOSPC" })
    expect(await store.commit([], [put("/config", "2")])).toMatchObject({
      tag: "unknown",
      why: expect.stringMatching(/no space left/),
    })
    expect(await valueAt(store, "/config")).toBe("1")
  })
})
