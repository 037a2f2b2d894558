import path from "node:path/posix"
import { HabError } from "../../base/errors.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import { directoryMember, fileMember, type ImageMember, linkMember, parentsOf } from "./image-member.ts"

/** Where hab itself is, in an image and in an exported archive. */
const PROGRAM_DIRECTORY = "hab/program"

/**
 * hab without Node: its dispatcher, its bundles and the link `/hab/bin/hab`. What V8 compiled at the build is left out:
 * its bytes differ from build to build. Throws EXPORT_IMPOSSIBLE when hab does not run from its bundles.
 */
export function membersOfHab(
  files: Pick<FileSystem, "readDirectory" | "stat">,
  programDirectory: string,
  stamp: Readonly<{ mtimeSeconds: number }>,
): ImageMember[] {
  const project = path.dirname(programDirectory)
  const names = [
    "bin/hab",
    "bin/package.json",
    ...filesBelow(files, programDirectory).map((name) => `dist/${name}`),
  ].filter((name) => !name.endsWith(".compiled"))
  const programs = names.flatMap((name) => {
    const source = name.startsWith("dist/") ? `${programDirectory}/${name.slice(5)}` : `${project}/${name}`
    return fileMember(files, source, `${PROGRAM_DIRECTORY}/${name}`, stamp) ?? []
  })
  if (!programs.some((member) => member.path.endsWith("/bin/hab"))) {
    throw new HabError("EXPORT_IMPOSSIBLE", `${project}/bin/hab, which is to be in the export, is not there`, {
      hint: "run the hab of an installed package: npm install --global, or npm run build in a clone",
    })
  }
  const directories = [...new Set(programs.flatMap((member) => parentsOf(member.path)))].sort()
  return [
    ...directories.filter((name) => name !== "hab").map((name) => directoryMember(name, stamp)),
    ...programs,
    directoryMember("hab/bin", stamp),
    linkMember("hab/bin/hab", "../program/bin/hab", stamp),
  ]
}

function filesBelow(files: Pick<FileSystem, "readDirectory">, directory: string, below = ""): string[] {
  return files
    .readDirectory(`${directory}/${below}`)
    .flatMap(({ name, kind }) =>
      kind === "directory" ? filesBelow(files, directory, `${below}${name}/`) : [`${below}${name}`],
    )
}
