import type { ChildProcess } from "node:child_process"
import type { BytePipe } from "./byte-pipe.ts"

/** What a child prints, handed on as it comes. */
export type Output = Readonly<{
  resume(): void
  pause(): void
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
    resume: () => void reader.resume(),
    pause: () => void reader.pause(),
    end() {
      reader.destroy()
      child.kill("SIGKILL")
    },
    ended,
  }
}

/** The child's own stdout. */
export function ownOutput(child: ChildProcess, take: (bytes: Uint8Array) => void): Output {
  child.stdout?.on("error", () => undefined)
  child.stdout?.on("data", take)
  return {
    resume: () => void child.stdout?.resume(),
    pause: () => void child.stdout?.pause(),
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
