import { HabError } from "../../base/errors.ts"
import type { StatusVerb } from "../../base/progress.ts"
import type { Invitation } from "../../depot/depot.ts"
import { type Command, type CommandContext, type CommandResult, defineCommand, type OptionSpec } from "../command.ts"
import { JSON_OUTPUT } from "../installed.ts"
import { DEPOT_OPTIONS, type DepotChoice, requireDepot } from "../options/depot-options.ts"
import { originOf } from "../origin-name.ts"

const ROLES = ["readonly_member", "member", "maintainer", "administrator", "owner"]
const ORIGIN = { kind: "text", short: "o", value: "ORIGIN", summary: "Which origin" } as const satisfies OptionSpec

function accountsOf(context: CommandContext, options: DepotChoice) {
  return requireDepot(context, options).accounts()
}

function done({ report }: CommandContext, verb: StatusVerb, subject: string): CommandResult {
  report({ tag: "status", verb, subject })
  return {}
}

/** `hab origin depart` */
export const departOriginCommand = defineCommand({
  name: "depart",
  summary: "Leave an origin",
  arguments: "<origin>",
  examples: ["hab origin depart acme"],
  options: DEPOT_OPTIONS,
  async run({ args: [origin = ""], options }, context) {
    await accountsOf(context, options).depart(origin)
    return done(context, "Departed", `origin ${origin}`)
  },
})

/** `hab origin transfer` */
export const transferOriginCommand = defineCommand({
  name: "transfer",
  summary: "Make another account the owner of an origin",
  arguments: "<origin> <account>",
  examples: ["hab origin transfer acme alice"],
  options: DEPOT_OPTIONS,
  async run({ args: [origin = "", account = ""], options }, context) {
    await accountsOf(context, options).transfer(origin, account)
    return done(context, "Transferred", `origin ${origin} to ${account}`)
  },
})

/** `hab origin invitations accept|ignore|rescind` */
export const answerInvitationCommands: readonly Command[] = (
  [
    ["accept", "Accepted", "Accept an invitation to an origin"],
    ["ignore", "Ignored", "Ignore an invitation to an origin"],
    ["rescind", "Rescinded", "Take back an invitation to an origin"],
  ] as const
).map(([verb, past, summary]) =>
  defineCommand({
    name: `invitations ${verb}`,
    summary,
    arguments: "<origin> <invitation>",
    examples: [`hab origin invitations ${verb} acme 1262512`],
    options: DEPOT_OPTIONS,
    async run({ args: [origin = "", id = ""], options }, context) {
      await accountsOf(context, options).answer(verb, origin, id)
      return done(context, past, `invitation ${id} to ${origin}`)
    },
  }),
)

/** `hab origin invitations send` */
export const sendInvitationCommand = defineCommand({
  name: "invitations send",
  summary: "Invite an account to an origin",
  arguments: "<origin> <account>",
  examples: ["hab origin invitations send acme alice"],
  options: DEPOT_OPTIONS,
  async run({ args: [origin = "", account = ""], options }, context) {
    await accountsOf(context, options).invite(origin, account)
    return done(context, "Sent", `invitation to ${origin} to ${account}`)
  },
})

/** `hab origin invitations list`: those of the account itself. */
export const listInvitationsCommand = defineCommand({
  name: "invitations list",
  summary: "List the invitations of the account whose token is used",
  examples: ["hab origin invitations list --json"],
  options: { ...DEPOT_OPTIONS, json: JSON_OUTPUT },
  async run({ options }, context) {
    return showInvitations(await accountsOf(context, options).invitations(), options.json)
  },
})

/** `hab origin invitations pending` */
export const pendingInvitationsCommand = defineCommand({
  name: "invitations pending",
  summary: "List the invitations to an origin that nobody answered yet",
  arguments: "<origin>",
  examples: ["hab origin invitations pending acme"],
  options: { ...DEPOT_OPTIONS, json: JSON_OUTPUT },
  async run({ args: [origin = ""], options }, context) {
    return showInvitations(await accountsOf(context, options).pending(origin), options.json)
  },
})

function showInvitations(found: readonly Invitation[], json: boolean): CommandResult {
  if (json) return { text: JSON.stringify(found) }
  return { text: found.map(({ id, origin, account }) => `${id}  ${origin}  ${account}`).join("\n") }
}

/** `hab origin rbac show` */
export const showRoleCommand = defineCommand({
  name: "rbac show",
  summary: "Show the role of an account in an origin",
  arguments: "<account>",
  examples: ["hab origin rbac show alice --origin acme"],
  options: { ...DEPOT_OPTIONS, origin: ORIGIN, json: { kind: "flag", short: "j", summary: "Print JSON" } },
  async run({ args: [account = ""], options }, context) {
    const origin = originOf(options.origin, context)
    const role = await accountsOf(context, options).role(origin, account)
    return { text: options.json ? JSON.stringify({ origin, account, role }) : role }
  },
})

/** `hab origin rbac set` */
export const setRoleCommand = defineCommand({
  name: "rbac set",
  summary: `Give an account a role in an origin: ${ROLES.join(", ")}`,
  arguments: "<account> <role>",
  examples: ["hab origin rbac set alice maintainer --origin acme"],
  options: {
    ...DEPOT_OPTIONS,
    origin: ORIGIN,
    noPrompt: {
      kind: "flag",
      short: "n",
      summary: "Taken for scripts written for Habitat: nothing is asked either way",
    },
  },
  async run({ args: [account = "", role = ""], options }, context) {
    if (!ROLES.includes(role)) throw new HabError("USAGE", `'${role}' is no role: ${ROLES.join(", ")}`)
    const origin = originOf(options.origin, context)
    await accountsOf(context, options).setRole(origin, account, role)
    return done(context, "Updated", `${account} is ${role} of ${origin}`)
  },
})
