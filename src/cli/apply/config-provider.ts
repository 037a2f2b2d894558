import type { Provider } from "../../program/provider.ts"
import type { Result } from "../../program/state.ts"
import { readApplied } from "../../supervisor/config/applied-config.ts"
import { parseServiceGroup, stringifyServiceGroup } from "../../supervisor/group/service-group.ts"
import type { CommandContext } from "../command.ts"
import { applyConfig } from "../commands/config-apply.ts"

/** Configs as resources: applied to their group as the next version. Deleted, the group has an empty one. */
export function configProvider(context: CommandContext): Provider {
  const { host, layout } = context
  const apply = async (groupText: string, text: string): Promise<Result> => {
    const group = stringifyServiceGroup(parseServiceGroup(groupText))
    const inForce = readApplied({ files: host.files, layout }, group)
    if (inForce?.text === text) return resultOf(inForce.version)
    const version = (inForce?.version ?? 0n) + 1n
    await applyConfig(context, group, { version: version.toString(), text, dryRun: false })
    return resultOf(version)
  }
  return {
    create: ({ inputs }) => apply(String(inputs["group"]), String(inputs["toml"])),
    update: ({ inputs }) => apply(String(inputs["group"]), String(inputs["toml"])),
    async remove({ inputs }) {
      await apply(String(inputs["group"]), "")
    },
  }
}

function resultOf(version: bigint): Result {
  return { id: version.toString(), outputs: { version: version.toString() } }
}
