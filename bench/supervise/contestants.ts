import { execFileSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { enclosureArgv } from "../../src/host/enclosure.ts"

/** A service every contestant is given: an executable script, and how it is asked for its health where that exists. */
export type Service = Readonly<{
  name: string
  script: string
  /** Whom it runs as. Default: us. */
  user?: string
  healthCheck?: string
  healthIntervalSec?: number
}>

type Env = Readonly<Record<string, string>>

/** A process supervisor that takes part. */
export type Contestant = Readonly<{
  name: string
  /** Programs that must be on PATH. */
  needs: readonly string[]
  /** How it is recognised among the processes of its session: it, and its helpers for each service. */
  own: RegExp
  /** Most services it is started with: what takes minutes is not waited for. */
  servicesMax: number
  /** With more services than this it is started once only. */
  servicesQuick: number
  /** Writes what it reads in `folder`. */
  prepare(folder: string, services: readonly Service[]): void
  /** Starts it in the foreground, or in the background by itself. */
  argv(folder: string): readonly [string, ...string[]]
  env?(folder: string): Env
}>

const hab: Contestant = {
  name: "hab",
  needs: [],
  own: /bin\/hab.sup.run|supervisor\.cjs/,
  servicesMax: 500,
  servicesQuick: 500,
  prepare(folder, services) {
    copyNode(folder)
    for (const service of services) writePackage(folder, service)
  },
  argv(folder) {
    const backoff = ["--service-min-backoff-period", "0", "--service-max-backoff-period", "0"]
    // Another supervisor may have the usual port.
    const run = [path.resolve("bin/hab"), "sup", "run", "--listen-http", "127.0.0.1:0", ...backoff] as const
    const uid = process.getuid?.() ?? 0
    return uid === 0 ? enclosureArgv(`${folder}/hab`, { uid, gid: 0 }, run) : run
  },
  /** As root it runs in a namespace of ours with /hab in it, as on a host of its own; else it makes one itself. */
  env: (folder) => ({
    PATH: `${folder}/bin:${process.env["PATH"]}`,
    ...(process.getuid?.() === 0 ? {} : { FS_ROOT: folder }),
  }),
}

/** Pages of Node's program are shared with every other Node of the machine; a copy shows what we cost alone. */
function copyNode(folder: string): void {
  fs.mkdirSync(`${folder}/bin`)
  fs.copyFileSync(process.execPath, `${folder}/bin/node`)
}

/** An installed package with its spec, without building one. */
function writePackage(folder: string, { name, script, user, healthCheck, healthIntervalSec = 30 }: Service): void {
  const release = `bench/${name}/1.0.0/20260101000000`
  const pkg = `${folder}/hab/pkgs/${release}`
  fs.mkdirSync(`${pkg}/hooks`, { recursive: true })
  fs.mkdirSync(`${folder}/hab/sup/default/specs`, { recursive: true })
  fs.mkdirSync(`${folder}/hab/.enclosure`, { recursive: true })
  const own = process.getuid?.() === 0 ? "root" : String(process.getuid?.())
  const group = user === undefined ? own : groupOf(user)
  const files = { IDENT: `${release}\n`, TARGET: "x86_64-linux\n", SVC_USER: user ?? own, SVC_GROUP: group }
  for (const [file, text] of Object.entries(files)) fs.writeFileSync(`${pkg}/${file}`, text)
  fs.writeFileSync(`${pkg}/hooks/run`, script, { mode: 0o755 })
  if (healthCheck !== undefined) fs.writeFileSync(`${pkg}/hooks/health-check`, healthCheck, { mode: 0o755 })
  const interval = `[health_check_interval]\nsecs = ${healthIntervalSec}\nnanos = 0\n`
  fs.writeFileSync(`${folder}/hab/sup/default/specs/${name}.spec`, `ident = "bench/${name}"\n\n${interval}`)
}

function groupOf(user: string): string {
  return execFileSync("id", ["-gn", user], { encoding: "utf8" }).trim()
}

/** runit and s6 read the same folders; `as` is the program with which each becomes another user. */
function writeServiceFolders(folder: string, services: readonly Service[], as = ""): void {
  for (const { name, script, user } of services) {
    const place = `${folder}/service/${name}`
    const isSwitched = user !== undefined && as !== ""
    fs.mkdirSync(place, { recursive: true })
    fs.writeFileSync(`${place}/${isSwitched ? "program" : "run"}`, script, { mode: 0o755 })
    if (isSwitched) fs.writeFileSync(`${place}/run`, `#!/bin/sh\nexec ${as} ${user} ./program\n`, { mode: 0o755 })
  }
}

const runit: Contestant = {
  name: "runit",
  needs: ["runsvdir", "runsv"],
  own: /^(\S*\/)?runsv(dir)?\0/,
  servicesMax: 500,
  servicesQuick: 500,
  prepare: (folder, services) => writeServiceFolders(folder, services, "chpst -u"),
  argv: (folder) => ["runsvdir", `${folder}/service`],
}

const s6: Contestant = {
  name: "s6",
  needs: ["s6-svscan", "s6-supervise"],
  own: /^(\S*\/)?s6-(svscan|supervise)\0/,
  servicesMax: 500,
  servicesQuick: 500,
  prepare: (folder, services) => writeServiceFolders(folder, services, "s6-setuidgid"),
  argv: (folder) => ["s6-svscan", "-c", "1000", `${folder}/service`],
}

const supervisord: Contestant = {
  name: "supervisord",
  needs: ["supervisord"],
  own: /supervisord/,
  servicesMax: 500,
  servicesQuick: 500,
  prepare(folder, services) {
    writeServiceFolders(folder, services)
    const log = "stdout_logfile=/dev/null\nstderr_logfile=/dev/null\n"
    const program = ({ name, user }: Service) =>
      `[program:${name}]\ncommand=${folder}/service/${name}/run\nautorestart=true\nstartsecs=0\n${log}${user === undefined ? "" : `user=${user}\n`}`
    const head = `[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=${folder}/pid\nminfds=8192\n`
    fs.writeFileSync(`${folder}/supervisord.conf`, [head, ...services.map(program)].join("\n"))
  },
  argv: (folder) => ["supervisord", "-c", `${folder}/supervisord.conf`],
}

const pm2: Contestant = {
  name: "pm2",
  needs: ["pm2"],
  own: /God Daemon/,
  servicesMax: 100,
  servicesQuick: 10,
  prepare(folder, services) {
    writeServiceFolders(folder, services)
    const apps = services.map(({ name, user }) => ({
      name,
      ...(user === undefined ? {} : { uid: user }),
      script: `${folder}/service/${name}/run`,
      interpreter: "none",
      restart_delay: 0,
      max_restarts: 1_000_000,
    }))
    fs.writeFileSync(`${folder}/ecosystem.json`, JSON.stringify({ apps }))
  },
  argv: (folder) => ["pm2", "start", `${folder}/ecosystem.json`],
  env: (folder) => ({ PM2_HOME: `${folder}/pm2` }),
}

/** hab first. */
export const CONTESTANTS: readonly Contestant[] = [hab, runit, s6, supervisord, pm2]

/** Who can take part here, and who is missing what. */
export function presentContestants(): Readonly<{ present: readonly Contestant[]; skipped: readonly string[] }> {
  const isMissing = ({ needs }: Contestant) => needs.some((program) => findOnPath(program) === undefined)
  return {
    present: CONTESTANTS.filter((contestant) => !isMissing(contestant)),
    skipped: CONTESTANTS.filter(isMissing).map(({ name }) => name),
  }
}

/** The first file of that name on PATH. */
export function findOnPath(program: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(":")
  return folders.map((folder) => path.join(folder, program)).find((file) => fs.existsSync(file))
}
