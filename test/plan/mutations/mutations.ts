import { BUILD_RULES } from "./build-rules.ts"
import { DEPENDENCY_RULES } from "./dependency-rules.ts"
import { HELPER_RULES } from "./helper-rules.ts"
import type { Mutation } from "./mutation.ts"
import { PACKAGE_RULES } from "./package-rules.ts"
import { TABLE_ROWS } from "./table-rows.ts"

/** Everything of the plan format that can be taken out of the source to see whether a test notices. */
export const MUTATIONS: readonly Mutation[] = [
  ...TABLE_ROWS,
  ...BUILD_RULES,
  ...DEPENDENCY_RULES,
  ...HELPER_RULES,
  ...PACKAGE_RULES,
]
