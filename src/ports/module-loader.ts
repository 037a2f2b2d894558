/** Loads JavaScript files of users into this process. */
export interface ModuleLoader {
  /**
   * The exports of a JavaScript file, or of a TypeScript file where Node strips types (22.18 and later). `hab` is the file
   * that stands for the package "hab" where the file's own folder has none. Throws what the file throws.
   */
  load(path: string, hab: string): Promise<Readonly<Record<string, unknown>>>
}
