import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { parseFullIdent } from "../../src/package/ident.ts"

export const TARGET = "x86_64-linux"

/** A package directory to pack and install. */
export type Tree = Readonly<{ name: string; ident: string; files: number; fileBytes: number }>

/** What packages are: many small files, or few large ones (design §8). */
export const TREES: readonly Tree[] = [
  { name: "10,000 files", ident: "bench/many/1.0.0/20240101000000", files: 10_000, fileBytes: 4_000 },
  { name: "300 MB", ident: "bench/large/1.0.0/20240101000000", files: 30, fileBytes: 10_000_000 },
]

const TEXT_BYTES = 10_000_000

const WORDS = ["return", "const", "value", "error", "import", "function", "0x", "string", "{\n", "}\n", "=", "null"]

/** Text that compresses about as well as programs and sources do, the same in every run. */
function textOf(length: number, seed: number): Buffer {
  let state = seed * 2_654_435_761 + 1
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state
  }
  const parts: string[] = []
  for (let size = 0; size < length; ) {
    const number = next()
    const part = number % 3 === 0 ? number.toString(36) : `${WORDS[(number >>> 8) % WORDS.length]} `
    parts.push(part)
    size += part.length
  }
  return Buffer.from(parts.join("")).subarray(0, length)
}

/** Writes the tree's package directory below a folder and gives it. */
export function writeTree(folder: string, tree: Tree): string {
  const directory = path.join(folder, "hab/pkgs", tree.ident)
  mkdirSync(directory, { recursive: true })
  writeFileSync(`${directory}/IDENT`, `${tree.ident}\n`)
  writeFileSync(`${directory}/TARGET`, `${TARGET}\n`)
  const { name } = parseFullIdent(tree.ident)
  // Files are cuts of one text: making them is not what is measured.
  const text = textOf(TEXT_BYTES, 1)
  for (let index = 0; index < tree.files; index++) {
    const at = `${directory}/lib/${name}-${Math.floor(index / 100)}`
    if (index % 100 === 0) mkdirSync(at, { recursive: true })
    writeFileSync(`${at}/file-${index}.js`, cut(text, index * 104_729, tree.fileBytes))
  }
  return directory
}

function cut(text: Buffer, from: number, length: number): Buffer {
  const at = from % text.length
  return Buffer.concat([text.subarray(at, at + length), text.subarray(0, Math.max(0, at + length - text.length))])
}
