import type { ChildProcess } from "node:child_process"
import type { BytePipe } from "./byte-pipe.ts"

/** What a child prints, handed on once it is begun. */
export type Output = Readonly<{
  begin(): void
  /** Reads no further and kills the child. */
  end(): void
  /** Resolves when all was handed on, if the child's own end does not say so. */
  ended: Promise<unknown>
}>

/** Of a child that prints into a pipe of ours. */
export function outputOf({ writer, reader }: BytePipe, child: ChildProcess): Output {
  writer.destroy()
  // Its end is reported by the exit status; an unhandled stream error would end us instead.
  reader.on("error", () => undefined)
  const ended = new Promise((resolve) => reader.once("close", resolve))
  return {
    begin: () => void reader.resume(),
    end() {
      reader.destroy()
      child.kill("SIGKILL")
    },
    ended,
  }
}

/** The child's own stdout. What came before the beginning, which is what a pipe holds, flows away when the child ends. */
export function ownOutput(child: ChildProcess, take: (bytes: Uint8Array) => void): Output {
  let early: Buffer[] | undefined = []
  child.stdout?.on("error", () => undefined)
  child.stdout?.on("data", (bytes: Buffer) => {
    if (early === undefined) return take(bytes)
    early.push(bytes)
    child.stdout?.pause()
  })
  return {
    begin() {
      const kept = early ?? []
      early = undefined
      for (const bytes of kept) take(bytes)
      child.stdout?.resume()
    },
    end() {
      child.stdout?.destroy()
      child.kill("SIGKILL")
    },
    ended: Promise.resolve(),
  }
}

/** Hands on what comes, until the receiver has enough or throws: then `end` is called. */
export function handOver(onBytes: (bytes: Uint8Array) => "continue" | "stop", end: () => void) {
  let thrown: { error: unknown } | undefined
  let stopped = false
  const stop = () => {
    stopped = true
    end()
  }
  const fail = (error: unknown) => {
    thrown ??= { error }
    stop()
  }
  return {
    take(bytes: Uint8Array) {
      if (stopped) return
      try {
        if (onBytes(bytes) === "stop") stop()
      } catch (error) {
        fail(error)
      }
    },
    fail,
    stopped: () => stopped,
    rethrow() {
      if (thrown !== undefined) throw thrown.error
    },
  }
}
