type Environment = Readonly<Record<string, string>>

/** What our own launcher and Node's child processes pass down; no service may mistake itself for one of them. */
const OURS =
  /^(?:HAB_LAUNCHER_.*|HAB_RUN_ID|HAB_SOFT_OPEN_FILES|HAB_HOOK_(?!STANDARD_STREAM_BYTE_LIMIT$).*|HAB_AUTH_TOKEN|NODE_CHANNEL_.*|NODE_UNIQUE_ID)$/

/** What a service manager told hab and nobody else: a service that found it would speak for us (sd_notify(3)). */
const SERVICE_MANAGER = /^(?:NOTIFY_SOCKET|WATCHDOG_USEC|WATCHDOG_PID|LISTEN_FDS|LISTEN_PID|LISTEN_FDNAMES)$/

/** What `npm start` and `npx` add beside their `npm_*` variables. */
const NPM = /^(?:npm_.*|INIT_CWD|NODE|COLOR)$/i
const NPM_PATH_ENTRY = /\/node_modules\/\.bin\/?$|\/node-gyp-bin\/?$/

/**
 * The environment the operator had (decisions G): without what npm, Node, our launcher and a service manager put into it. HAB_AUTH_TOKEN
 * is left out as well: only install hooks are given it (spec supervisor §2.7).
 */
export function operatorEnvironment(env: Environment): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => !OURS.test(name) && !SERVICE_MANAGER.test(name))
  const throughNpm = Object.keys(env).some((name) => /^npm_(?:execpath|lifecycle_event|command)$/.test(name))
  if (!throughNpm) return Object.fromEntries(kept)
  const clean = Object.fromEntries(kept.filter(([name]) => !NPM.test(name)))
  const path = clean["PATH"]?.split(":").filter((entry) => !NPM_PATH_ENTRY.test(entry))
  return path === undefined ? clean : { ...clean, PATH: path.join(":") }
}
