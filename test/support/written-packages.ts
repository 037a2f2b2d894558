import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { hashBytes } from "../../src/crypto/hash.ts"
import { keyFileName, printKey } from "../../src/crypto/key.ts"
import { systemFiles } from "../../src/host/file-system.ts"
import { systemHost } from "../../src/host/host.ts"
import { systemCompression } from "../../src/host/xz.ts"
import { sealText } from "../../src/package/hart.ts"
import { archiveName, parseFullIdent } from "../../src/package/ident.ts"
import { packHart } from "../../src/package/pack.ts"
import type { Hab } from "./hab.ts"
import { testKeys } from "./keys.ts"

export type WrittenPackage = Readonly<{
  /** All four parts. */
  ident: string
  /** Files below the package; those in `bin/` and `hooks/` are executable. Undefined leaves a metadata file out. */
  files?: Readonly<Record<string, string | undefined>>
  deps?: readonly string[]
  /** Default: `deps`. */
  tdeps?: readonly string[]
}>

const lines = (texts: readonly string[]) => texts.map((text) => `${text}\n`).join("")

/** A complete package directory without a build: milliseconds instead of seconds. Metadata come unless given. */
async function writeTree(directory: string, { ident, files = {}, deps, tdeps = deps }: WrittenPackage): Promise<void> {
  const inner = `/hab/pkgs/${ident}`
  const content: Record<string, string | undefined> = {
    IDENT: `${ident}\n`,
    TARGET: `${systemHost().target}\n`,
    ...(deps === undefined ? {} : { DEPS: lines(deps) }),
    ...(tdeps === undefined ? {} : { TDEPS: lines(tdeps) }),
    ...(Object.keys(files).some((name) => name.startsWith("bin/"))
      ? { PATH: `${inner}/bin\n`, RUNTIME_PATH: `${inner}/bin\n` }
      : {}),
    ...files,
  }
  const hashes: string[] = []
  for (const [name, text] of Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (text === undefined) continue
    const file = path.join(directory, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
    if (/^(bin|hooks)\//.test(name)) chmodSync(file, 0o755)
    hashes.push(`${await hashBytes(text)}  ${inner}/${name}`)
  }
  writeFileSync(path.join(directory, "FILES"), await sealText(lines(hashes), (await testKeys()).secret))
}

/** Installs without a `hab pkg install`. */
export async function writeInstalled(hab: Hab, pkg: WrittenPackage): Promise<string> {
  const directory = hab.path(`hab/pkgs/${pkg.ident}`)
  await writeTree(directory, pkg)
  return directory
}

/** Writes a signed artifact into a folder of the root and gives its path. */
export async function writeHart(hab: Hab, pkg: WrittenPackage, folder = "harts"): Promise<string> {
  const ident = parseFullIdent(pkg.ident)
  const directory = hab.path(`trees/${pkg.ident}`)
  await writeTree(directory, pkg)
  const destination = hab.path(`${folder}/${archiveName(ident, systemHost().target)}`)
  mkdirSync(path.dirname(destination), { recursive: true })
  const context = { files: systemFiles, compression: systemCompression() }
  const key = (await testKeys()).secret
  await packHart(context, { directory, ident, mtimeSeconds: 1_700_000_000, destination, key, level: 0 })
  return destination
}

/** Puts the public key of `writeHart` where the root trusts it, or into another folder. */
export async function trustTestKey(hab: Hab, folder = "hab/cache/keys"): Promise<void> {
  const key = (await testKeys()).public
  hab.write(`${folder}/${keyFileName("origin-public", key)}`, printKey(key))
}
