import { describeSystemError } from "../../base/describe-system-error.ts"
import { HabError, isSystemError } from "../../base/errors.ts"
import { exportContainer } from "../../depot/export/export-container.ts"
import { type ImageNaming, imageNames } from "../../depot/export/image-name.ts"
import { stringifyIdent } from "../../package/ident.ts"
import { type CommandContext, defineCommand, type OptionTable } from "../command.ts"
import { EXPORT_OPTIONS, packagesOf } from "../exported-packages.ts"
import { JSON_OUTPUT } from "../installed.ts"
import { INEFFECTIVE_EXPORT_OPTIONS, INEFFECTIVE_IMAGE_OPTIONS, warnAsked } from "../options/ineffective-options.ts"
import { freePath } from "./pkg-export.ts"

/** Where scripts written for Habitat look for the name and the tags of the last image. */
const REPORT = "results/last_container_export.env"

const NAME_OPTIONS = {
  imageName: {
    kind: "text",
    short: "i",
    value: "TEMPLATE",
    default: "{{pkg_origin}}/{{pkg_name}}",
    summary: "Name of the image; {{pkg_version}} and {{pkg_release}} are known too",
  },
  registryUrl: { kind: "text", short: "G", value: "URL", summary: "Registry in front of the name" },
  tagCustom: { kind: "text", value: "TEMPLATE", summary: "One more tag" },
  noTagLatest: { kind: "flag", summary: "Not the tag latest" },
  noTagVersion: { kind: "flag", summary: "Not the tag VERSION" },
  noTagVersionRelease: { kind: "flag", summary: "Not the tag VERSION-RELEASE" },
  tagLatest: { kind: "flag", hidden: true, summary: "The tag latest, which is the default" },
  tagVersion: { kind: "flag", hidden: true, summary: "The tag VERSION, which is the default" },
  tagVersionRelease: { kind: "flag", hidden: true, summary: "The tag VERSION-RELEASE, which is the default" },
} as const satisfies OptionTable

/** `hab pkg export container`: an OCI image layout, made without a container engine. */
export const exportContainerCommand = defineCommand({
  name: "export container",
  summary: "Write an OCI image that runs the first package under a supervisor, without a container engine",
  arguments: "<ident-or-hart...>",
  examples: [
    "hab pkg export container acme/web --output web-image",
    "skopeo copy oci:web-image:latest docker://registry.example.com/acme/web",
  ],
  options: {
    output: {
      kind: "text",
      short: "o",
      value: "DIR",
      summary: "The directory (default: origin-name-version-release.oci)",
    },
    ...EXPORT_OPTIONS,
    ...NAME_OPTIONS,
    pushImage: { kind: "flag", hidden: true, summary: "Refused: hab pushes nothing" },
    json: JSON_OUTPUT,
    ...INEFFECTIVE_EXPORT_OPTIONS,
    ...INEFFECTIVE_IMAGE_OPTIONS,
  },
  async run({ args, options }, context) {
    if (options.pushImage) throw pushesNothing()
    warnAsked(context, { ...INEFFECTIVE_EXPORT_OPTIONS, ...INEFFECTIVE_IMAGE_OPTIONS }, options)
    const { pkg, packages, baseName } = await packagesOf(context, args, options)
    const names = imageNames(pkg.ident, namingOf(options))
    const destination = freePath(context, options.output ?? `${baseName}.oci`)
    const { nodeProgram, programDirectory, signal } = context
    const place = { nodeProgram, programDirectory, destination, signal, ...names }
    const { wrap } = context.workplace().enclosure
    const { digest, layers, missing } = await exportContainer(context.host, { packages, pkg, wrap, ...place })
    if (missing.length > 0) {
      const hint = "Programs of the packages name them; the image works if they are found in another way when it runs"
      context.report({ tag: "warning", text: `The image lacks ${missing.join(", ")}`, hint })
    }
    writeReport(context, { digest, ...names })
    if (!options.json) return { text: `${destination} ${digest}` }
    const { name, tags } = names
    return { text: JSON.stringify({ ident: stringifyIdent(pkg.ident), path: destination, digest, name, tags, layers }) }
  },
})

type NameOptions = Readonly<{
  imageName: string
  registryUrl: string | undefined
  tagCustom: string | undefined
  noTagLatest: boolean
  noTagVersion: boolean
  noTagVersionRelease: boolean
}>

function namingOf(options: NameOptions): ImageNaming {
  return {
    template: options.imageName,
    registry: options.registryUrl,
    custom: options.tagCustom,
    latest: !options.noTagLatest,
    version: !options.noTagVersion,
    versionRelease: !options.noTagVersionRelease,
  }
}

/** The image is there, whether or not what names it can be written. */
function writeReport(
  { host: { files, cwd }, report }: CommandContext,
  { digest, name, tags }: Readonly<{ digest: string; name: string; tags: readonly string[] }>,
): void {
  const named = tags.map((tag) => `${name}:${tag}`)
  try {
    files.makeDirectories(`${cwd}/results`)
    files.writeAtomically(
      `${cwd}/${REPORT}`,
      `id=${digest}\nname=${name}\ntags=${tags.join(",")}\nname_tags=${named.join(",")}\n`,
    )
  } catch (error) {
    if (!isSystemError(error)) throw error
    report({ tag: "warning", text: `${REPORT} is not written: ${describeSystemError(error)}` })
  }
}

function pushesNothing(): HabError {
  return new HabError("USAGE", "--push-image: hab writes an image and talks to no registry", {
    hint: "leave it out, then: skopeo copy oci:DIR:latest docker://REGISTRY/NAME:TAG",
  })
}
