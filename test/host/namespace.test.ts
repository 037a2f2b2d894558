import { chmodSync, chownSync, mkdirSync, statSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { AS_NOBODY, bundleProgram, runProgram } from "../support/as-program.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

const isRoot = process.getuid?.() === 0
const STRAY = "setsid sh -c 'sleep 0.2; echo late >/hab/late' &"
const SCRIPT = `id -u; pwd; echo made >/hab/made; ls -A /hab; ${STRAY} echo on >/dev/stdout`

async function runInNamespace(as: readonly string[], uid: number) {
  const root = temporaryDirectory()
  const hab = path.join(root, "hab")
  const program = await bundleProgram("enter-namespace.ts", root)
  mkdirSync(path.join(hab, ".enclosure"), { recursive: true })
  const fifos = path.join(root, "fifos")
  mkdirSync(fifos, { mode: 0o700 })
  chmodSync(root, 0o755)
  if (isRoot) for (const directory of [hab, path.join(hab, ".enclosure"), fifos]) chownSync(directory, uid, uid)
  const printed = runProgram([...as, process.execPath, program, hab, path.join(fifos, "in"), SCRIPT])
  return { hab, printed }
}

describe("the namespace processes are started in", () => {
  it("shows the hab directory at /hab to us, who stay who we are", async () => {
    const uid = process.getuid?.() ?? 0
    const { hab, printed } = await runInNamespace([], uid)
    if (printed === "refused\n") return
    expect(printed.split("\n")).toEqual([
      `${uid}`,
      process.cwd(),
      ".enclosure",
      "made",
      "on",
      "gone: .enclosure late made",
      "",
    ])
    expect(statSync(path.join(hab, "made")).uid).toBe(uid)
  })

  it.runIf(isRoot)("does the same for an ordinary user, in one step", async () => {
    const { hab, printed } = await runInNamespace(AS_NOBODY, 65534)
    expect(printed.split("\n")).toEqual([
      "65534",
      process.cwd(),
      ".enclosure",
      "made",
      "on",
      "gone: .enclosure late made",
      "",
    ])
    expect(statSync(path.join(hab, "made")).uid).toBe(65534)
  })
})
