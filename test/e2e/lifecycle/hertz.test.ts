import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { partsOf, titlesIn } from "../../support/document-parts.ts"
import { createHab } from "../../support/hab.ts"
import { linkHab, startProgram, writeFilesOfPage } from "../../support/programs.ts"
import { hasShared, sharedPath } from "../../support/shared.ts"

const PAGE = "how-to/coming-from-hertz.md"
const ORDER = "runs start hooks in order, before any port opens"
const ERROR = "ends at the first start hook that fails, with nothing opened and no shutdown hook run"
const TOGETHER = "runs shutdown hooks all at once before it exits"
const LATE = "names a shutdown hook that is late, and ends all the same"

/** Every heading and code block of the document on Hertz hooks, and the tests that show it. */
const PARTS: readonly (readonly [hash: string, about: string, ...proofs: readonly string[]])[] = [
  ["5c314cd8", "StartHook", ORDER, ERROR],
  ["35dc43cf", "the list OnRun", ORDER],
  ["81359238", "signature of a start hook", ORDER, ERROR],
  ["838d9918", "sample of three start hooks", ORDER],
  ["0b35f962", "what the sample prints, in order", ORDER],
  ["4da4f34a", "ShutdownHook", TOGETHER, LATE],
  ["ba454796", "signature of a shutdown hook", TOGETHER],
  ["f253c43c", "sample of three shutdown hooks", TOGETHER],
  ["9d27a022", "what the sample prints, in any order", TOGETHER],
  ["35f71180", "sample of a hook that takes too long", LATE],
  ["290a1615", "what that sample prints", LATE],
]

function programs() {
  const hab = createHab()
  writeFilesOfPage(hab, PAGE)
  linkHab(hab)
  return hab
}

describe("the document on Hertz hooks", () => {
  it.skipIf(!hasShared)("has no heading, table or code block without its tests", () => {
    const document = readFileSync(sharedPath("mission/hertz-hooks.md"), "utf8")
    expect(PARTS.map(([hash]) => hash)).toEqual(partsOf(document).map(({ hash }) => hash))
  })

  it("names tests that exist", () => {
    const constants = [ORDER, ERROR, TOGETHER, LATE]
    const titles = titlesIn(readFileSync(new URL(import.meta.url), "utf8"))
    expect(constants.filter((title) => !titles.has(title))).toEqual([])
    expect(PARTS.filter(([, , ...proofs]) => proofs.length === 0)).toEqual([])
  })
})

describe("sup.toml without a program", () => {
  it("does the same with commands", async () => {
    const hab = programs()
    const sup = hab.supervise("--config-files", hab.path("sup.toml"))
    await sup.sees("Starting ctl-gateway")
    expect(sup.output().indexOf("warm the cache")).toBeLessThan(sup.output().indexOf("Starting http-gateway"))
    expect(await sup.stop()).toBe(0)
    for (const said of ["warm the cache", "deregister this host", "close the pool"])
      expect(sup.output()).toContain(said)
  })
})

describe("a program that runs the supervisor", () => {
  it("runs start hooks in order, before any port opens", async () => {
    const program = startProgram(programs(), "start.mjs")
    await program.sees("Starting ctl-gateway")
    program.signal("SIGTERM")
    expect(await program.ended).toBe(0)
    const marks = [
      "the first start",
      "the second start",
      "the third start",
      "Starting http-gateway",
      "run a shutdown hook",
    ]
    const places = marks.map((mark) => program.output().indexOf(mark))
    expect(places.every((place) => place >= 0)).toBe(true)
    expect(places).toEqual([...places].sort((a, b) => a - b))
  })

  it("ends at the first start hook that fails, with nothing opened and no shutdown hook run", async () => {
    const hab = programs()
    const program = startProgram(hab, "start.mjs", { BROKEN: "1" })
    expect(await program.ended).toBe(1)
    expect(program.output()).toContain("no database; nothing was started")
    expect(program.output()).not.toMatch(/shutdown hook|Starting/)
    expect(hab.list("hab")).toEqual([])
  })

  it("runs shutdown hooks all at once before it exits", async () => {
    const program = startProgram(programs(), "shutdown.mjs")
    await program.sees("Starting ctl-gateway")
    program.signal("SIGINT")
    expect(await program.ended).toBe(0)
    const output = program.output()
    expect(output).toContain("Begin graceful shutdown, wait at most 2 s for 3 functions of onShutdown")
    for (const which of ["first", "second", "third"]) expect(output).toContain(`run the ${which} shutdown hook`)
    expect(output.indexOf("third shutdown hook")).toBeLessThan(output.indexOf("Hasta la vista, services."))
    expect(output).not.toContain("timeout")
  })

  it("names a shutdown hook that is late, and ends all the same", async () => {
    const program = startProgram(programs(), "shutdown.mjs", { SLOW: "1" })
    await program.sees("Starting ctl-gateway")
    program.signal("SIGTERM")
    expect(await program.ended).toBe(0)
    expect(program.output()).toContain("onShutdown slow is ended: it did not finish within 2 s (timeout)")
    expect(program.output()).toContain("Hasta la vista, services.")
  })
})
