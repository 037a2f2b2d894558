import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { systemFiles } from "../../src/host/file-system.ts"
import { readHartHeader } from "../../src/package/hart-header.ts"
import type { Bench, Row } from "../bench.ts"
import { type Contestant, interleaved, type Rounds, rowsOf } from "./interleaved.ts"
import { hasProgram, type Shop, shell, withShop, writeDebianPackage } from "./shop.ts"
import { TREES } from "./trees.ts"

/** Packing 300 MB better than this takes minutes; who unpacks them does the same work either way. */
const LEVEL = 0
const ROUNDS: Readonly<Record<string, Rounds>> = {
  "10,000 files": { warmUps: 1, timed: 5 },
  "300 MB": { warmUps: 0, timed: 3 },
}
const LIMITS: Readonly<Record<string, number>> = { "10,000 files": 1.25, "300 MB": 1.1 }

const PEERS = ["xz|tar", "xz|node-tar", "dpkg -i"]

/**
 * `hab pkg install` of a file, as a user runs it: Node's start, signature, unpacking, sync, cache. Beside it the same payload
 * through xz and tar, through xz and node-tar, and the same files as a Debian package.
 */
export const installBench: Bench = {
  name: "install",
  peers: PEERS,
  async *run() {
    for (const tree of TREES) yield* await withShop(tree, installRows)
  },
}

async function installRows(shop: Shop): Promise<Row[]> {
  const hart = await shop.pack(LEVEL)
  const payload = `${shop.folder}/payload.tar.xz`
  writeFileSync(payload, readFileSync(hart).subarray(readHartHeader({ files: systemFiles }, hart).length))
  const contestants = [habInstall(shop, hart), xzTar(shop, payload), nodeTar(shop, payload), ...debian(shop)]
  const times = await interleaved(ROUNDS[shop.tree.name] ?? { warmUps: 0, timed: 3 }, contestants)
  const what = `install ${shop.tree.name}`
  const rows = rowsOf(what, times, { peer: "xz|tar", limit: LIMITS[shop.tree.name] ?? Number.NaN })
  const [ours = Number.NaN, theirs] = [times.get("hab"), times.get("dpkg -i")]
  if (theirs !== undefined) rows.push({ what: `${what} ÷ dpkg -i`, measured: ours / theirs, unit: "×", limit: 1 })
  return rows
}

function habInstall(shop: Shop, hart: string): Contestant {
  const reset = () => {
    const root = shop.empty("root")
    mkdirSync(`${root}/hab/cache`, { recursive: true })
    cpSync(`${shop.folder}/keys`, `${root}/hab/cache/keys`, { recursive: true })
  }
  const program = path.resolve("bin/hab")
  const env = { FS_ROOT: `${shop.folder}/root`, HOME: shop.folder }
  return { name: "hab", reset, run: () => shell(`"${process.execPath}" "${program}" pkg install "${hart}"`, env) }
}

function xzTar(shop: Shop, payload: string): Contestant {
  return {
    name: "xz|tar",
    reset: () => void shop.empty("plain"),
    run: () => shell(`xz -T2 -dc "${payload}" | tar -x -C "${shop.folder}/plain"`),
  }
}

function nodeTar(shop: Shop, payload: string): Contestant {
  const script = `${shop.folder}/extract.mjs`
  const from = JSON.stringify(import.meta.resolve("tar"))
  // Its synchronous mode: the other one takes twenty times as long for many files.
  const program = `import { readSync } from "node:fs"
import { UnpackSync } from ${from}
const unpack = new UnpackSync({ cwd: process.argv[2] })
const chunk = Buffer.alloc(1 << 20)
for (let length; (length = readSync(0, chunk)) > 0; ) unpack.write(Buffer.from(chunk.subarray(0, length)))
unpack.end()
`
  writeFileSync(script, program)
  return {
    name: "xz|node-tar",
    reset: () => void shop.empty("node-tar"),
    run: () => shell(`xz -T2 -dc "${payload}" | "${process.execPath}" "${script}" "${shop.folder}/node-tar"`),
  }
}

function debian(shop: Shop): Contestant[] {
  if (!hasProgram("dpkg-deb") || process.getuid?.() !== 0) return []
  const file = writeDebianPackage(shop, LEVEL)
  const reset = () => {
    const root = shop.empty("debian")
    for (const name of ["info", "updates", "triggers"]) mkdirSync(`${root}/var/lib/dpkg/${name}`, { recursive: true })
    writeFileSync(`${root}/var/lib/dpkg/status`, "")
  }
  return [
    { name: "dpkg -i", reset, run: () => shell(`dpkg --root="${shop.folder}/debian" --log=/dev/null -i "${file}"`) },
  ]
}
