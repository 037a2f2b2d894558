import { createKeyCache, type KeyCache } from "../../crypto/key-cache.ts"
import { stringifyNamedRevision } from "../../crypto/named-revision.ts"
import { generateOriginKeys, isValidOrigin } from "../../crypto/origin-keys.ts"
import { initPlan } from "../../plan/init.ts"
import { PLAN_TEMPLATES, type TemplateName } from "../../plan/init-templates.ts"
import { type CommandContext, defineCommand } from "../command.ts"

const TEMPLATES = Object.keys(PLAN_TEMPLATES) as TemplateName[]
const LAST_RESORT_ORIGIN = "demo"

/** `hab plan init` (spec package §7.3). A missing origin key is made (decisions M). */
export const initPlanCommand = defineCommand({
  name: "init",
  summary: "Write a plan to start from",
  arguments: "[pkg-name]",
  examples: ["hab plan init my-service --template node", "cd my-program && hab plan init --template c"],
  options: {
    origin: { kind: "text", short: "o", value: "ORIGIN", env: "HAB_ORIGIN", summary: "Origin of the package" },
    template: {
      kind: "text",
      short: "t",
      value: "KIND",
      choices: TEMPLATES,
      default: "c",
      summary: `What is packaged: ${TEMPLATES.join(", ")}`,
    },
    min: { kind: "flag", short: "m", summary: "Only Habitat's minimal plan.sh, without a service" },
    scaffolding: { kind: "text", short: "s", value: "IDENT", summary: "Package whose ready-made callbacks are used" },
  },
  async run({ args: [name], options }, context) {
    const { host, layout, report } = context
    const cache = createKeyCache({ files: host.files }, host.env["HAB_CACHE_KEY_PATH"] || layout.cacheKeys)
    const origin = options.origin ?? usualOrigin(context, cache)
    report({
      tag: "begin",
      text: `Writing a plan for ${origin}/${name ?? host.cwd.slice(host.cwd.lastIndexOf("/") + 1)}`,
    })
    const result = initPlan(host, {
      cwd: host.cwd,
      origin,
      template: TEMPLATES.find((known) => known === options.template) ?? "c",
      minimal: options.min,
      env: host.env,
      ...(name === undefined ? {} : { name }),
      ...(options.scaffolding === undefined ? {} : { scaffolding: options.scaffolding }),
    })
    for (const file of result.created) report({ tag: "status", verb: "Created", subject: file })
    for (const file of result.kept) report({ tag: "status", verb: "Skipping", subject: `${file}: it exists` })
    await ensureKey(context, cache, origin)
    report({ tag: "end", text: `Look at ${result.directory}/plan.sh, then: hab pkg build ${name ?? "."}` })
    return { text: result.directory }
  },
})

/** The one origin there is a key for, or the account's name. */
function usualOrigin({ host }: CommandContext, cache: KeyCache): string {
  const origins = new Set(
    (host.files.stat(cache.directory)?.kind === "directory" ? host.files.readDirectory(cache.directory) : []).flatMap(
      ({ name }) => /^(.+)-\d{14}\.sig\.key$/.exec(name)?.[1] ?? [],
    ),
  )
  const [only] = origins
  if (only !== undefined && origins.size === 1) return only
  const account = host.env["USER"] ?? host.env["LOGNAME"] ?? ""
  return isValidOrigin(account) && account !== "root" ? account : LAST_RESORT_ORIGIN
}

async function ensureKey({ host, report }: CommandContext, cache: KeyCache, origin: string): Promise<void> {
  if (cache.revisions("origin-secret", origin).length > 0) return
  const pair = await generateOriginKeys(host, cache, origin)
  report({
    tag: "note",
    text: `Made the key ${stringifyNamedRevision(pair.public)} to sign packages of '${origin}' with, in ${cache.directory}`,
  })
}
