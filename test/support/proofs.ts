import { readFileSync } from "node:fs"
import { sourceFiles } from "./source-files.ts"

/** One line of a table that maps a document to the tests that hold it. */
export type Proof<Names extends string> = Readonly<Record<Names, string>> & Readonly<{ proofs: readonly string[] }>

/** Reads such a table: the named columns, then the proofs parted by " | ". Empty lines and those with # are left out. */
export function readProofs<Names extends string>(file: URL, names: readonly Names[]): Proof<Names>[] {
  const lines = readFileSync(file, "utf8").split("\n")
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const cells = line.split("\t")
      const named = Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ""]))
      return { ...named, proofs: (cells[names.length] ?? "").split(" | ") } as Proof<Names>
    })
}

/** The titles of all tests that are written out as `it("…")`. */
export function titlesOfTests(): ReadonlySet<string> {
  return literals(/\bit(?:\.\w+(?:\([^)]*\))?)*\(\s*"((?:[^"\\]|\\.)*)"/g, sourceFiles("test"))
}

/** What rows of tables are called that tests run through: their first text, or their `what`, or their title as a fact. */
export function titlesOfRows(): ReadonlySet<string> {
  const rows = literals(/(?:^ +\[\s*|\bwhat: )"((?:[^"\\]|\\.)*)",/gm, sourceFiles("test"))
  return new Set([...rows, ...["templates", "config"].flatMap(titlesOfFacts)])
}

function literals(pattern: RegExp, files: readonly Readonly<{ text: string }>[]): Set<string> {
  return new Set(files.flatMap(({ text }) => [...text.matchAll(pattern)].map((match) => match[1] ?? "")))
}

function titlesOfFacts(folder: string): string[] {
  const text = readFileSync(new URL(`../../fixtures/${folder}/facts.json`, import.meta.url), "utf8")
  const facts = JSON.parse(text) as Readonly<Record<string, readonly { title: string }[]>>
  return Object.values(facts).flatMap((rows) => rows.map(({ title }) => title))
}
