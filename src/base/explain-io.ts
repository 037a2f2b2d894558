import { adviceOnSystemError, describeSystemError } from "./describe-system-error.ts"
import { HabError, isSystemError } from "./errors.ts"

/** Runs something that touches files; what the system refuses becomes IO with `what` in front, such as `x.toml cannot be read`. */
export function explainIo<T>(what: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (!isSystemError(error)) throw error
    const hint = adviceOnSystemError(error)
    throw new HabError("IO", `${what}: ${describeSystemError(error)}`, {
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    })
  }
}
