import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
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
  /** An empty folder of that name: what was in it is gone. */
  empty(name: string): string
}>

/** Makes the tree, lets `use` measure, and removes it all. */
export async function withShop<T>(tree: Tree, use: (shop: Shop) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "hab-bench-"))
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
        rmSync(`${folder}/${name}`, { recursive: true, force: true })
        mkdirSync(`${folder}/${name}`, { recursive: true })
        return `${folder}/${name}`
      },
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
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
