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

/** `cannot open '/x/y': permission denied (EACCES)`: a system error in words a person can act on. */
export function describeSystemError(error: NodeJS.ErrnoException): string {
  const meaning = MEANINGS[error.code ?? ""] ?? error.message
  const path = error.path === undefined ? "" : ` '${error.path}'`
  return `cannot ${error.syscall ?? "complete an operation"}${path}: ${meaning} (${error.code ?? "unknown"})`
}
