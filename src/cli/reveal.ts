import type { OptionSpec } from "./command.ts"

export const REVEAL = {
  kind: "flag",
  summary: "Also print values that the package's schema marks as secret",
} as const satisfies OptionSpec
