/** The text of a file of the project. */
export type ReadFile = (file: string) => string

/** One thing taken out of the source, and the tests that should notice. */
export type Mutation = Readonly<{
  /** What `npm run mutate` calls it: `helper:trim`, `rule:origin-replaced`. */
  row: string
  /** Test files, quick ones first. */
  tests: readonly string[]
  /** The file without it; undefined when it cannot be found. */
  apply(read: ReadFile): Readonly<{ file: string; text: string }> | undefined
}>

/** Test files of the plan by their names; others by their path. */
export function testFiles(...names: readonly string[]): string[] {
  return names.map((name) => (name.includes("/") ? `test/${name}.test.ts` : `test/plan/${name}.test.ts`))
}

/** A text that stands once in a file and is replaced by another. */
export function rule(name: string, file: string, from: string, to: string, ...tests: readonly string[]): Mutation {
  return {
    row: `rule:${name}`,
    tests: testFiles(...tests),
    apply(read) {
      const text = read(file)
      return text.split(from).length === 2 ? { file, text: text.replace(from, () => to) } : undefined
    },
  }
}

/** One mutation for each name: the first of the files in which the pattern is, without what it matches. */
export function kind(
  name: string,
  rows: readonly string[],
  without: (row: string) => Readonly<{ pattern: RegExp; files: readonly string[]; by?: string }>,
  ...tests: readonly string[]
): Mutation[] {
  return rows.map((row) => ({
    row: `${name}:${row}`,
    tests: testFiles(...tests),
    apply(read) {
      const { pattern, files, by = pattern.source.endsWith("\\n") ? "" : ":" } = without(row)
      const file = files.find((candidate) => pattern.test(read(candidate)))
      return file === undefined ? undefined : { file, text: read(file).replace(pattern, () => by) }
    },
  }))
}

/** A text that a regular expression takes as it is. */
export function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")
}
