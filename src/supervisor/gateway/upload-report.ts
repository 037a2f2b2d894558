/**
 * What is asked when a file is uploaded. `version` is text: it may pass 2^53. `content` is base64. `encrypted`: it is an
 * envelope for the group's key.
 */
export type UploadRequest = Readonly<{ name: string; version: string; content: string; encrypted?: boolean }>

/** What uploading a file did. Stable field names. */
export type UploadReport = Readonly<{
  group: string
  file: string
  version: string
  /** The version it takes the place of. */
  replaces: string | null
  /** Where a service of the group finds it here: a host path; null where none is loaded. */
  path: string | null
}>

/** The report in words. */
export function uploadText({ group, file, version, replaces, path }: UploadReport): string {
  const over = replaces === null ? "" : ` in place of version ${replaces}`
  const where = path === null ? "no service of this group is loaded here: it is there as soon as one is" : path
  return `${group}: ${file}, version ${version}${over}\n${where}`
}
