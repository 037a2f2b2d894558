import { generateBoxKeys } from "../../crypto/generate-keys.ts"
import { stringifyNamedRevision } from "../../crypto/named-revision.ts"
import { parseServiceGroup, stringifyServiceGroup } from "../../supervisor/group/service-group.ts"
import { type CommandContext, type CommandResult, defineCommand } from "../command.ts"
import { CACHE_KEY_PATH, openKeyCache } from "../key-cache.ts"

/** `hab user key generate`: with it a user encrypts for services. */
export const generateUserKeyCommand = defineCommand({
  name: "key generate",
  summary: "Make an encryption key pair for a user",
  arguments: "<user>",
  examples: ["hab user key generate alice"],
  options: { cacheKeyPath: CACHE_KEY_PATH },
  run: ({ args: [user = ""], options }, context) =>
    generate(context, { name: user, whose: `user ${user}`, directory: options.cacheKeyPath }),
})

/** `hab svc key generate`: with it a service reads what was encrypted for it. */
export const generateServiceKeyCommand = defineCommand({
  name: "key generate",
  summary: "Make an encryption key pair for a service group of an organization (also HABITAT_ORG)",
  arguments: "<service-group> [org]",
  examples: ["hab svc key generate web.default acme"],
  options: { cacheKeyPath: CACHE_KEY_PATH },
  run({ args: [text = "", org], options }, context) {
    const organization = org ?? (context.host.env["HABITAT_ORG"] || undefined)
    const name = stringifyServiceGroup(parseServiceGroup(organization === undefined ? text : `${text}@${organization}`))
    return generate(context, { name, whose: `service ${name}`, directory: options.cacheKeyPath })
  },
})

type Request = Readonly<{ name: string; whose: string; directory: string | undefined }>

async function generate(context: CommandContext, { name, whose, directory }: Request): Promise<CommandResult> {
  context.report({ tag: "begin", text: `Generating ${whose} key` })
  const cache = openKeyCache(context, directory)
  const revision = stringifyNamedRevision((await generateBoxKeys(context.host, cache, name)).public)
  context.report({ tag: "end", text: `Generated ${whose} key pair ${revision} in ${cache.directory}` })
  return { text: revision }
}
