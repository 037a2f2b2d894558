import path from "node:path/posix"
import { stringifyIdent } from "../../package/ident.ts"
import { readMetadata } from "../../package/metadata.ts"
import type { InstalledPackage } from "../../package/store.ts"
import { wait } from "../../ports/clock.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import type { Host } from "../../ports/host.ts"
import { type ImageSummary, writeImageLayout } from "./image-layout.ts"
import { membersOfPackage, releaseSeconds } from "./image-member.ts"
import { membersOfHab } from "./program-members.ts"
import { binariesOf, sharedObjectsOf } from "./shared-objects.ts"
import { IMAGE_USER, systemLayers } from "./system-members.ts"

/** What OCI calls the platforms of packages. */
const ARCHITECTURES: Readonly<Record<string, string>> = { "x86_64-linux": "amd64", "aarch64-linux": "arm64" }

export type ContainerRequest = Readonly<{
  /** Everything the image holds, dependencies before what needs them. */
  packages: readonly InstalledPackage[]
  /** The one that runs. */
  pkg: InstalledPackage
  nodeProgram: string
  programDirectory: string
  /** The directory to be; nothing is there. */
  destination: string
  /** What the image is called, and its tags. */
  name: string
  tags: readonly string[]
  /** Runs a command where packages are at their inner paths. */
  wrap: (argv: readonly [string, ...string[]]) => readonly [string, ...string[]]
  signal?: AbortSignal
}>

/** `missing`: libraries that programs of the packages need and this machine does not have either. */
export type ContainerSummary = ImageSummary & Readonly<{ missing: readonly string[] }>

/**
 * Writes an image that runs the package under a supervisor: a small system, Node and hab, and a layer for each package.
 * The same packages, hab and machine give the same digests. The directory appears whole or not at all, and what was begun
 * goes when `signal` aborts. Throws EXPORT_IMPOSSIBLE, PACK_UNSUPPORTED and PACK_CHANGED.
 */
export async function exportContainer(
  context: Pick<Host, "clock" | "files" | "processes" | "env" | "target">,
  request: ContainerRequest,
): Promise<ContainerSummary> {
  const { clock, files, target } = context
  const { packages, pkg, destination, signal } = request
  const binaries = packages.flatMap((each) => [...binariesOf(files, each)])
  const { paths, missing } = await sharedObjectsOf(context, binaries, request.wrap)
  const wanted = paths.filter((object) => !object.startsWith("/hab/"))
  const { system, node } = await systemLayers(context, { nodeProgram: request.nodeProgram, wanted })
  const created = Math.max(...packages.map(({ ident }) => releaseSeconds(ident.release)))
  const hab = membersOfHab(files, request.programDirectory, { mtimeSeconds: 0 })
  const unfinished = files.makeTemporaryDirectory(`${path.dirname(destination)}/.hab-export-`)
  try {
    const summary = await writeImageLayout(files, unfinished, {
      layers: [
        { title: "system", members: system },
        { title: "node", members: node },
        { title: "hab", members: hab },
        ...packages.map((each) => ({ title: stringifyIdent(each.ident), members: membersOfPackage(files, each) })),
      ],
      architecture: ARCHITECTURES[target] ?? target.replace(/-.*/, ""),
      created: new Date(created * 1000).toISOString(),
      config: configOf(files, pkg),
      name: request.name,
      tags: request.tags,
      async pause() {
        await wait(clock, 0, signal)
        signal?.throwIfAborted()
      },
    })
    files.chmod(unfinished, 0o755)
    await files.syncTree(unfinished)
    files.rename(unfinished, destination)
    return { ...summary, missing }
  } finally {
    files.removeTree(unfinished)
  }
}

function configOf(files: Pick<FileSystem, "readTextIfPresent">, pkg: InstalledPackage): Record<string, unknown> {
  const { exposes } = readMetadata({ files }, pkg)
  const { origin, name, version } = pkg.ident
  const ports = Object.fromEntries(exposes.map((port) => [`${port}/tcp`, {}]))
  return {
    User: `${IMAGE_USER.uid}:${IMAGE_USER.gid}`,
    ...(exposes.length === 0 ? {} : { ExposedPorts: ports }),
    Env: ["PATH=/hab/bin:/usr/bin:/bin", "FS_ROOT=/", `HOME=${IMAGE_USER.home}`, "LANG=C.UTF-8"],
    Entrypoint: ["/init"],
    Cmd: [`${origin}/${name}`],
    WorkingDir: "/",
    Labels: {
      "org.opencontainers.image.title": `${origin}/${name}`,
      "org.opencontainers.image.version": version,
    },
    StopSignal: "SIGTERM",
  }
}
