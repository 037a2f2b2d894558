export interface FileWatcher {
  /**
   * Calls `onChange` soon (well under 100 ms) after the file at `path`, or the set of files directly in the directory at
   * `path`, is another than before: created, written, replaced by rename or symlink, or removed. The path need not
   * exist, nor its parents. Several quick changes are one call; a change that leaves everything as it was is none.
   * Returns a function that ends the watching.
   */
  watch(path: string, onChange: () => void): () => void
  /** The same for the files of a whole tree. Symlinks to directories are not gone into. */
  watchTree(path: string, onChange: () => void): () => void
  /** What `watch` compares: another text for another file, or another set of files directly in the directory. */
  fingerprint(path: string): string
}
