import { Buffer } from "node:buffer"
import { posix as path } from "node:path"
import { HabError } from "../base/errors.ts"
import type { FileSystem } from "../ports/file-system.ts"
import { compileTemplate, type Template } from "./engine.ts"
import { RAW_LIST, readRawList } from "./raw-files.ts"

type Files = Pick<FileSystem, "lstat" | "readDirectory" | "readFile" | "readTextIfPresent">

/** A file of a template directory: something to render, or bytes to copy. */
export type TemplateFile = Readonly<{ path: string; template: Template } | { path: string; bytes: Uint8Array }>

/**
 * Every regular file below a directory, by relative path in byte order, each compiled; symlinks and other things are left
 * out (spec supervisor §5.6). A missing directory has none. Throws TEMPLATE_INVALID.
 */
export function readTemplateFiles(context: Readonly<{ files: Files }>, directory: string): readonly TemplateFile[] {
  return listTemplateFiles(context, directory).map(({ read }) => read())
}

/** The same files, each compiled when it is read. `shown` is the file's name in messages: `config/redis.conf`. */
export function listTemplateFiles(
  context: Readonly<{ files: Files }>,
  directory: string,
): readonly Readonly<{ path: string; shown: string; read: () => TemplateFile }>[] {
  if (context.files.lstat(directory) === undefined) return []
  const isRaw = readRawList(context, directory)
  return [...listFiles(context, directory, "")].map((relative) => {
    const shown = `${path.basename(directory)}/${relative}`
    const read = () => {
      const bytes = context.files.readFile(`${directory}/${relative}`)
      return isRaw(relative) ? { path: relative, bytes } : readTemplate(shown, relative, bytes)
    }
    return { path: relative, shown, read }
  })
}

/** One template file, or a link to one beside it; links that lead elsewhere are refused. Throws TEMPLATE_INVALID. */
export function readTemplateFile(
  { files }: Readonly<{ files: Files & Pick<FileSystem, "realPath"> }>,
  file: string,
): TemplateFile {
  const directory = path.dirname(file)
  const shown = `${path.basename(directory)}/${path.basename(file)}`
  const real = files.realPath(file)
  if (path.dirname(real) === files.realPath(directory)) {
    return readTemplate(shown, path.basename(file), files.readFile(real))
  }
  throw new HabError("TEMPLATE_INVALID", `${shown} is a link out of its directory, to ${real}`, {
    hint: "put a copy of the file in its place",
  })
}

function* listFiles({ files }: Readonly<{ files: Files }>, directory: string, prefix: string): Iterable<string> {
  for (const { name, kind } of files.readDirectory(`${directory}/${prefix}`)) {
    if (kind === "directory") yield* listFiles({ files }, directory, `${prefix}${name}/`)
    else if (kind === "file" && prefix + name !== RAW_LIST) yield prefix + name
  }
}

/** Files without tags, and binary ones, are never touched; text that cannot be read might have been meant as a template. */
function readTemplate(shown: string, relative: string, content: Uint8Array): TemplateFile {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  if (!bytes.includes("{{") || bytes.includes(0)) return { path: relative, bytes: content }
  const text = decode(bytes)
  if (text !== undefined) return { path: relative, template: compileTemplate({ path: shown, text }) }
  const message = "it has template tags, but is not UTF-8 text"
  throw new HabError("TEMPLATE_INVALID", `${shown}: ${message}`, {
    hint: `save it as UTF-8, or name it in ${RAW_LIST} to have it copied as it is`,
    problems: [{ where: shown, message }],
  })
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
