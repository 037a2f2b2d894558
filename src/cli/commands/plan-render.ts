import { Buffer } from "node:buffer"
import { posix as path } from "node:path"
import { HabError } from "../../base/errors.ts"
import { inspectPlan } from "../../plan/inspect.ts"
import { locatePlan } from "../../plan/locate.ts"
import { type RenderedTemplate, renderPlan } from "../../plan/render.ts"
import type { PlanValues } from "../../plan/variables.ts"
import { describeWarning } from "../../templating/warnings.ts"
import { writeTree } from "../../templating/write-changed.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { openStore } from "../installed.ts"

/** `hab plan render` (spec package §7.3). */
export const renderPlanCommand = defineCommand({
  name: "render",
  summary: "Render the templates of a plan, or one of them, without building or running anything",
  arguments: "[template-or-plan-context]",
  examples: [
    "hab plan render .",
    "hab plan render config/redis.conf --print --no-render",
    "hab plan render . --user-toml production.toml --mock-data cluster.json --strict",
  ],
  options: {
    defaultToml: { kind: "text", short: "d", value: "FILE", summary: "Defaults (default: default.toml of the plan)" },
    userToml: { kind: "text", short: "u", value: "FILE", summary: "Configuration over the defaults" },
    mockData: {
      kind: "text",
      short: "m",
      value: "FILE",
      summary: "JSON of what templates see: merged into cfg, in place of what is made up for other keys",
    },
    members: {
      kind: "number",
      value: "N",
      minimum: 1,
      default: 3,
      summary: "Members of each group that is made up",
    },
    strict: { kind: "flag", summary: "An undefined variable is an error, not a warning" },
    print: { kind: "flag", short: "p", summary: "Print what was rendered" },
    renderDir: { kind: "text", short: "r", value: "DIR", default: "./results", summary: "Folder to write to" },
    noRender: { kind: "flag", short: "n", summary: "Write nothing" },
    quiet: { kind: "flag", short: "q", summary: "Do not print the names of what was written" },
    noVerbose: { kind: "flag", summary: "As --quiet", hidden: true },
  },
  async run({ args: [given = "."], options }, context) {
    const { host, report } = context
    const absolute = (file: string) => (file.startsWith("/") ? path.normalize(file) : path.join(host.cwd, file))
    const target = absolute(given)
    const kind = host.files.stat(target)?.kind
    if (kind === undefined)
      throw new HabError("USAGE", `there is no template or plan ${target}`, {
        hint: "give a file of config/ or hooks/, or the folder of a plan",
      })
    const place =
      kind === "directory"
        ? { directory: folderOf(context, target) }
        : { directory: planAbove(context, target), template: target }
    const { files, warnings, logs } = renderPlan(
      { ...host, layout: context.layout, store: openStore(context) },
      {
        ...place,
        values: await valuesOf(context, place.directory),
        defaultToml: absolute(options.defaultToml ?? defaultsOf(context, place.directory)),
        ...(options.userToml === undefined ? {} : { userToml: absolute(options.userToml) }),
        ...(options.mockData === undefined ? {} : { mockData: absolute(options.mockData) }),
        members: options.members,
        mode: options.strict ? "strict" : "lenient",
      },
    )
    for (const warning of warnings) report(describeWarning(warning))
    for (const text of logs) report({ tag: "note", text: `log: ${text}` })
    const single = "template" in place
    const written = options.noRender ? [] : write(context, absolute(options.renderDir), files, single)
    if (options.print) return { text: files.map((file) => printed(file, single)).join(""), exact: true }
    return { text: options.quiet || options.noVerbose ? "" : written.join("\n") }
  },
})

/** A plan's own folder, where it is in `habitat/`. */
function folderOf({ host }: CommandContext, directory: string): string {
  try {
    return locatePlan(host, { context: directory, target: host.target }).planContext
  } catch (error) {
    if (error instanceof HabError && error.code === "PLAN_NOT_FOUND") return directory
    throw error
  }
}

/** The folder of the plan a template belongs to: the nearest above it with a plan or a default.toml; else its own. */
function planAbove({ host: { files } }: CommandContext, template: string): string {
  const own = path.dirname(template)
  for (let at = own; at !== "/"; at = path.dirname(at)) {
    if (["plan.sh", "default.toml"].some((file) => files.stat(`${at}/${file}`)?.kind === "file")) return at
  }
  return own
}

/** As in Habitat, a template without a plan takes the default.toml of the working directory. */
function defaultsOf({ host }: CommandContext, directory: string): string {
  const own = `${directory}/default.toml`
  return host.files.stat(own) === undefined ? `${host.cwd}/default.toml` : own
}

async function valuesOf(context: CommandContext, directory: string): Promise<PlanValues | undefined> {
  const { host } = context
  if (host.files.stat(`${directory}/plan.sh`)?.kind !== "file") return undefined
  const { layout, enclosure } = context.workplace()
  const bashDirectory = `${context.programDirectory}/plan`
  const request = {
    planContext: directory,
    layout,
    enclosure,
    bashDirectory,
    target: host.target,
    signal: context.signal,
  }
  return (await inspectPlan(host, request)).plan.values
}

/** One template goes right into the folder, as in Habitat; those of a plan keep their folders. */
function write(context: CommandContext, to: string, files: readonly RenderedTemplate[], single: boolean): string[] {
  const named = files.map((file) => ({
    ...file,
    path: single ? path.basename(file.path) : file.path,
    change: "new" as const,
  }))
  context.host.files.makeDirectories(to)
  writeTree(context.host, { to, fileMode: 0o750, directoryMode: 0o750 }, named)
  return named.map((file) => `${to}/${file.path}`)
}

function printed(file: RenderedTemplate, single: boolean): string {
  const text = Buffer.from(file.bytes).toString()
  return single ? text : `==> ${file.path}\n${text}${text.endsWith("\n") ? "" : "\n"}`
}
