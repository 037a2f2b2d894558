import { spawn } from "node:child_process"

/** sync(1) for one directory after another; each of its answers ends with a line that begins with `ended`. */
const SCRIPT = `while IFS= read -r -d '' directory; do sync -f -- "$directory" 2>&1; echo "ended $?"; done`
const ANSWER = /^(.*?)ended (\d+)\n/s
/** What sync(1) says when the kernel could not write; a directory that is gone by then is no such failure. */
const NOT_WRITTEN = "error syncing"

const CODES: ReadonlyMap<string, string> = new Map([
  ["No space left on device", "ENOSPC"],
  ["No such file or directory", "ENOENT"],
  ["Disk quota exceeded", "EDQUOT"],
])

export type TreeSync = Readonly<{
  sync(directory: string): Promise<void>
  begin(directory: string): void
}>

/**
 * What the file system promises about whole directories (ports/file-system.ts), by syncfs(2): an fsync for every file is
 * fifteen times slower for a package of 10,000 files. One process serves them all, because Node takes three milliseconds
 * to start another; it ends with the sync that was waited for, and with us.
 */
export function createTreeSync(): TreeSync {
  let helper: Helper | undefined
  let failure: string | undefined
  let isBusy = false
  const open = () => {
    if (helper === undefined || helper.isGone()) helper = startHelper()
    return helper
  }
  return {
    begin(directory) {
      if (isBusy) return
      isBusy = true
      open()
        .ask(directory)
        .then((why) => {
          if (why?.includes(NOT_WRITTEN)) failure ??= why
          isBusy = false
        })
    },
    async sync(directory) {
      const asked = open()
      helper = undefined
      const why = await asked.askLast(directory)
      // The kernel tells of a failed write once, and that may have been to a sync nobody waited for.
      const first = failure ?? why
      failure = undefined
      if (first !== undefined) throw systemFailure(directory, first)
    },
  }
}

type Helper = Readonly<{
  /** Why it failed; undefined when it did not. */
  ask(directory: string): Promise<string | undefined>
  /** The same, and then the helper ends. */
  askLast(directory: string): Promise<string | undefined>
  /** It answers no more. */
  isGone(): boolean
}>

function startHelper(): Helper {
  const child = spawn("bash", ["-c", SCRIPT], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, LC_ALL: "C" },
  })
  const waiting: ((why: string | undefined) => void)[] = []
  let text = ""
  let end: string | undefined
  const gone = (why: string) => {
    end ??= why
    for (const resolve of waiting.splice(0)) resolve(end)
  }
  child.on("error", (error) => gone(error.message)).on("close", () => gone("the process that syncs was ended"))
  child.stdin.on("error", () => undefined)
  child.stdout.on("data", (bytes: Buffer) => {
    text += bytes.toString()
    for (let answer = ANSWER.exec(text); answer !== null; answer = ANSWER.exec(text)) {
      const [whole, message = "", code] = answer
      text = text.slice(whole.length)
      waiting.shift()?.(code === "0" ? undefined : message.trim())
    }
  })
  const handles = [child, child.stdin, child.stdout] as unknown as { ref(): void; unref(): void }[]
  for (const handle of handles) handle.unref()
  const ask = async (directory: string) => {
    if (end !== undefined) return end
    child.stdin.write(`${directory}\0`)
    return new Promise<string | undefined>((resolve) => waiting.push(resolve))
  }
  return {
    ask,
    askLast(directory) {
      for (const handle of handles) handle.ref()
      const answer = ask(directory)
      child.stdin.end()
      return answer
    },
    isGone: () => end !== undefined,
  }
}

function systemFailure(directory: string, why: string): Error {
  const text = [...CODES.keys()].find((each) => why.includes(each))
  const code = (text === undefined ? undefined : CODES.get(text)) ?? "EIO"
  return Object.assign(new Error(`${code}: ${why}, syncfs '${directory}'`), {
    code,
    syscall: "syncfs",
    path: directory,
  })
}
