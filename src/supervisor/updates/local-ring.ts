import { supervisorPaths } from "../../base/layout.ts"
import { fileJournal } from "../../cluster/local-journal.ts"
import { createLocalStore } from "../../cluster/local-store.ts"
import { joinRing } from "../../cluster/ring/ring.ts"
import { type SupervisorContext, speakerOf } from "../context.ts"
import type { RingView } from "../ring/ring-census.ts"
import { systemView } from "../views.ts"

const NEVER_MS = 2 ** 31 - 1

/**
 * A ring of this supervisor alone, in its own process: updates of services that are in no other go through it, so that
 * they too outlive a crash. What it keeps is one file.
 */
export function openLocalRing(context: SupervisorContext): RingView {
  const { files, clock, random } = context.host
  const say = speakerOf(context)
  const path = `${supervisorPaths(context.layout).data}/updates.json`
  const journal = fileJournal({ files, onProblem: (text) => say("hab-sup", "MR", text) }, path)
  const { version: _, permanent: __, member_id: ___, ...sys } = systemView(context)
  const member = { instance: "", version: context.version, leaving: false, sys }
  // Nobody leads in it: no fence has to be above those of earlier lives.
  const store = createLocalStore(journal, 0)
  return {
    name: "local",
    ring: joinRing(
      { store, clock, random, say: () => undefined },
      { ring: "local", memberId: context.memberId, ttlMs: NEVER_MS, member },
    ),
  }
}
