import { existsSync, mkdirSync, symlinkSync } from "node:fs"
import path from "node:path"

/** What the README asks for, and nothing else: coreutils, findutils, sed, grep, tar, xz, mount, util-linux, bash. */
const COMMANDS = `bash sh env cat chmod chown cp cut date dd dirname basename echo expr false head id install join ln ls
mkdir mkfifo mktemp mv nohup nproc od paste pwd readlink realpath rm rmdir seq sha256sum sleep sort split stat stty sync
tail tee test touch tr true truncate tsort tty uname uniq wc who whoami yes b2sum base64 chroot comm csplit df du factor
find xargs sed grep egrep fgrep tar xz unxz xzcat mount umount unshare nsenter setpriv flock pivot_root prlimit kill`

/** A folder with links to just those commands and to this Node: the PATH of a bare machine. */
export function barePath(directory: string): string {
  mkdirSync(directory)
  symlinkSync(process.execPath, path.join(directory, "node"))
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin"]
  for (const command of COMMANDS.split(/\s+/)) {
    const found = folders.map((folder) => path.join(folder, command)).find((file) => existsSync(file))
    if (found !== undefined) symlinkSync(found, path.join(directory, command))
  }
  return directory
}
