import { HabError } from "../base/errors.ts"
import { formatStamp } from "../base/timestamp.ts"
import type { Clock } from "../ports/clock.ts"

/**
 * The moment of a build, in seconds since the epoch: SOURCE_DATE_EPOCH, which makes two builds of one plan the same, or
 * now. Throws USAGE.
 */
export function buildMoment({
  env,
  clock,
}: Readonly<{ env: Readonly<Record<string, string>>; clock: Pick<Clock, "now"> }>): number {
  const given = env["SOURCE_DATE_EPOCH"] ?? ""
  if (given === "") return Math.floor(clock.now() / 1000)
  if (/^[0-9]{1,11}$/.test(given)) return Number(given)
  throw new HabError("USAGE", `SOURCE_DATE_EPOCH is '${given}', which is not a number of seconds since 1970`, {
    hint: "date +%s prints one; of a commit: git log -1 --format=%ct",
  })
}

/** The seconds behind a release given as YYYYMMDDhhmmss in UTC. Throws USAGE. */
export function momentOfRelease(release: string): number {
  const parts = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(release)
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (parts ?? []).slice(1).map(Number)
  const milliseconds = Date.UTC(year, month - 1, day, hour, minute, second)
  if (parts !== null && formatStamp(milliseconds) === release) return milliseconds / 1000
  throw new HabError("USAGE", `'${release}' is not a release`, {
    hint: "a release is the moment of the build in UTC: YYYYMMDDhhmmss",
  })
}
