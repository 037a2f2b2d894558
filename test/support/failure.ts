import { expect } from "vitest"
import { HabError } from "../../src/base/errors.ts"

/** The expected failure that something throws. */
export function failureOf(act: () => unknown): HabError {
  try {
    act()
  } catch (error) {
    if (error instanceof HabError) return error
    throw error
  }
  throw new Error("expected it to fail")
}

/** Matches an expected failure of this code, whose message matches; `more`: what else it has. */
export function failing(code: string, message: RegExp, more: object = {}): unknown {
  return expect.objectContaining({ code, message: expect.stringMatching(message), ...more })
}
