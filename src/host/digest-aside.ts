import { Buffer } from "node:buffer"
import { spawn } from "node:child_process"
import fs from "node:fs"

const ARGS = ["--length=256", "-"]

/**
 * b2sum(1) of the coreutils, which takes half the time of what we hash with ourselves, and another core. Undefined where
 * there is no such program, and when it fails: whoever asked hashes then, and sees what is wrong.
 */
export async function digestAside(file: string, skip: number): Promise<string | undefined> {
  const descriptor = fs.openSync(file, "r")
  try {
    // Reading without a position moves the descriptor's own, which the program inherits.
    fs.readSync(descriptor, Buffer.alloc(skip), 0, skip, null)
    return await outputOf(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

function outputOf(descriptor: number): Promise<string | undefined> {
  const child = spawn("b2sum", ARGS, {
    stdio: [descriptor, "pipe", "ignore"],
    env: { PATH: process.env["PATH"] ?? "" },
  })
  let text = ""
  child.stdout?.on("data", (bytes: Buffer) => {
    text += bytes.toString()
  })
  return new Promise((resolve) => {
    child.on("error", () => resolve(undefined))
    child.on("close", (code) => resolve(code === 0 ? /^[0-9a-f]{64}(?= {2}-\n$)/.exec(text)?.[0] : undefined))
  })
}
