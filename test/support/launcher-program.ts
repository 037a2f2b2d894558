import path from "node:path"
import { createLayout, supervisorPaths } from "../../src/base/layout.ts"
import { systemAppendFiles } from "../../src/host/append-file.ts"
import { systemClock } from "../../src/host/clock.ts"
import { systemExecPlace } from "../../src/host/exec-place.ts"
import { systemFiles } from "../../src/host/file-system.ts"
import { descriptorSink } from "../../src/host/output-sink.ts"
import { createProcessGroups } from "../../src/host/process-group.ts"
import { systemSignals } from "../../src/host/signals.ts"
import { runLauncher } from "../../src/supervisor/launcher/launcher.ts"

/** Program: a launcher on the root given, without LOCK and enclosure, with `supervisor-program` as its supervisor. */
async function main(root: string, journal: string, requests: string): Promise<void> {
  const layout = createLayout({ root, enclosed: true })
  const fifoDirectory = supervisorPaths(layout).fifos
  const supervisor = path.join(path.dirname(process.argv[1] ?? ""), "supervisor-program.cjs")
  process.exitCode = await runLauncher({
    ports: {
      clock: systemClock,
      files: systemFiles,
      groups: createProcessGroups({ fifoDirectory, place: systemExecPlace(undefined) }),
      appendFiles: systemAppendFiles,
      stdout: descriptorSink(1),
      stderr: descriptorSink(2),
      signals: systemSignals,
      pid: process.pid,
    },
    layout,
    supervisor: () => ({
      argv: [process.execPath, supervisor, journal, requests],
      env: { PATH: process.env["PATH"] ?? "" },
    }),
    console: { json: false, color: false },
    version: "0.0.0",
  })
  process.exit()
}

const [root = "", journal = "", requests = "[]"] = process.argv.slice(2)
void main(root, journal, requests)
