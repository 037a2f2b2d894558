import { expect, it } from "vitest"
import { createLayout } from "../../../src/base/layout.ts"
import { knownServices } from "../../../src/supervisor/change/known-services.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"

const layout = createLayout({ root: "/r", enclosed: true })
const FILE = "/r/hab/sup/default/data/created.json"

it("remembers which services were created, and writes that down only where it changed", () => {
  const files = memoryFileSystem()
  const known = knownServices({ files, layout })
  known.save()
  expect(files.stat(FILE)).toBeUndefined()
  known.add("web")
  known.add("db")
  known.save()
  expect(files.readText(FILE)).toBe('["db","web"]')
  const later = knownServices({ files, layout })
  expect([later.has("web"), later.has("cache")]).toEqual([true, false])
  files.writeFile(FILE, "broken", { mode: 0o600 })
  later.add("web")
  later.keep(new Set(["db", "web"]))
  later.save()
  expect(files.readText(FILE)).toBe("broken")
  later.keep(new Set(["db"]))
  later.save()
  expect(files.readText(FILE)).toBe('["db"]')
})

it("knows none where its file cannot be understood", () => {
  const files = memoryFileSystem({ [FILE]: "{" })
  expect(knownServices({ files, layout }).has("web")).toBe(false)
})
