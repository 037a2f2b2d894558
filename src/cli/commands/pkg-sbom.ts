import path from "node:path/posix"
import { VERSION } from "../../base/version.ts"
import { readArchive } from "../../package/archive.ts"
import { parseInstallSource } from "../../package/install-source.ts"
import { readMetadata } from "../../package/metadata.ts"
import { type SbomInput, sbomParts } from "../../package/sbom.ts"
import { type CommandContext, defineCommand } from "../command.ts"
import { openStore } from "../installed.ts"

/** `hab pkg sbom`: a CycloneDX document, byte for byte the same each time. */
export const sbomCommand = defineCommand({
  name: "sbom",
  summary: "Print what a package is made of, as a CycloneDX document",
  arguments: "<ident-or-hart>",
  examples: [
    "hab pkg sbom acme/web",
    "hab pkg sbom results/acme-web-1.0.0-20260102030405-x86_64-linux.hart > web.cdx.json",
  ],
  options: {},
  async run({ args: [given = ""] }, context) {
    const { host, layout } = context
    const store = openStore({ host, layout })
    const depsOf: SbomInput["depsOf"] = (ident) => {
      const found = store.find(ident)
      return found === undefined ? undefined : readMetadata(host, found).deps
    }
    const source = parseInstallSource(host, given)
    const facts =
      source.tag === "archive" ? await ofArchive(context, source.path) : ofInstalled(context, store.load(source.ident))
    printParts(context, sbomParts({ ...facts, depsOf, tool: `hab ${VERSION}` }))
    return {}
  },
})

/** What is printed at a time, so that a part for each file is not a write for each. */
const WRITE_LENGTH = 64 * 1024

function printParts({ print }: CommandContext, parts: Iterable<string>): void {
  let text = ""
  for (const part of parts) {
    text += part
    if (text.length < WRITE_LENGTH) continue
    if (!print(text)) return
    text = ""
  }
  print(text)
}

type Facts = Pick<SbomInput, "ident" | "metadata" | "fileList">

async function ofArchive({ host }: CommandContext, file: string): Promise<Facts> {
  const { metadata, text } = await readArchive(host, path.resolve(host.cwd, file))
  return { ident: metadata.ident, metadata, fileList: text("FILES") }
}

function ofInstalled({ host }: CommandContext, pkg: Readonly<{ path: string }>): Facts {
  const metadata = readMetadata(host, pkg)
  return { ident: metadata.ident, metadata, fileList: host.files.readTextIfPresent(`${pkg.path}/FILES`) }
}
