import { wait } from "../ports/clock.ts"
import { type ConsoleStyle, formatLine } from "../supervisor/console/line.ts"
import { followLog, type LogFollower } from "../supervisor/logs/log-follower.ts"
import { type HowFar, inOrder, lastOf, logHistory } from "../supervisor/logs/log-history.ts"
import { findLogs, type LogChoice, type LogFolder, type LogSource } from "../supervisor/logs/log-source.ts"
import type { CommandContext } from "./command.ts"
import { wantsColour } from "./reporter.ts"

/** Lines are written together until they are so many characters. */
const WRITE_LENGTH = 64 * 1024
/** The longest a timer of Node takes; followers end by the signal. */
const FOREVER_MS = 2 ** 31 - 1

/** Prints what the logs in some folders hold; then, when followed, what comes, until Ctrl-C or until nobody reads. */
export async function showLogs(
  context: CommandContext,
  folders: readonly LogFolder[],
  asked: HowFar & LogChoice & Readonly<{ follow: boolean }>,
): Promise<void> {
  const { host } = context
  const printer = createPrinter(context)
  const found = folders.flatMap((folder) => findLogs(host, folder, asked))
  const histories = found.map((source) => ({ source, ...logHistory(host, source, asked, asked.follow) }))
  const lines = inOrder(histories.map((history) => history.lines))
  for (const { source, text } of lastOf(lines, asked.lines)) if (!printer.print(source, text)) return
  if (!printer.flush() || !asked.follow) return
  const followers = new Map(
    histories.map(({ source, end }) => [source.path, followLog(host.growingFiles, source, end)]),
  )
  await follow(context, folders, asked, followers, printer)
}

async function follow(
  { host, signal }: CommandContext,
  folders: readonly LogFolder[],
  choice: LogChoice,
  followers: Map<string, LogFollower>,
  printer: Printer,
): Promise<void> {
  const ended = new AbortController()
  const look = (folder: LogFolder) => {
    for (const source of findLogs(host, folder, choice)) {
      const follower = followers.get(source.path) ?? followLog(host.growingFiles, source, undefined)
      followers.set(source.path, follower)
      follower.look((lines) => printer.print(source, lines))
    }
    if (!printer.flush()) ended.abort()
  }
  const unwatch = folders.map((folder) => host.watcher.watch(folder.directory, () => look(folder)))
  // What was written between the history and the watching.
  for (const folder of folders) look(folder)
  signal.addEventListener("abort", () => ended.abort(), { once: true })
  await wait(host.clock, FOREVER_MS, ended.signal)
  for (const end of unwatch) end()
  for (const follower of followers.values()) follower.close()
}

type Printer = Readonly<{
  /** One line, or several with line feeds between them. False: nobody reads any more. */
  print(source: LogSource, lines: string): boolean
  flush(): boolean
}>

function createPrinter({ print, host, stdoutIsTerminal }: CommandContext): Printer {
  const style: ConsoleStyle = { json: false, color: wantsColour(host.env, stdoutIsTerminal) }
  let pending = ""
  let isRead = true
  const flush = () => {
    if (pending !== "") isRead = print(pending) && isRead
    pending = ""
    return isRead
  }
  return {
    print({ line }, lines) {
      const shown =
        line === undefined
          ? lines
          : lines
              .split("\n")
              .map((text) => formatLine(style, line, text))
              .join("\n")
      pending += `${shown}\n`
      return pending.length < WRITE_LENGTH ? isRead : flush()
    },
    flush,
  }
}
