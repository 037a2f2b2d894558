import { spawnSync } from "node:child_process"
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { createHab, type Hab, project } from "../support/hab.ts"

const EPOCH = "1700000000"
const NOBODY = 65534
const isRoot = process.getuid?.() === 0

/** The fixture, copied to another folder with other modes, built under another environment, maybe as another user. */
function build(
  keys: Hab,
  env: Readonly<Record<string, string>>,
  options: Readonly<{ umask: string; uid?: number }>,
): Buffer {
  const hab = createHab({ SOURCE_DATE_EPOCH: EPOCH, ...env })
  const folder = hab.path(`deep/er/plan-${options.umask}`)
  cpSync(path.join(project, "fixtures/plans/beacon"), folder, { recursive: true })
  cpSync(keys.path("hab/cache/keys"), hab.path("hab/cache/keys"), { recursive: true })
  chmodSync(hab.root, 0o755)
  if (options.uid !== undefined) giveAway(hab.root, options.uid)
  const command = `umask ${options.umask}; exec "$0" "$@"`
  const become =
    options.uid === undefined ? [] : ["setpriv", `--reuid=${options.uid}`, `--regid=${options.uid}`, "--clear-groups"]
  const argv = [
    ...become,
    "bash",
    "-c",
    command,
    process.execPath,
    path.join(project, "bin/hab"),
    "pkg",
    "build",
    folder,
  ]
  const [file = "bash", ...args] = argv
  const result = spawnSync(file, args, { env: hab.env, cwd: hab.root, encoding: "utf8" })
  expect(result.status, result.stderr).toBe(0)
  expect(path.basename(result.stdout.trim())).toMatch(/^acme-beacon-1\.0\.0-20231114221320-/)
  return readFileSync(result.stdout.trim())
}

function giveAway(directory: string, uid: number): void {
  spawnSync("chown", ["-R", `${uid}:${uid}`, directory])
  mkdirSync(path.join(directory, "home"))
  chownSync(path.join(directory, "home"), uid, uid)
}

function keyRoot(): Hab {
  const keys = createHab()
  keys.does("origin", "key", "generate", "acme")
  return keys
}

describe("two builds of the same plan with SOURCE_DATE_EPOCH and the same key", () => {
  it("give the same bytes from other folders, HOME, umask, TZ and LANG", () => {
    const keys = keyRoot()
    const first = build(keys, {}, { umask: "022" })
    const second = build(keys, { HOME: "/nonexistent", TZ: "Pacific/Auckland", LANG: "de_DE.UTF-8" }, { umask: "077" })
    expect(second.equals(first)).toBe(true)
  })

  it.skipIf(!isRoot)("give the same bytes as another user (needs root)", () => {
    const keys = keyRoot()
    const first = build(keys, {}, { umask: "022" })
    const second = build(keys, {}, { umask: "027", uid: NOBODY })
    expect(second.equals(first)).toBe(true)
  })
})
