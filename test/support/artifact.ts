import { sealFile } from "../../src/package/hart.ts"
import { archiveName, parseFullIdent } from "../../src/package/ident.ts"
import type { FileSystem } from "../../src/ports/file-system.ts"
import { testKeys } from "./keys.ts"
import { type Member, tarArchive } from "./tar-archive.ts"

export type ArtifactOptions = Readonly<{
  ident: string
  /** Files below the package; IDENT and TARGET are added unless given. Undefined leaves one out. */
  files?: Readonly<Record<string, string | undefined>>
  members?: readonly Member[]
  tdeps?: readonly string[]
  target?: string
  /** Where to put it. Default: its own name in /harts. */
  path?: string
}>

/** Writes a signed, uncompressed artifact (for `plainCompression`) and gives its path. */
export async function writeArtifact(files: FileSystem, options: ArtifactOptions): Promise<string> {
  const target = options.target ?? "x86_64-linux"
  const path = options.path ?? `/harts/${archiveName(parseFullIdent(options.ident), target)}`
  const content = {
    IDENT: `${options.ident}\n`,
    TARGET: `${target}\n`,
    ...(options.tdeps === undefined ? {} : { TDEPS: options.tdeps.map((dep) => `${dep}\n`).join("") }),
    ...options.files,
  }
  const at = `hab/pkgs/${options.ident}`
  const members = Object.entries(content).flatMap(([name, text]) =>
    text === undefined ? [] : [{ path: `${at}/${name}`, content: text }],
  )
  files.makeDirectories(path.slice(0, path.lastIndexOf("/")))
  files.writeFile("/payload.tmp", tarArchive([{ path: `${at}/` }, ...members, ...(options.members ?? [])]))
  await sealFile({ files }, { source: "/payload.tmp", destination: path, key: (await testKeys()).secret })
  files.removeFile("/payload.tmp")
  return path
}
