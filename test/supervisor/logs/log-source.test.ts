import { expect, it } from "vitest"
import { findLogs } from "../../../src/supervisor/logs/log-source.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"

const folder = { directory: "/logs", preamble: "web.default" }
const names = ["init.stdout.log", "post-run.stderr.log", "run.stdout.log", "run.stderr.log", "run.stdout.log.1"]
const files = memoryFileSystem(
  Object.fromEntries([...names, "run.stdout.times", "notes"].map((name) => [`/logs/${name}`, ""])),
)

function found(hooks: Parameters<typeof findLogs>[2]["hooks"]) {
  return findLogs({ files }, folder, { hooks }).map(({ path }) => path.slice("/logs/".length))
}

it("logs are those of the process first, then of the hooks that were asked for by name or event", () => {
  expect(found("all")).toEqual(["run.stdout.log", "run.stderr.log", "init.stdout.log", "post-run.stderr.log"])
  expect(found("none")).toEqual(["run.stdout.log", "run.stderr.log"])
  expect(found(["init"])).toEqual(["init.stdout.log"])
  expect(found(["pre-start", "post-run"])).toEqual(["init.stdout.log", "post-run.stderr.log"])
  expect(findLogs({ files }, { ...folder, directory: "/none" }, { hooks: "all" })).toEqual([])
})

it("logs of declared hooks are asked for by event, alias or name", () => {
  const declared = ["on-init-overlay", "pre-start-overlay-2", "shop.pre-stop-set", "migrate"]
  const logs = memoryFileSystem(Object.fromEntries(declared.map((name) => [`/logs/${name}.stdout.log`, ""])))
  const chosen = (...hooks: string[]) =>
    findLogs({ files: logs }, folder, { hooks }).map(({ path }) => path.slice("/logs/".length, -".stdout.log".length))
  expect(chosen("pre-start")).toEqual(["on-init-overlay", "pre-start-overlay-2"])
  expect(chosen("on-init")).toEqual([])
  expect(chosen("pre-stop", "migrate")).toEqual(["migrate", "shop.pre-stop-set"])
})

it("lines of logs say whose they are; those of the supervisor do so themselves", () => {
  const lines = findLogs({ files }, folder, { hooks: "all" }).map(({ line }) => `${line?.preamble}(${line?.key})`)
  expect(lines).toEqual([
    "web.default(O)",
    "web.default(E)",
    "web.default hook[init]:(HK)",
    "web.default hook[post-run]:(HK)",
  ])
  const own = memoryFileSystem({ "/logs/sup.stdout.log": "" })
  expect(findLogs({ files: own }, folder, { hooks: "none" })).toEqual([{ path: "/logs/sup.stdout.log" }])
})
