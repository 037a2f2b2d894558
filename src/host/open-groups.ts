import type { GroupsPlace, RunGroups } from "../ports/process-group.ts"
import { systemExecPlace } from "./exec-place.ts"
import { createNamespace } from "./namespace.ts"
import { createProcessGroups } from "./process-group.ts"
import { systemUsers } from "./users.ts"

/** Process groups that see the root's hab directory as `/hab`, where that takes a namespace and the kernel allows one. */
export async function openGroups({ root, hab, fifoDirectory }: GroupsPlace): Promise<RunGroups> {
  const isHost = root === "/" || root === ""
  const namespace = isHost ? undefined : await createNamespace(hab, systemUsers().current)
  return createProcessGroups({ fifoDirectory, place: systemExecPlace(namespace) })
}
