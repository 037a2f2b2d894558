import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

const project = fileURLToPath(new URL("../..", import.meta.url))

export type SourceFile = Readonly<{
  /** Relative to the project, with slashes: `src/package/ident.ts`. */
  name: string
  text: string
  lines: readonly string[]
}>

/** Every TypeScript file below a folder of the project. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(path.join(project, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => {
      const text = readFileSync(path.join(project, folder, name), "utf8")
      return { name: `${folder}/${name}`, text, lines: text.replace(/\n$/, "").split("\n") }
    })
}

/** Relative imports of a file, resolved to project names; package and `node:` imports as they are written. */
export function importsOf(file: SourceFile): string[] {
  const specifiers = [...file.text.matchAll(/^(?:import|export)\b[^"'`;]*?from\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm)]
  return specifiers
    .map((match) => match[1] ?? match[2] ?? "")
    .map((specifier) =>
      specifier.startsWith(".") ? path.posix.join(path.posix.dirname(file.name), specifier) : specifier,
    )
}

/** The code of a file with comments blanked out, so that prose is never mistaken for code. Line numbers are kept. */
export function codeLines(file: SourceFile): string[] {
  const blanked = file.text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "))
  return blanked.split("\n").map((line) => line.replace(/^\s*\/\/.*$|\s\/\/ .*$/, ""))
}

/** Functions by the shape the formatter gives them: an opening line and a closing brace at the same indentation. */
export function functionSizes(file: SourceFile): { name: string; line: number; lines: number }[] {
  const opening = /^(\s*)(?:export )?(?:async )?(?:function\*? (\w+)|const (\w+) = (?:async )?\(.*|(\w+)\(.*\).*\{$)/
  const found: { name: string; line: number; lines: number }[] = []
  file.lines.forEach((line, index) => {
    const match = opening.exec(line)
    if (match === null || !/[{(,>]$/.test(line)) return
    const close = file.lines.findIndex((later, at) => at > index && new RegExp(`^${match[1]}\\}[,;)]*$`).test(later))
    const name = match[2] ?? match[3] ?? match[4] ?? "?"
    if (close > 0 && !/^(if|for|while|switch|catch)$/.test(name)) {
      found.push({ name, line: index + 1, lines: close - index + 1 })
    }
  })
  return found
}
