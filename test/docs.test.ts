import { existsSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { GROUPS } from "../src/cli/groups.ts"
import { parseCommandLine } from "../src/cli/parse.ts"
import { OWN_KEYS } from "../src/supervisor/spec/parse-own.ts"
import { printSpec } from "../src/supervisor/spec/print.ts"
import { defaultSpec } from "../src/supervisor/spec/spec.ts"

const project = fileURLToPath(new URL("..", import.meta.url))
const docs = readdirSync(path.join(project, "docs"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`)
  .sort()
const pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", ...docs]

function proseOf(page: string): string {
  return readFileSync(path.join(project, page), "utf8").replace(/^```[\s\S]*?^```/gm, "")
}

/** Places in the project a page links to: a file, and the heading behind `#`, or "". */
function placesOf(page: string): { file: string; heading: string }[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? "")
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = "", heading = ""] = target.split("#")
      return { file: file === "" ? page : path.normalize(path.join(path.dirname(page), file)), heading }
    })
}

/** Files of the project a page links to. */
function linksOf(page: string): string[] {
  return placesOf(page).map(({ file }) => file)
}

/** The headings of a page as links name them. */
function anchorsOf(page: string): string[] {
  const titles = [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? "")
  return titles.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  )
}

/** What stands behind `hab` on the lines of a page's code blocks, up to the next thing that is the shell's. */
function commandsOf(page: string): string[][] {
  const blocks =
    readFileSync(path.join(project, page), "utf8").match(/^ *```(?:sh|bash|console)?\n[\s\S]*?^ *```$/gm) ?? []
  const lines = blocks.flatMap((block) => block.split("\n")).map((line) => line.trim().replace(/^\$ /, ""))
  return lines
    .filter((line) => /^hab [a-z]/.test(line))
    .map((line) => line.replace(/\s[#>|;&<].*$/, "").replace(/'[^']*'|"[^"]*"|\$\([^)]*\)/g, "quoted"))
    .map((line) => line.trim().split(/\s+/).slice(1))
}

describe("the documentation", () => {
  it("links to files that exist", () => {
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter((target) => !existsSync(path.join(project, target)))
        .map((target) => `${page}: ${target}`),
    )
    expect(broken).toEqual([])
  })

  it("links to headings that exist", () => {
    const broken = pages.flatMap((page) =>
      placesOf(page)
        .filter(({ file, heading }) => heading !== "" && file.endsWith(".md") && !anchorsOf(file).includes(heading))
        .map(({ file, heading }) => `${page}: ${file}#${heading}`),
    )
    expect(broken).toEqual([])
  })

  it("is found from its index, page by page", () => {
    const linked = linksOf("docs/index.md")
    expect(docs.filter((page) => page !== "docs/index.md" && !linked.includes(page))).toEqual([])
  })

  it("names commands that exist, with options they have", () => {
    const refused = pages
      .filter((page) => !page.startsWith("docs/reference/"))
      .flatMap((page) => commandsOf(page).map((words) => ({ page, words })))
      .map(({ page, words }) => ({ page, words, parsed: parseCommandLine(GROUPS, words, "0") }))
      .filter(({ parsed }) => parsed.tag === "refused" || (parsed.tag === "print" && parsed.exitCode !== 0))
    expect(refused.map(({ page, words }) => `${page}: hab ${words.join(" ")}`)).toEqual([])
  })

  it("tells of every key of a spec and of what is beside it", () => {
    const page = readFileSync(path.join(project, "docs/reference/files.md"), "utf8")
    const spec = { ...defaultSpec({ origin: "acme", name: "web" }, {}), configFrom: "/srv/web", shutdownTimeoutSec: 8 }
    const keys = [...printSpec(spec).matchAll(/^\[?(\w+)/gm)]
      .map(([, key = ""]) => key)
      .filter((key) => !/nanos|secs/.test(key))
    expect(keys).toContain("health_check_interval")
    expect([...keys, ...OWN_KEYS].filter((key) => !new RegExp(`\`\\[?${key}\\]?\``).test(page))).toEqual([])
  })

  it("tells each decision on one screen, and numbers it once", () => {
    const decisions = docs.filter((page) => page.startsWith("docs/decisions/"))
    const long = decisions.filter((page) => readFileSync(path.join(project, page), "utf8").split("\n").length > 60)
    const numbers = decisions.map((page) => path.basename(page).slice(0, 4))
    expect({ long, numbers: new Set(numbers).size }).toEqual({ long: [], numbers: decisions.length })
  })
})
