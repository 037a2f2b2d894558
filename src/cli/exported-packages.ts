import path from "node:path/posix"
import { HabError } from "../base/errors.ts"
import { packagesToExport } from "../depot/export/image-member.ts"
import { parseIdent, stringifyIdent } from "../package/ident.ts"
import type { InstalledPackage } from "../package/store.ts"
import type { CommandContext, OptionTable } from "./command.ts"
import { installByCommand } from "./install-package.ts"
import { openStore } from "./installed.ts"

/** Where an export takes packages from that are not installed. Naming a channel asks it even for what is. */
export const EXPORT_OPTIONS = {
  url: { kind: "text", short: "u", value: "URL", summary: "Install from this depot first what is not installed" },
  auth: { kind: "text", short: "z", value: "TOKEN", summary: "Access token" },
  channel: { kind: "text", short: "c", value: "CHANNEL", summary: "Install the release of this channel first" },
} as const satisfies OptionTable

type Source = Readonly<{ url: string | undefined; auth: string | undefined; channel: string | undefined }>

/** `packages`: all of them with what they need, dependencies first. `pkg`: the first that was named. */
export type Exported = Readonly<{ pkg: InstalledPackage; packages: readonly InstalledPackage[]; baseName: string }>

/**
 * The packages an export is of. Artifacts, and what is not here, are installed, without their hooks. Throws as
 * `packagesToExport`, and INSTALL_FAILED.
 */
export async function packagesOf(context: CommandContext, texts: readonly string[], from: Source): Promise<Exported> {
  const idents: string[] = []
  for (const text of texts) idents.push(await installedIdent(context, text, from))
  const store = openStore(context)
  const named = idents.map((ident) => store.load(parseIdent(ident)))
  const all = new Map<string, InstalledPackage>()
  for (const each of named.flatMap((one) => packagesToExport(context.host, store, one))) {
    all.set(stringifyIdent(each.ident), each)
  }
  const [pkg] = named
  if (pkg === undefined) throw new HabError("USAGE", "no package is named", { hint: "name one: origin/name" })
  return { pkg, packages: [...all.values()], baseName: stringifyIdent(pkg.ident).replaceAll("/", "-") }
}

async function installedIdent(context: CommandContext, text: string, { url, auth, channel }: Source): Promise<string> {
  const { files, cwd } = context.host
  const isArtifact = text.endsWith(".hart") || files.stat(path.resolve(cwd, text))?.kind === "file"
  const isHere = !isArtifact && openStore(context).find(parseIdent(text)) !== undefined
  const asks = url !== undefined || channel !== undefined
  if (!isArtifact && !(isHere ? channel !== undefined : asks)) return text
  const flags = Object.entries({ url, auth, channel }).flatMap(([key, value]) =>
    value === undefined ? [] : [`--${key}`, value],
  )
  return installByCommand(context, [text, "--ignore-install-hook", ...flags])
}
