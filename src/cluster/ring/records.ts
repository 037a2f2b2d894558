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
  /** Grows with each step of a rolling update. */
  incarnation: number
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

/** A rolling update: `incarnation` is what a member has once it runs `package`; `turn` is the member that may act. */
export type UpdateRecord = Readonly<{ package: string; incarnation: number; turn: string; done: readonly string[] }>

/** The value of a key: a JSON object, or undefined for what cannot be one of ours. */
export function readRecord<T extends object>(value: string): T | undefined {
  try {
    const record: unknown = JSON.parse(value)
    return typeof record === "object" && record !== null && !Array.isArray(record) ? (record as T) : undefined
  } catch {
    return undefined
  }
}
