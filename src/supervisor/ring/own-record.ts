import type { MemberAddresses, ServiceRecord } from "../../cluster/ring/records.ts"
import { stringifyToml } from "../../config/toml.ts"
import { stringifyIdent } from "../../package/ident.ts"
import type { SupervisorContext } from "../context.ts"
import type { Supervised } from "../supervised.ts"
import { updateWish } from "../updates/update-self.ts"
import { systemView } from "../views.ts"

/** What others reach this supervisor at, as templates of theirs see it. */
export function ownAddresses(context: SupervisorContext): MemberAddresses {
  const { version: _, permanent: __, member_id: ___, ...addresses } = systemView(context)
  return { ...addresses, gossip_ip: addresses.ip }
}

/** What the ring shows of a service of ours; undefined while there is nothing to show. */
export function serviceRecord(context: SupervisorContext, held: Supervised): ServiceRecord | undefined {
  const { release, service, exported, leaving, spec, rollout } = held
  if (release === undefined || leaving || service.state.tag === "gone") return undefined
  const isUp = service.life.pid !== undefined
  const ident = stringifyIdent(release.pkg.ident)
  const update = rollout?.record()
  const wish = updateWish(held)
  const hasCheck = service.settings.hooks.includes("health-check")
  return {
    package: ident,
    incarnation: update?.package === ident ? update.incarnation : 0,
    ...(wish === undefined || spec.updateStrategy !== "rolling" ? {} : { wish }),
    initialized: isUp,
    healthy: isUp && (!hasCheck || service.health.standing === "ready"),
    cfg: stringifyToml(exported),
    sys: ownAddresses(context),
  }
}
