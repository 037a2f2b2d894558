import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import Handlebars from "handlebars"
import { parseToml } from "../src/config/toml.ts"
import { toPlain } from "../src/config/value.ts"
import { systemFiles } from "../src/host/file-system.ts"
import { compileTemplate } from "../src/templating/engine.ts"
import { renderTree } from "../src/templating/write-changed.ts"
import { type Bench, medianMs } from "./bench.ts"

const RUNS = 200
const FILES = 20

const CONFIG = `
name = "web"
port = 8080
workers = 4
tls = true
[limits]
connections = 1024
body = "16m"
[[servers]]
host = "10.0.0.1"
port = 4545
[[servers]]
host = "10.0.0.2"
port = 3434
[[servers]]
host = "10.0.0.3"
port = 3435
`

/** Ten lines of what configuration templates are made of; only what both engines understand. */
const SECTION = `# section of {{cfg.name}}
worker_processes {{cfg.workers}};
{{#if cfg.tls}}
listen {{cfg.port}} ssl;
{{else}}
listen {{cfg.port}};
{{/if}}
{{#each cfg.servers as |server| ~}}
  server {{server.host}}:{{server.port}}{{#unless @last}} down{{/unless}};
{{/each ~}}
{{#with cfg.limits}}limit {{connections}} {{body}};{{/with}}
`

const LONG = SECTION.repeat(18)

/** Rendering a service again after its configuration changed, beside plain Handlebars (limits 0.2 ms and 2 ms). */
export const renderBench: Bench = {
  name: "render",
  peers: ["handlebars"],
  async *run() {
    const cfg = parseToml(CONFIG, "default.toml")
    const plain = { cfg: toPlain(cfg) }
    const ours = compileTemplate({ path: "long.conf", text: LONG })
    const theirs = Handlebars.compile(LONG, { noEscape: true })
    const files = Array.from({ length: FILES }, (_, index) => `# ${index}\n${LONG}`)
    const service = files.map((text, index) => compileTemplate({ path: `${index}.conf`, text }))
    const peers = files.map((text) => Handlebars.compile(text, { noEscape: true }))
    if (ours.render({ cfg }).text !== theirs(plain))
      throw new Error("the engines disagree about the benchmark's template")
    let copies = 0
    const another = () => `${LONG}{{! ${copies++} }}`
    yield* [
      {
        what: `render ${LONG.split("\n").length} lines, warm`,
        measured: await medianMs(RUNS, () => ours.render({ cfg })),
        unit: "ms",
        limit: 0.2,
        peers: [{ name: "handlebars", measured: await medianMs(RUNS, () => theirs(plain)) }],
      },
      {
        what: `render a service of ${FILES} such files, warm`,
        measured: await medianMs(RUNS, () => service.map((template) => template.render({ cfg }))),
        unit: "ms",
        limit: 2,
        peers: [{ name: "handlebars", measured: await medianMs(RUNS, () => peers.map((template) => template(plain))) }],
      },
      {
        what: `the same on disk: ${FILES} files read, rendered, compared`,
        measured: await onDiskMs(files, { cfg }),
        unit: "ms",
        limit: 2,
      },
      {
        what: "compile such a file and render it once",
        measured: await medianMs(20, () => compileTemplate({ path: "x", text: another() }).render({ cfg })),
        unit: "ms",
        peers: [
          {
            name: "handlebars",
            measured: await medianMs(20, () => Handlebars.compile(another(), { noEscape: true })(plain)),
          },
        ],
      },
    ]
  },
}

/** What a service costs whose inputs changed and whose files did not: everything but writing. */
async function onDiskMs(
  files: readonly string[],
  context: Parameters<typeof renderTree>[1]["context"],
): Promise<number> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "hab-bench-"))
  const from = path.join(directory, "config")
  mkdirSync(from)
  for (const [index, text] of files.entries()) writeFileSync(path.join(from, `${index}.conf`), text)
  try {
    return await medianMs(RUNS, () => renderTree({ files: systemFiles }, { from, to: `${directory}/svc`, context }))
  } finally {
    rmSync(directory, { recursive: true })
  }
}
