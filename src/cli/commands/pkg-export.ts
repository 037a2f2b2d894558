import path from "node:path/posix"
import { HabError } from "../../base/errors.ts"
import { exportContainer } from "../../depot/export/export-container.ts"
import { exportTar } from "../../depot/export/export-tar.ts"
import { packagesToExport } from "../../depot/export/image-member.ts"
import { parseIdent, stringifyIdent } from "../../package/ident.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { JSON_OUTPUT, openStore } from "../installed.ts"

/** `hab pkg export tar`: a package with all it needs, for a machine that has nothing but Node. */
export const exportTarCommand = defineCommand({
  name: "export tar",
  summary: "Write a package, what it needs and hab into one .tar.xz, to be unpacked at / of another machine",
  arguments: "<ident>",
  examples: ["hab pkg export tar acme/web", "hab pkg export tar acme/web --output /tmp/web.tar.xz"],
  options: {
    output: {
      kind: "text",
      short: "o",
      value: "FILE",
      summary: "The file (default: origin-name-version-release.tar.xz)",
    },
    json: JSON_OUTPUT,
  },
  async run({ args: [text = ""], options }, context) {
    const { pkg, packages, baseName } = wantedPackages(context, text)
    const destination = freePath(context, options.output ?? `${baseName}.tar.xz`)
    const { programDirectory } = context
    await exportTar(context.host, { packages, programDirectory, destination })
    if (!options.json) return { text: destination }
    const idents = packages.map(({ ident }) => stringifyIdent(ident))
    return { text: JSON.stringify({ ident: stringifyIdent(pkg.ident), path: destination, packages: idents }) }
  },
})

/** `hab pkg export container`: an OCI image layout, made without a container engine. */
export const exportContainerCommand = defineCommand({
  name: "export container",
  summary: "Write an OCI image that runs a package under a supervisor, without a container engine",
  arguments: "<ident>",
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
    tag: { kind: "text", value: "TAG", default: "latest", summary: "What the image is called inside the directory" },
    json: JSON_OUTPUT,
  },
  async run({ args: [text = ""], options }, context) {
    const { pkg, packages, baseName } = wantedPackages(context, text)
    const destination = freePath(context, options.output ?? `${baseName}.oci`)
    const { nodeProgram, programDirectory } = context
    const place = { nodeProgram, programDirectory, destination, tag: options.tag }
    const { wrap } = context.workplace().enclosure
    const { digest, layers, missing } = await exportContainer(context.host, { packages, pkg, wrap, ...place })
    if (missing.length > 0) {
      const hint = "Programs of the packages name them; the image works if they are found in another way when it runs"
      context.report({ tag: "warning", text: `The image lacks ${missing.join(", ")}`, hint })
    }
    if (!options.json) return { text: `${destination} ${digest}` }
    return { text: JSON.stringify({ ident: stringifyIdent(pkg.ident), path: destination, digest, layers }) }
  },
})

function wantedPackages(context: CommandContext, text: string) {
  const store = openStore(context)
  const pkg = store.load(parseIdent(text))
  const packages = packagesToExport(context.host, store, pkg)
  return { pkg, packages, baseName: stringifyIdent(pkg.ident).replaceAll("/", "-") }
}

/** An absolute path where nothing is yet. Throws EXPORT_EXISTS. */
function freePath({ host }: CommandContext, given: string): string {
  const destination = path.resolve(host.cwd, given)
  if (host.files.lstat(destination) === undefined) return destination
  throw new HabError("EXPORT_EXISTS", `${destination} is there already`, {
    hint: "remove it, or choose another place with --output",
  })
}
