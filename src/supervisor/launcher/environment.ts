/** Variables that npm, Node and we ourselves add on the way from the operator to here. */
const ADDED_EXACTLY = [
  "INIT_CWD",
  "NODE",
  "COLOR",
  "NODE_CHANNEL_FD",
  "NODE_CHANNEL_SERIALIZATION_MODE",
  "HAB_RUN_ID",
  "HAB_SOFT_OPEN_FILES",
]
const NPM_PREFIX = "npm_"

/**
 * The environment the operator had, from the one we have (decisions G): `npm start` adds 28 variables and folders in
 * front of PATH.
 */
export function operatorEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  const fromNpm = env["npm_lifecycle_event"] !== undefined || env["npm_execpath"] !== undefined
  const added = (name: string) =>
    name.startsWith(NPM_PREFIX) || (ADDED_EXACTLY.includes(name) && (fromNpm || !["NODE", "COLOR"].includes(name)))
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !added(name)))
  return fromNpm && kept["PATH"] !== undefined ? { ...kept, PATH: withoutNpmFolders(kept["PATH"]) } : kept
}

function withoutNpmFolders(path: string): string {
  return path
    .split(":")
    .filter((folder) => !folder.endsWith("/node_modules/.bin") && !folder.endsWith("/node-gyp-bin"))
    .join(":")
}
