import { posix as path } from "node:path"
import { describeSystemError } from "../base/describe-system-error.ts"
import { HabError, isSystemError } from "../base/errors.ts"
import { type Layout, servicePaths } from "../base/layout.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { Users } from "../ports/users.ts"
import type { Credentials } from "./credentials.ts"

const PUBLIC_MODE = 0o755
const PRIVATE_MODE = 0o770

type Files = Pick<FileSystem, "makeDirectories" | "lstat" | "stat" | "chmod" | "chown">

/**
 * Creates `/hab/svc/<name>` and what is in it (spec supervisor §2.4). The directory itself, `hooks` and `logs` are
 * always 0755, whatever the umask; the others get mode 0770 and the service's owner only when they are new.
 * Throws SERVICE_DIRECTORY.
 */
export function createServiceDirectories(
  context: Readonly<{ files: Files; users: Pick<Users, "current">; layout: Layout }>,
  service: Readonly<{ name: string; credentials: Pick<Credentials, "user" | "group"> }>,
): void {
  const paths = servicePaths(context.layout, service.name)
  for (const directory of [paths.service, paths.hooks, paths.logs]) {
    explain(directory, () => makePublicDirectory(context, directory))
  }
  const owned = [paths.config, paths.configInstall, paths.data, paths.files, paths.static, paths.var]
  for (const directory of owned) explain(directory, () => makePrivateDirectory(context, directory, service.credentials))
}

/** Opens the way to it as well: every ancestor of ours below the `hab` directory becomes 0755. */
function makePublicDirectory(
  { files, users }: Readonly<{ files: Files; users: Pick<Users, "current"> }>,
  directory: string,
): void {
  files.makeDirectories(directory, PUBLIC_MODE)
  for (let at = directory; path.basename(at) !== "hab" && at !== "/"; at = path.dirname(at)) {
    const stat = files.stat(at)
    if (stat?.uid !== users.current.uid || stat.gid !== users.current.gid) return
    if (stat.mode !== PUBLIC_MODE) files.chmod(at, PUBLIC_MODE)
  }
}

function makePrivateDirectory(
  { files, users }: Readonly<{ files: Files; users: Pick<Users, "current"> }>,
  directory: string,
  { user, group }: Pick<Credentials, "user" | "group">,
): void {
  if (files.lstat(directory) !== undefined) return
  files.makeDirectories(directory, PRIVATE_MODE)
  const ours = user.uid === users.current.uid && group.gid === users.current.gid
  if (!ours) files.chown(directory, user.uid, group.gid)
}

function explain(directory: string, make: () => void): void {
  try {
    make()
  } catch (error) {
    if (!isSystemError(error)) throw error
    throw new HabError("SERVICE_DIRECTORY", `Can't create directory ${directory}: ${describeSystemError(error)}`, {
      hint: "who runs hab must own the directories above it; without root, use a root of your own (FS_ROOT)",
      cause: error,
    })
  }
}
