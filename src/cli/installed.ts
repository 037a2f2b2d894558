import type { Layout } from "../base/layout.ts"
import { createStore, type PackageStore } from "../package/store.ts"
import type { Host } from "../ports/host.ts"
import type { OptionSpec } from "./command.ts"

export const JSON_OUTPUT = { kind: "flag", summary: "Print JSON" } as const satisfies OptionSpec

type Place = Readonly<{ host: Pick<Host, "files" | "target">; layout: Layout }>

/** The installed packages a command looks at; those where things are run are of the layout of its workplace. */
export function openStore({ host, layout }: Place): PackageStore {
  return createStore({ files: host.files, layout, target: host.target })
}
