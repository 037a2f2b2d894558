/** A key's name and the moment it was made: `acme` and `20240102030405` (spec package §4.2). */
export type NamedRevision = Readonly<{ name: string; revision: string }>

/** `<name>-<14 digits>`; the name may hold dashes and dots itself. Undefined for anything else. */
export function parseNamedRevision(text: string): NamedRevision | undefined {
  const match = /^([^\s/]+)-([0-9]{14})$/.exec(text)
  return match === null ? undefined : { name: match[1] ?? "", revision: match[2] ?? "" }
}

/** `acme-20240102030405`. */
export function stringifyNamedRevision({ name, revision }: NamedRevision): string {
  return `${name}-${revision}`
}
