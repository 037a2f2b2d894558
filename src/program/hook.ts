import { HabError } from "../base/errors.ts"
import type { ErrorFunction, ErrorHook, Hook, HookArgs, HookFunction, HookOptions } from "./api.ts"

/** Marks what `hook` and `errorHook` made, also when a program loaded another copy of this package. */
const MADE_BY_US = Symbol.for("hab.hook")

/** A named hook of create, update or delete (spec lifecycle §C.4). Throws HOOK_INVALID for an empty name. */
export function hook<A = HookArgs>(name: string, run: HookFunction<A>, options: HookOptions = {}): Hook<A> {
  return mark({ name: requireName(name), run, options })
}

/** A hook that decides whether a failed operation is tried again. Throws HOOK_INVALID for an empty name. */
export function errorHook(name: string, decide: ErrorFunction): ErrorHook {
  return mark({ name: requireName(name), decide })
}

/** True for a hook made by `hook`. */
export function isHook(value: unknown): value is Hook {
  return isMade(value) && "run" in value
}

/** True for a hook made by `errorHook`. */
export function isErrorHook(value: unknown): value is ErrorHook {
  return isMade(value) && "decide" in value
}

function isMade(value: unknown): value is object {
  return typeof value === "object" && value !== null && MADE_BY_US in value
}

function mark<T extends object>(made: T): T {
  return Object.freeze(Object.defineProperty(made, MADE_BY_US, { value: true }))
}

function requireName(name: string): string {
  if (typeof name === "string" && name !== "") return name
  throw new HabError("HOOK_INVALID", "a hook needs a name that is not empty", {
    hint: 'hook("smoke-test", async (args) => …)',
  })
}
