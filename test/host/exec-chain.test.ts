import { describe, expect, it } from "vitest"
import { type ExecPlace, execChain } from "../../src/host/exec-chain.ts"
import type { GroupCommand } from "../../src/ports/process-group.ts"

const place: ExecPlace = {
  tools: { sh: "/bin/sh", env: "/usr/bin/env", setpriv: "/usr/bin/setpriv", nsenter: "/usr/bin/nsenter" },
  uid: 0,
  cwd: "/root",
  hasOnlyPrimaryGroup: ({ name }) => name !== "member",
}
const enclosed = { ...place, enter: ["--mount=/proc/7/fd/20"] }
const hab = { name: "hab", uid: 42, gid: 43 }
const member = { name: "member", uid: 44, gid: 45 }

function chain(at: ExecPlace, command: Partial<GroupCommand>) {
  const { argv, ...rest } = execChain({ label: "l", runId: "r1", argv: ["run", "x"], env: { A: "1" }, ...command }, at)
  return { argv: argv.join(" "), ...rest }
}

describe("the way to a command", () => {
  it("is one step when nothing has to change", () => {
    expect(chain(place, {})).toEqual({ argv: "run x", env: { HAB_RUN_ID: "r1", A: "1" } })
    expect(chain(place, { cwd: "/srv" }).cwd).toBe("/srv")
    expect(chain(place, { user: { name: "root", uid: 0, gid: 0 } }).argv).toBe("run x")
  })

  it("switches the user in the same step when that keeps the groups right, by setpriv otherwise", () => {
    expect(chain(place, { user: hab })).toMatchObject({ argv: "run x", uid: 42, gid: 43 })
    expect(chain(place, { user: member })).not.toHaveProperty("uid")
    expect(chain(place, { user: member }).argv).toBe("/usr/bin/setpriv --reuid=44 --regid=45 --init-groups -- run x")
  })

  it("enters the enclosure, where the working directory is looked up", () => {
    const enter = "/usr/bin/nsenter --mount=/proc/7/fd/20"
    expect(chain(enclosed, {}).argv).toBe(`${enter} --wdns=/root -- run x`)
    expect(chain(enclosed, { cwd: "/hab/svc/x" })).toEqual({
      argv: `${enter} --wdns=/hab/svc/x -- run x`,
      env: { HAB_RUN_ID: "r1", A: "1" },
    })
    expect(chain(enclosed, { user: hab })).toMatchObject({ argv: `${enter} --wdns=/root -S42 -G43 -- run x` })
    expect(chain(enclosed, { user: hab })).not.toHaveProperty("uid")
    expect(chain(enclosed, { user: member }).argv).toContain("-- /usr/bin/setpriv --reuid=44 --regid=45 --init-groups")
    expect(chain(enclosed, { enclosed: false }).argv).toBe("run x")
  })

  it("sets limits before the user is switched: raising one takes root", () => {
    const wanted = { limits: { openFiles: 9, memoryBytes: 4096, cpuSeconds: 5 }, umask: 0o22, user: hab }
    expect(chain(place, wanted).argv).toBe(
      "/bin/sh -c umask 0022 || exit 126; ulimit -n 9 || exit 126; ulimit -v 4 || exit 126; ulimit -t 5 || exit 126; " +
        'exec "$@" sh /usr/bin/setpriv --reuid=42 --regid=43 --clear-groups -- run x',
    )
  })

  it("gives back the operator's soft limit of open files, unless the service has its own", () => {
    const raised = { ...place, softOpenFiles: 1024 }
    expect(chain(raised, {}).argv).toContain("ulimit -S -n 1024 ")
    expect(chain(raised, { limits: { openFiles: 9 } }).argv).not.toContain("1024")
  })

  it("keeps loader variables from our own tools and gives them to the command", () => {
    const env = { A: "1", LD_LIBRARY_PATH: "/hab/lib" }
    expect(chain(place, { env }).env).toEqual({ HAB_RUN_ID: "r1", ...env })
    expect(chain(enclosed, { env })).toEqual({
      argv: "/usr/bin/nsenter --mount=/proc/7/fd/20 --wdns=/root -- /usr/bin/env LD_LIBRARY_PATH=/hab/lib run x",
      env: { HAB_RUN_ID: "r1", A: "1" },
    })
  })

  it("never lets a command keep the run id of somebody else", () => {
    expect(chain(place, { env: { HAB_RUN_ID: "outer" } }).env).toEqual({ HAB_RUN_ID: "r1" })
  })
})
