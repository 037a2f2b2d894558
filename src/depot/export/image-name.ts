import { HabError } from "../../base/errors.ts"
import type { FullIdent } from "../../package/ident.ts"

export type ImageNaming = Readonly<{
  /** `{{pkg_origin}}/{{pkg_name}}` and whatever stands around; also version and release. */
  template: string
  registry: string | undefined
  /** One more tag, a template too. */
  custom: string | undefined
  latest: boolean
  version: boolean
  versionRelease: boolean
}>

/** What OCI takes for a name, and for a tag. */
const NAME = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?::\d+)?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/
const TAG = /^\w[\w.-]{0,127}$/

/** The name and the tags of the image of a package (spec package §7.8). Throws EXPORT_IMPOSSIBLE. */
export function imageNames(
  ident: FullIdent,
  { template, registry, custom, ...wants }: ImageNaming,
): { name: string; tags: readonly string[] } {
  const own = filled(template, ident).toLowerCase()
  const name = registry === undefined ? own : `${registry.replace(/^https?:\/\/|\/+$/g, "").toLowerCase()}/${own}`
  if (!NAME.test(name)) throw refused(`'${name}' cannot name an image`, "--image-name")
  const versionTag = ident.version.replace(/[^\w.-]/g, "-")
  const tags = [
    ...(wants.latest ? ["latest"] : []),
    ...(wants.version ? [versionTag] : []),
    ...(wants.versionRelease ? [`${versionTag}-${ident.release}`] : []),
    ...(custom === undefined ? [] : [filled(custom, ident)]),
  ]
  for (const tag of tags) if (!TAG.test(tag)) throw refused(`'${tag}' cannot be a tag`, "--tag-custom")
  if (tags.length === 0) throw refused("the image would have no tag at all", "--tag-custom")
  return { name, tags: [...new Set(tags)] }
}

const VARIABLE = /\{\{\s*pkg_(origin|name|version|release)\s*\}\}/g

function filled(template: string, ident: FullIdent): string {
  return template.replace(VARIABLE, (_, part: "origin" | "name" | "version" | "release") => ident[part])
}

function refused(what: string, flag: string): HabError {
  return new HabError("EXPORT_IMPOSSIBLE", what, { hint: `choose another with ${flag}` })
}
