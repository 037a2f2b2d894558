import type { CensusMember } from "../../templating/census-view.ts"

/** Addresses of a supervisor, as templates see them of its members. */
export type MemberAddresses = CensusMember["sys"]

/** A supervisor. `instance` tells two that carry the same member id apart; `leaving`: it says goodbye. */
export type MemberRecord = Readonly<{
  instance: string
  version: string
  leaving: boolean
  sys: MemberAddresses
}>

/** A service of a member, as others need it. */
export type ServiceRecord = Readonly<{
  /** Full identifier of the release it runs. */
  package: string
  /** That of the update of its group whose release it runs; 0 where it runs another. */
  incarnation: number
  /** What its releases have to answer, where it takes part in the rolling updates of its group. */
  wish?: string
  /** Its process is up, after `init`. */
  initialized: boolean
  /** Its health check says so, or it has none and is up. */
  healthy: boolean
  /** Exported values, as TOML. */
  cfg: string
  sys: MemberAddresses
}>

export type LeaderRecord = Readonly<{ member: string; suitability: string; term: number }>
export type CandidateRecord = Readonly<{ suitability: string; term: number }>
export type ElectionRecord = Readonly<{ member: string; term: number }>
export type DepartedRecord = Readonly<{ by: string }>

/** What was applied or uploaded. Encrypted bodies are Habitat's envelopes as they are; plain ones are base64 of the bytes. */
export type UploadRecord = Readonly<{ incarnation: string; encrypted: boolean; body: string }>

/**
 * An update of a group: everybody goes over to `package`, one member at a time. It stays when all have, so that who comes
 * later follows, and so that nobody tries again what was rejected.
 */
export type UpdateRecord = Readonly<{
  /** Full identifier of the release. */
  package: string
  /** Where to go back to when it does not become healthy. Absent in an update that is such a way back, or a demotion. */
  from?: string
  /** Members that run a later release go to it too. */
  goesBack: boolean
  /** Counts the updates of the group. */
  incarnation: number
  /** The member that may go over now; empty: nobody yet. */
  turn: string
  /** Members that went over and were healthy. */
  done: readonly string[]
  rejected?: RejectedRelease
}>

/** A release that did not become healthy: `member` tried it. */
export type RejectedRelease = Readonly<{ package: string; member: string; why: string }>

/** The value of a key: a JSON object, or undefined for what cannot be one of ours. */
export function readRecord<T extends object>(value: string): T | undefined {
  try {
    const record: unknown = JSON.parse(value)
    return typeof record === "object" && record !== null && !Array.isArray(record) ? (record as T) : undefined
  } catch {
    return undefined
  }
}
