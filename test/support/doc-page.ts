import { spawn, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs"
import path from "node:path"
import { type Hab, project, type SupervisorRun } from "./hab.ts"
import { hear, statements } from "./witnesses.ts"

/** A code block of a page of the documentation. */
export type DocBlock = Readonly<{
  /** The heading it stands under. */
  heading: string
  language: string
  /** Named behind the language: the file the block is the content of. */
  file: string | undefined
  text: string
}>

/** The code blocks of a page below `docs/`, in their order, list items' indentation taken off. */
export function blocksOfPage(name: string): DocBlock[] {
  const page = readFileSync(path.join(project, "docs", name), "utf8")
  const blocks: DocBlock[] = []
  let heading = ""
  for (const match of page.matchAll(/^#+ (.*)$|^( *)```(\w*) ?([^\n]*)\n([\s\S]*?)^\2```$/gm)) {
    const [, title, indent = "", language = "", file = "", text = ""] = match
    if (title !== undefined) heading = title
    else
      blocks.push({
        heading,
        language,
        file: file || undefined,
        text: text.replaceAll(`\n${indent}`, "\n").trimStart(),
      })
  }
  return blocks
}

export type Reader = Readonly<{
  /** Does what a reader does with the next blocks, up to the one under this heading, that one included. */
  followTo(heading: string): void
  /** Does what a reader does with the next block, on this machine. */
  next(on: Hab): void
  /** The supervisor the page started. */
  supervisor(): SupervisorRun
}>

/** Texts of a page that are others for this reader: a name, an address. */
type Replacing = Readonly<Record<string, string>>

/**
 * Somebody who follows a page in the root of `hab`: writes its files, runs its commands, in the background what stays. An
 * ordinary user's paths and root's lead to this root.
 */
export function readerOf(page: string, hab: Hab, replacing: Replacing = {}): Reader {
  const blocks = blocksOfPage(page).map((block) => ({ ...block, text: replaced(block.text, replacing) }))
  const share = hab.path(".local/share")
  mkdirSync(share, { recursive: true })
  if (!existsSync(`${share}/hab-root`)) symlinkSync(hab.root, `${share}/hab-root`)
  let supervisor: SupervisorRun | undefined
  const run = (hab: Hab, text: string) => {
    if (text.startsWith("hab depot serve ")) return runInBackground(hab, text)
    const [, before = text, words] = /^([\s\S]*?)^hab sup run ?(.*)$/m.exec(text) ?? []
    if (before.trim() !== "") runShell(hab, before)
    if (words !== undefined) supervisor = hab.supervise(...expand(hab, words))
  }
  const act = (hab: Hab, { language, file, text }: DocBlock) => {
    if (file !== undefined) hab.write(path.relative("/", path.join("/", file)), text)
    else if (language === "sh") run(hab, text)
  }
  return {
    followTo(heading) {
      const last = blocks.findLastIndex((block) => block.heading === heading)
      if (last < 0) throw new Error(`${page} has no block under '${heading}'`)
      for (const block of blocks.splice(0, last + 1)) act(hab, block)
    },
    next(on) {
      const block = blocks.shift()
      if (block === undefined) throw new Error(`${page} has no further block`)
      act(on, block)
    },
    supervisor() {
      if (supervisor === undefined) throw new Error(`${page} has not started a supervisor yet`)
      return supervisor
    },
  }
}

function replaced(text: string, replacing: Replacing): string {
  return Object.entries(replacing).reduce((left, [from, to]) => left.replaceAll(from, to), text)
}

function runInBackground(hab: Hab, text: string): void {
  const child = spawn("bash", ["-c", `exec ${relocated(hab, text)}`], {
    env: environmentOf(hab),
    cwd: hab.root,
    stdio: ["ignore", "pipe", "pipe"],
  })
  let printed = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (printed += chunk))
  hear({ tell: () => [`${text.trim()} printed:`, printed], isPresent: () => child.exitCode === null })
}

function environmentOf(hab: Hab): Record<string, string> {
  return { ...hab.env, PATH: `${project}bin:${hab.env["PATH"]}` }
}

/** Folders of a real machine lie below the root. */
function relocated(hab: Hab, text: string): string {
  return text.replace(/(?<=[\s("]|file:\/\/)\/(hab|srv|media)\//g, `${hab.root}/$1/`)
}

function expand(hab: Hab, words: string): string[] {
  const printed = runShell(hab, `printf '%s\\n' ${words}`)
  return printed.split("\n").filter((word) => word !== "")
}

function runShell(hab: Hab, page: string): string {
  const text = relocated(hab, page)
  const env = environmentOf(hab)
  const { stdout, stderr, status } = spawnSync("bash", ["-euo", "pipefail", "-c", text], {
    env,
    cwd: hab.root,
    encoding: "utf8",
    timeout: 60_000,
  })
  if (status !== 0) throw new Error(`exit code ${status} of\n${text}\n${stdout}${stderr}${statements()}`)
  return stdout
}
