import { beforeEach, describe, expect, it } from "vitest"
import { bundleProgram, runProgram } from "../support/as-program.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

let program: string

beforeEach(async () => {
  program = await bundleProgram("print-open-files.ts", temporaryDirectory())
})

const shell = (script: string) => runProgram(["bash", "-c", script, "bash", process.execPath, program]).trim()

describe("the operator's soft limit of open files", () => {
  it("is the one of the shell that started us, which Node has raised for itself", () => {
    expect(shell('ulimit -S -n 256; "$@"; exit $?')).toBe("256")
  })

  it("is looked for above npm and its shell, which inherited what npm's Node had raised", () => {
    const npm = `const { spawnSync } = require("node:child_process")
      const env = { ...process.env, npm_lifecycle_event: "start" }
      const args = ["-c", '"$@"; exit $?', "sh", process.execPath, process.argv[1]]
      spawnSync("bash", args, { env, stdio: "inherit" })`
    expect(shell(`ulimit -S -n 256; "$1" -e '${npm.replaceAll("'", "'\\''")}' "$2"; exit $?`)).toBe("256")
  })

  it("is what bin/hab remembered, where there is no shell to ask", () => {
    expect(shell('export HAB_SOFT_OPEN_FILES=77; exec "$@"')).toBe("77")
  })

  it("is ours when the operator raised it, too", () => {
    expect(shell('ulimit -S -n hard; "$@"; exit $?')).toBe("-")
  })
})
