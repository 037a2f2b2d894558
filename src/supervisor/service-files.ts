import { servicePaths } from "../base/layout.ts"
import type { SupervisorContext } from "./context.ts"
import type { Roster } from "./roster.ts"
import type { Supervised } from "./supervised.ts"

/**
 * What is directly in a service's `files/` is known from now on: its process is about to find it, or a hook of its own
 * may have written it (decisions 13). Costs nothing for services without a file-updated hook.
 */
export function noteFiles({ host, layout }: SupervisorContext, held: Supervised): void {
  if (!held.service.settings.hooks.includes("file-updated")) return
  held.filesSeen = host.watcher.fingerprint(servicePaths(layout, held.name).files)
}

/** Tells the machine of files that others wrote or removed. Returns how to stop. */
export function watchFiles(context: SupervisorContext, roster: Roster, held: Supervised): () => void {
  const { host, layout } = context
  const { files } = servicePaths(layout, held.name)
  return host.watcher.watch(files, () => {
    // When the hook ends, what is there then is noted as known.
    if (held.running.size > 0) return
    const now = host.watcher.fingerprint(files)
    if (now === held.filesSeen) return
    held.filesSeen = now
    roster.post(held, { tag: "files-updated" })
  })
}
