import { existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { ERROR_CODES } from "../src/base/error-codes.ts"
import { codeLines, functionSizes, importsOf, type SourceFile, sourceFiles } from "./support/source-files.ts"

/** The rooms, in the one direction of imports: a file may import from its own room and from those before it. */
const ROOMS = [
  "base",
  "ports",
  "crypto",
  "package",
  "config",
  "templating",
  "hooks",
  "plan",
  "depot",
  "cluster",
  "supervisor",
  "program",
  "cli",
]

const FILE_LINES_MAX = 300
const FUNCTION_LINES_MAX = 60

/** What only `src/host` and the entry files may touch. */
const MACHINE = [
  /\bDate\.now\b/,
  /\bnew Date\(\)/,
  /\bMath\.random\b/,
  /(?<![-\w])process\.\w/,
  /\bset(?:Timeout|Interval|Immediate)\(/,
  /\bconsole\.\w/,
]
const MACHINE_MODULES = ["node:fs", "node:fs/promises", "node:child_process", "node:os", "node:timers", "execa"]

/**
 * Who may read the time of day, which an operator may set: for stamps that people read, names, and what is compared with
 * stamps. What lasts is measured on the monotonic clock.
 */
const TIME_OF_DAY = [
  "src/cli/commands/sup-secret.ts",
  "src/cli/commands/supportbundle.ts",
  "src/cli/commands/svc-logs.ts",
  "src/cli/groups/license.ts",
  "src/crypto/generate-keys.ts",
  "src/crypto/origin-keys.ts",
  "src/plan/build-log.ts",
  "src/plan/build-moment.ts",
  "src/supervisor/acting.ts",
  "src/supervisor/gateway/http-gateway.ts",
  "src/supervisor/gateway/service-facts.ts",
  "src/supervisor/launcher/context.ts",
  "src/supervisor/launcher/log-file.ts",
  "src/supervisor/launcher/requests.ts",
  "src/supervisor/launcher/supervisor-life.ts",
  // Only what a launcher of an earlier version started.
  "src/supervisor/left.ts",
  "src/supervisor/roster.ts",
  "src/supervisor/set/set-hooks.ts",
]

const sources = sourceFiles("src")
const tests = sourceFiles("test")

function roomOf(name: string): string {
  return name.split("/")[1] ?? ""
}

function isEntry(name: string): boolean {
  return name.startsWith("src/cli/entry/")
}

function touchesMachine(name: string): boolean {
  return roomOf(name) === "host" || isEntry(name)
}

function breaksLayering(file: SourceFile, target: string): boolean {
  if (!target.startsWith("src/")) return false
  const from = roomOf(file.name)
  const to = roomOf(target)
  if (to === "host") return from !== "host" && !isEntry(file.name)
  if (from === "host") return to !== "base" && to !== "ports"
  if (from === "supervisor" && to === "plan") return true
  return ROOMS.indexOf(to) > ROOMS.indexOf(from) || !ROOMS.includes(to)
}

describe("the laws of the house", () => {
  it("imports go from right to left only", () => {
    const broken = sources.flatMap((file) =>
      importsOf(file)
        .filter((target) => breaksLayering(file, target))
        .map((target) => `${file.name} imports ${target}`),
    )
    expect(broken).toEqual([])
  })

  it("only the host and the entry files touch the machine", () => {
    const calls = sources
      .filter((file) => !touchesMachine(file.name))
      .flatMap((file) =>
        codeLines(file).flatMap((line, index) =>
          MACHINE.filter((pattern) => pattern.test(line)).map((pattern) => `${file.name}:${index + 1} ${pattern}`),
        ),
      )
    const modules = sources
      .filter((file) => !touchesMachine(file.name))
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => MACHINE_MODULES.includes(target))
          .map((target) => `${file.name} imports ${target}`),
      )
    expect([...calls, ...modules]).toEqual([])
  })

  it("only stamps are of the time of day", () => {
    const readers = sources
      .filter((file) => !touchesMachine(file.name))
      .filter((file) => codeLines(file).some((line) => /\bclock\??\.now\b|\bnow\b.*\} = .*\bclock\b/.test(line)))
    expect(readers.map(({ name }) => name).sort()).toEqual([...TIME_OF_DAY].sort())
  })

  it("files and functions are small enough to read", () => {
    const files = sources
      .filter((file) => file.lines.length > FILE_LINES_MAX)
      .map((file) => `${file.name}: ${file.lines.length} lines`)
    const functions = sources.flatMap((file) =>
      functionSizes(file)
        .filter((found) => found.lines > FUNCTION_LINES_MAX)
        .map((found) => `${file.name}:${found.line} ${found.name}: ${found.lines} lines`),
    )
    expect([...files, ...functions]).toEqual([])
  })

  it("has no barrels, default exports, leftover reminders or switched-off checks", () => {
    const barrels = sources.filter((file) => /\/(index|utils?|helpers?|misc)\.ts$/.test(file.name)).map((f) => f.name)
    const lines = sources.flatMap((file) =>
      file.lines.flatMap((line, index) =>
        /\bexport default\b|\b(TODO|FIXME|XXX|HACK)\b|biome-ignore|@ts-ignore|@ts-expect-error|\bas any\b/.test(line)
          ? [`${file.name}:${index + 1} ${line.trim()}`]
          : [],
      ),
    )
    expect([...barrels.filter((name) => name !== "src/templating/helpers.ts"), ...lines]).toEqual([])
  })

  it("every exported function, type and constant says what it promises", () => {
    const undocumented = sources
      .filter((file) => roomOf(file.name) !== "cli")
      .flatMap((file) =>
        file.lines.flatMap((line, index) =>
          /^export (async )?function\b/.test(line) && !/\*\/\s*$|^export function/.test(file.lines[index - 1] ?? "")
            ? [`${file.name}:${index + 1} ${line.slice(0, 60)}`]
            : [],
        ),
      )
    expect(undocumented).toEqual([])
  })

  it("every error code is thrown somewhere and described in the reference", () => {
    const code = sources.map((file) => file.text).join("\n")
    const page = fileURLToPath(new URL("../docs/reference/errors.md", import.meta.url))
    const documented = existsSync(page) ? readFileSync(page, "utf8") : ""
    const unused = Object.keys(ERROR_CODES).filter((name) => code.split(`"${name}"`).length < 2)
    const undescribed = Object.keys(ERROR_CODES).filter((name) => !documented.includes(`\`${name}\``))
    expect({ unused, undescribed }).toEqual({ unused: [], undescribed: [] })
  })

  it("every file that ARCHITECTURE.md speaks of exists, and it speaks of every folder", () => {
    const text = readFileSync(fileURLToPath(new URL("../ARCHITECTURE.md", import.meta.url)), "utf8")
    const named = [...text.matchAll(/(?:^|[ |,])((?:src|test|bench|bin|scripts)\/[\w./-]+)/g)].map(
      (match) => match[1] ?? "",
    )
    const missing = named.filter((name) => !existsSync(fileURLToPath(new URL(`../${name}`, import.meta.url))))
    const rooms = new Set(sources.map(({ name }) => path.posix.dirname(name)))
    const unnamed = [...rooms].filter((room) => !new RegExp(`${room}/[\\w.-]+\\.\\w`).test(text))
    const chapters = text.split(/^## /m).slice(1)
    const withoutTable = chapters.filter((chapter) => !/\|\s*$/.test(chapter.trimEnd())).map((c) => c.split("\n")[0])
    expect({ missing, unnamed, withoutTable }).toEqual({ missing: [], unnamed: [], withoutTable: [] })
  })

  it("conformance tests know the program and nothing of its inside", () => {
    const files = tests.filter((file) => /^test\/e2e\/lifecycle\/(habitat|kepler|pm2|hertz|pulumi)\./.test(file.name))
    expect(files).toHaveLength(5)
    expect(files.flatMap(importsOf).filter((target) => target.startsWith("src/"))).toEqual([])
  })

  it("tests never sleep and never ask how long something took", () => {
    const waiting = tests
      .filter((file) => !file.name.startsWith("test/support/") && file.name !== "test/tidy.test.ts")
      .flatMap((file) =>
        codeLines(file).flatMap((line, index) =>
          /\bsetTimeout\(|\bsleep\(|timers\/promises/.test(line) ? [`${file.name}:${index + 1} ${line.trim()}`] : [],
        ),
      )
    expect(waiting).toEqual([])
  })
})
