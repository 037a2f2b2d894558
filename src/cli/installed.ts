import { createStore, type PackageStore } from "../package/store.ts"
import type { CommandContext, OptionSpec } from "./command.ts"

export const JSON_OUTPUT = { kind: "flag", summary: "Print JSON" } as const satisfies OptionSpec

/** The installed packages a command looks at. */
export function openStore({ host, layout }: CommandContext): PackageStore {
  return createStore({ files: host.files, layout, target: host.target })
}
