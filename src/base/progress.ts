import type { Moved } from "./transfer.ts"

/** What a status line says happened; the reporter knows its glyph and colour (spec/package.md §7.1). */
export type StatusVerb =
  | "Accepted"
  | "Cached"
  | "Creating"
  | "Created"
  | "Demoted"
  | "Deleting"
  | "Deleted"
  | "Departed"
  | "Determining"
  | "Downloading"
  | "Executing"
  | "Found"
  | "Generating"
  | "Generated"
  | "Ignored"
  | "Installed"
  | "Missing"
  | "Promoted"
  | "Rescinded"
  | "Sent"
  | "Signing"
  | "Signed"
  | "Skipping"
  | "Transferred"
  | "Updated"
  | "Uploaded"
  | "Uploading"
  | "Using"
  | "Verifying"
  | "Verified"

/** How far a download or upload is, each time something moves, until it is over, whichever way. */
export type TransferProgress = ({ readonly tag: "transfer" } & Moved) | { readonly tag: "transfer-over" }

/** A fact the core reports while it works. It never prints: one reporter turns these into text or JSON. */
export type Progress =
  | { readonly tag: "begin"; readonly text: string }
  | { readonly tag: "status"; readonly verb: StatusVerb; readonly subject: string }
  | { readonly tag: "note"; readonly text: string }
  | { readonly tag: "warning"; readonly text: string; readonly hint?: string }
  | { readonly tag: "end"; readonly text: string }
  /** `step` counts from 1. */
  | { readonly tag: "phase-started"; readonly phase: string; readonly step: number; readonly steps: number }
  | { readonly tag: "phase-finished"; readonly phase: string; readonly elapsedMs: number }
  | TransferProgress
  /** One line printed by something we run: a build phase, a hook. `source` is printed in front of it. */
  | {
      readonly tag: "output"
      readonly source: string
      readonly stream: "stdout" | "stderr"
      readonly line: string
    }

export type Report = (progress: Progress) => void
