import fs from "node:fs"
import path from "node:path"
import type { RunAs, StreamPaths } from "../ports/process-group.ts"
import { createFifoPool } from "./fifo-pool.ts"
import { systemFiles } from "./file-system.ts"
import { openStreamChannel, type StreamChannel } from "./stream-channel.ts"

const DIRECTORY_MODE = 0o700
const IDLE_MAX = 512
const NAME_BYTES_MAX = 180
/** A mkfifo of the pool that is under way may still fill the directory. */
const REMOVE_ALL = { recursive: true, force: true, maxRetries: 10, retryDelay: 10 } as const

/** The streams of one command, until they are given back. */
export type StreamLease = Readonly<{ channel: StreamChannel; release(pid: number): void }>

/** Hands out FIFO pairs by label and keeps them open for the next command of that label: most hooks run many times. */
export type StreamChannels = Readonly<{
  lease(label: string, owner: RunAs | undefined): Promise<StreamLease>
  /** A FIFO for standard input; the name is its label's. */
  makeInput(label: string, owner: RunAs | undefined): Promise<string>
  /** Opens streams that exist already, before anything is leased. Undefined when they do not. */
  reopen(label: string, paths: StreamPaths): StreamLease | undefined
  close(): void
}>

type Idle = { readonly label: string; readonly channel: StreamChannel; readonly lastPid: number }

/**
 * `isOccupied` tells whether the group of a pid still has members: streams that somebody may still write to are read on,
 * and not given to another command.
 */
export function createStreamChannels(directory: string, isOccupied: (pid: number) => boolean): StreamChannels {
  systemFiles.makeDirectories(directory, DIRECTORY_MODE)
  const pool = createFifoPool(directory)
  const idle: Idle[] = []
  const used = new Set<string>()
  let purged = false

  const takeIdle = (label: string) => {
    const index = idle.findIndex((entry) => entry.label === label && !isOccupied(entry.lastPid))
    return index < 0 ? undefined : idle.splice(index, 1)[0]?.channel
  }
  const evict = () => {
    const index = idle.findIndex((entry) => !isOccupied(entry.lastPid))
    const [entry] = idle.length > IDLE_MAX && index >= 0 ? idle.splice(index, 1) : []
    for (const file of entry === undefined ? [] : discard(entry.channel)) used.delete(file)
  }
  const makeFifo = async (name: string, owner: RunAs | undefined) => {
    if (!purged) purge(directory, used)
    purged = true
    const file = unusedName(path.join(directory, name), used)
    used.add(file)
    await pool.take(file)
    giveTo(file, owner)
    return file
  }
  const leased = (label: string, channel: StreamChannel): StreamLease => ({
    channel,
    release(lastPid) {
      idle.push({ label, channel, lastPid })
      evict()
    },
  })
  return {
    async lease(label, owner) {
      const kept = takeIdle(label)
      if (kept !== undefined) {
        for (const file of [kept.paths.stdout, kept.paths.stderr]) giveTo(file, owner)
        return leased(label, kept)
      }
      const name = fileName(label)
      const [stdout, stderr] = await Promise.all([makeFifo(`${name}.stdout`, owner), makeFifo(`${name}.stderr`, owner)])
      return leased(label, openStreamChannel({ stdout, stderr }))
    },
    makeInput: (label, owner) => makeFifo(`${fileName(label)}.stdin`, owner),
    reopen(label, paths) {
      try {
        const channel = openStreamChannel(paths)
        used.add(paths.stdout).add(paths.stderr)
        return leased(label, channel)
      } catch {
        return undefined
      }
    },
    close() {
      pool.close()
      for (const { channel } of idle.splice(0)) channel.close()
      fs.rmSync(directory, REMOVE_ALL)
    },
  }
}

/** Removes what a dead launcher left and nobody reopened. */
function purge(directory: string, used: ReadonlySet<string>): void {
  const left = fs.readdirSync(directory).map((name) => path.join(directory, name))
  for (const file of left) if (!used.has(file)) fs.rmSync(file, { recursive: true, force: true })
}

/** Closes the channel and removes its files. */
function discard({ close, paths }: StreamChannel): string[] {
  const files = [paths.stdout, paths.stderr]
  close()
  for (const file of files) fs.rmSync(file, { force: true })
  return files
}

/** One label, one name: anything a file name cannot hold is percent-encoded. */
function fileName(label: string): string {
  return encodeURIComponent(label).slice(0, NAME_BYTES_MAX)
}

function unusedName(wanted: string, used: ReadonlySet<string>): string {
  const dot = wanted.lastIndexOf(".")
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? wanted : `${wanted.slice(0, dot)}~${n}${wanted.slice(dot)}`
    if (!used.has(name)) return name
  }
}

function giveTo(file: string, owner: RunAs | undefined): void {
  if (owner !== undefined && process.geteuid?.() === 0) fs.chownSync(file, owner.uid, owner.gid)
  else if (process.geteuid?.() === 0) fs.chownSync(file, 0, process.getegid?.() ?? 0)
}
