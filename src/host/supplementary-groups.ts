import fs from "node:fs"

/** Sources of group membership that /etc/group tells of; systemd's own module knows dynamic users only. */
const LOCAL_SOURCES = ["files", "compat", "systemd"]

/**
 * True when an account is in no group but its primary one. Unsure (directory services may know more) is false.
 * Read each time: an operator may add the account to a group while we run.
 */
export function hasOnlyPrimaryGroup(
  user: Readonly<{ name: string; gid: number }>,
  read: (file: string) => string | undefined = readText,
): boolean {
  const sources = /^group:(.*)$/m.exec(read("/etc/nsswitch.conf") ?? "group: files")?.[1] ?? "files"
  const names = sources
    .replace(/\[.*?\]/g, " ")
    .trim()
    .split(/\s+/)
  if (!names.every((name) => LOCAL_SOURCES.includes(name))) return false
  const groups = read("/etc/group")
  return groups !== undefined && !groups.split("\n").some((line) => isMember(line, user))
}

function isMember(line: string, user: Readonly<{ name: string; gid: number }>): boolean {
  const [, , gid, members = ""] = line.split(":")
  return gid !== undefined && Number(gid) !== user.gid && members.split(",").includes(user.name)
}

function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}
