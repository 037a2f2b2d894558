import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { createKeyCache } from "../../src/crypto/key-cache.ts"
import { generateOriginKeys } from "../../src/crypto/origin-keys.ts"
import { systemFiles } from "../../src/host/file-system.ts"
import { systemHost } from "../../src/host/host.ts"
import { systemCompression } from "../../src/host/xz.ts"
import { archiveName, parseFullIdent } from "../../src/package/ident.ts"
import { packHart } from "../../src/package/pack.ts"
import { TARGET, type Tree, writeTree } from "./trees.ts"

/** A folder with a tree, the key to sign it with, and room for what contestants make of it. */
export type Shop = Readonly<{
  folder: string
  tree: Tree
  /** The package's directory. */
  directory: string
  /** Packs the tree as a build does and gives the artifact. */
  pack(level: number): Promise<string>
  /** An empty folder of that name: what was in it is out of the way. */
  empty(name: string): string
}>

const MANY_FILES = 1000

/** Makes the tree, lets `use` measure, and removes it all. */
export async function withShop<T>(tree: Tree, use: (shop: Shop) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "hab-bench-"))
  let spent = 0
  spreadFolders(folder)
  try {
    const directory = writeTree(`${folder}/tree`, tree)
    const keys = createKeyCache({ files: systemFiles }, `${folder}/keys`)
    const { secret } = await generateOriginKeys(systemHost(), keys, "bench")
    const ident = parseFullIdent(tree.ident)
    const destination = `${folder}/${archiveName(ident, TARGET)}`
    const context = { files: systemFiles, compression: systemCompression() }
    return await use({
      folder,
      tree,
      directory,
      async pack(level) {
        await packHart(context, { directory, ident, mtimeSeconds: 1_700_000_000, destination, key: secret, level })
        return destination
      },
      empty(name) {
        const place = `${folder}/${name}`
        // Many files are removed at the end: see spreadFolders.
        if (tree.files < MANY_FILES) rmSync(place, { recursive: true, force: true })
        else if (existsSync(place)) renameSync(place, `${folder}/spent-${++spent}`)
        mkdirSync(place, { recursive: true })
        return place
      },
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Lets each folder made in this one have an area of the disk to itself, where the file system is an ext4. Without a journal
 * it looks at every file that was removed within minutes from an area when it makes a new one there: 10,000 files take ten
 * times as long where as many were removed.
 */
function spreadFolders(folder: string): void {
  spawnSync("chattr", ["+T", folder], { stdio: "ignore" })
}

/** Waits until what was written before is on disk: else somebody's sync pays for what another wrote. */
export function settle(): void {
  spawnSync("sync", { stdio: "ignore" })
}

/** Runs a shell line to its end; throws with what it said when it fails. */
export function shell(line: string, env: Readonly<Record<string, string>> = {}): void {
  const { status, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", line], {
    env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C", ...env },
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  })
  if (status !== 0) throw new Error(`${line} ended with ${status}: ${stderr.slice(-2000)}`)
}

export function hasProgram(name: string): boolean {
  return spawnSync("which", [name], { stdio: "ignore" }).status === 0
}

/** A Debian package of the same tree, compressed with the same program and level. */
export function writeDebianPackage({ folder, tree }: Shop, level: number): string {
  const control = `${folder}/tree/DEBIAN`
  mkdirSync(control, { recursive: true })
  const { name, version } = parseFullIdent(tree.ident)
  const fields = {
    Package: `bench-${name}`,
    Version: version,
    Architecture: "all",
    Maintainer: "bench <b@example.com>",
  }
  const lines = Object.entries({ ...fields, Description: "benchmark" }).map(([key, value]) => `${key}: ${value}\n`)
  writeFileSync(`${control}/control`, lines.join(""))
  const file = `${folder}/${name}.deb`
  shell(`dpkg-deb --root-owner-group -Zxz -z${level} --build ${folder}/tree ${file}`)
  rmSync(control, { recursive: true })
  return file
}
