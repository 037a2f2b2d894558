import type { Row } from "./row.ts"
import { COMING_ROWS } from "./rows/coming.ts"
import { ENDING_ROWS } from "./rows/ending.ts"
import { RUNNING_ROWS } from "./rows/running.ts"
import { UNMOVED_ROWS } from "./rows/unmoved.ts"
import { WISH_ROWS } from "./rows/wishes.ts"

/** The whole machine. */
export const ROWS: readonly Row[] = [...WISH_ROWS, ...COMING_ROWS, ...RUNNING_ROWS, ...ENDING_ROWS, ...UNMOVED_ROWS]
