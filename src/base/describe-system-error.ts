const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  ENOENT: "no such file or directory",
  ENOTDIR: "a part of the path is not a directory",
  EISDIR: "is a directory",
  EEXIST: "already exists",
  ENOTEMPTY: "directory is not empty",
  ENOSPC: "no space left on the disk",
  EDQUOT: "disk quota used up",
  EROFS: "file system is read-only",
  EIO: "the disk reported an input/output error",
  EMFILE: "too many open files",
  EXDEV: "another file system is mounted here",
  ENAMETOOLONG: "name too long",
}

const ELSEWHERE =
  "use an account that may do this or, where it is about hab's own folder, another root: FS_ROOT=DIRECTORY"
const LOOK = "check the path"
const MAKE_ROOM = "make room on that disk, then run it again"

const ADVICE: Readonly<Record<string, string>> = {
  EACCES: ELSEWHERE,
  EPERM: ELSEWHERE,
  EROFS: "mount it read-write (dmesg says whether its disk failed), or use another root: FS_ROOT=DIRECTORY",
  ENOSPC: MAKE_ROOM,
  EDQUOT: MAKE_ROOM,
  ENOENT: LOOK,
  ENOTDIR: LOOK,
  EISDIR: LOOK,
  ENAMETOOLONG: LOOK,
}

/** `cannot open '/x/y': permission denied (EACCES)`: a system error in words a person can act on. */
export function describeSystemError(error: NodeJS.ErrnoException & { readonly dest?: string }): string {
  const meaning = MEANINGS[error.code ?? ""] ?? error.message
  const path = error.path === undefined ? "" : ` '${error.path}'`
  const to = error.dest === undefined ? "" : ` to '${error.dest}'`
  return `cannot ${error.syscall ?? "complete an operation"}${path}${to}: ${meaning} (${error.code ?? "unknown"})`
}

/** What to do about a system error, where that is always the same. */
export function adviceOnSystemError({ code }: NodeJS.ErrnoException): string | undefined {
  return ADVICE[code ?? ""]
}
