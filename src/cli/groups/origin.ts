import { stringifyNamedRevision } from "../../crypto/named-revision.ts"
import { exportOriginKey, generateOriginKeys, importOriginKey } from "../../crypto/origin-keys.ts"
import { type CommandGroup, defineCommand } from "../command.ts"
import {
  answerInvitationCommands,
  departOriginCommand,
  listInvitationsCommand,
  pendingInvitationsCommand,
  sendInvitationCommand,
  setRoleCommand,
  showRoleCommand,
  transferOriginCommand,
} from "../commands/origin-accounts.ts"
import { createOriginCommand, deleteOriginCommand, originInfoCommand } from "../commands/origin-create.ts"
import { downloadOriginKeyCommand, uploadOriginKeyCommand } from "../commands/origin-depot.ts"
import { CACHE_KEY_PATH, openKeyCache } from "../key-cache.ts"
import { originOf } from "../origin-name.ts"

const generate = defineCommand({
  name: "key generate",
  summary: "Make a signing key pair for an origin",
  arguments: "[origin]",
  examples: ["hab origin key generate acme"],
  options: { cacheKeyPath: CACHE_KEY_PATH },
  async run({ args: [given], options }, context) {
    const origin = originOf(given, context)
    context.report({ tag: "begin", text: `Generating origin key for ${origin}` })
    const cache = openKeyCache(context, options.cacheKeyPath)
    const pair = await generateOriginKeys(context.host, cache, origin)
    const revision = stringifyNamedRevision(pair.public)
    context.report({ tag: "end", text: `Generated origin key pair ${revision} in ${cache.directory}` })
    return { text: revision }
  },
})

const exportKey = defineCommand({
  name: "key export",
  summary: "Print the latest key of an origin",
  arguments: "<origin>",
  examples: ["hab origin key export acme > acme.pub", "hab origin key export acme --type secret > acme.sig.key"],
  options: {
    type: {
      kind: "text",
      short: "t",
      value: "TYPE",
      choices: ["public", "secret"],
      default: "public",
      summary: "Which of the pair",
    },
    cacheKeyPath: CACHE_KEY_PATH,
  },
  async run({ args: [origin = ""], options }, context) {
    const type = options.type === "secret" ? "secret" : "public"
    return { text: exportOriginKey(openKeyCache(context, options.cacheKeyPath), origin, type), exact: true }
  },
})

const importKey = defineCommand({
  name: "key import",
  summary: "Add a key, read from standard input, to the key cache",
  examples: ["hab origin key import < acme.pub"],
  options: { cacheKeyPath: CACHE_KEY_PATH },
  async run({ options }, context) {
    context.report({ tag: "begin", text: "Importing origin key from standard input" })
    const text = new TextDecoder().decode(await context.readStdin())
    const key = await importOriginKey(openKeyCache(context, options.cacheKeyPath), text)
    const kind = key.kind === "origin-secret" ? "secret" : "public"
    context.report({ tag: "end", text: `Imported ${kind} origin key ${stringifyNamedRevision(key)}` })
    return {}
  },
})

/** `hab origin …` (spec package §7.4, §7.5). */
export const originCommands: CommandGroup = {
  name: "origin",
  summary: "Origins, their signing keys and their members",
  section: "Build and share packages",
  nouns: {
    key: "Signing keys of origins",
    invitations: "Invitations to origins of Chef's Builder",
    rbac: "Roles of members in origins of Chef's Builder",
  },
  commands: [
    generate,
    exportKey,
    importKey,
    uploadOriginKeyCommand,
    downloadOriginKeyCommand,
    createOriginCommand,
    originInfoCommand,
    deleteOriginCommand,
    departOriginCommand,
    transferOriginCommand,
    listInvitationsCommand,
    pendingInvitationsCommand,
    sendInvitationCommand,
    ...answerInvitationCommands,
    showRoleCommand,
    setRoleCommand,
  ],
}
