/** `YYYYMMDDhhmmss` in UTC: the form of releases and key revisions (spec package §1.1, §4.2). */
export function formatStamp(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\D/g, "").slice(0, 14)
}
