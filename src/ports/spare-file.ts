import type { FileSystem, WriteOptions } from "./file-system.ts"

type Files = Pick<FileSystem, "lstat" | "removeFile" | "rename" | "rewriteFile" | "writeFile">

/**
 * A file that comes and goes many times a second. It goes to the name `spare`, in the same directory, and comes back from
 * there: ext4 looks at everything deleted within seconds before it makes a new file.
 */
export type ComingFile = Readonly<{ path: string; spare: string }>

/** Writes the spare file, or a new one, and gives it the name: whatever has the name is replaced, and whole. */
export function bringFile(files: Files, { path, spare }: ComingFile, content: string, options: WriteOptions): void {
  if (!files.rewriteFile(spare, content, options)) {
    // Whatever the name points at is not written through.
    if (files.lstat(spare) !== undefined) files.removeFile(spare)
    files.writeFile(spare, content, options)
  }
  files.rename(spare, path)
}

/** Takes the name from the file. Throws where it is missing. */
export function putFileAside(files: Files, { path, spare }: ComingFile): void {
  files.rename(path, spare)
}
