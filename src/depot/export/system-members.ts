import { HabError } from "../../base/errors.ts"
import type { FileSystem } from "../../ports/file-system.ts"
import type { ProcessRunner } from "../../ports/process-runner.ts"
import { directoryMember, fileMember, type ImageMember, linkMember, parentsOf, textMember } from "./image-member.ts"
import { sharedObjectsOf } from "./shared-objects.ts"

/** What hab itself starts; an image without them is refused. */
const NEEDED = ["sh", "env", "flock", "mkfifo", "sync", "xz"]

/** What hooks commonly use; taken where this machine has it. */
const WELCOME = `[ basename bash cat chmod chown comm cp cut date dd df dirname du echo expr false find fold grep head
 hostname id install join kill ln ls mkdir mktemp mv nl nproc nsenter od paste printf ps pwd readlink realpath rm rmdir sed
 seq setpriv sha256sum sleep sort split stat stdbuf tac tail tee test timeout touch tr true truncate tty uname uniq unlink
 wc whoami xargs yes`.split(/\s+/)

/** Where Node and most tools look. */
const CERTIFICATE_BUNDLE = "etc/ssl/certs/ca-certificates.crt"
const CERTIFICATES = [`/${CERTIFICATE_BUNDLE}`, "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"]

/** The account a container runs as. Group 0 owns what it writes, so any other uid of that group can take its place. */
export const IMAGE_USER = { uid: 1000, gid: 0, name: "hab", home: "/hab" } as const

const PASSWD = `root:x:0:0:root:/root:/bin/sh
${IMAGE_USER.name}:x:${IMAGE_USER.uid}:${IMAGE_USER.gid}:hab:${IMAGE_USER.home}:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/false
`
const GROUP = `root:x:0:${IMAGE_USER.name}
${IMAGE_USER.name}:x:${IMAGE_USER.uid}:
nogroup:x:65534:
`

/**
 * Process 1 of a container: Node never waits for orphans, a shell that waits does. Signals go on to the supervisor, and
 * its exit code is the container's.
 */
const INIT = `#!/bin/sh
hab sup run "$@" & hab=$!
trap 'kill -TERM $hab' TERM INT; trap 'kill -HUP $hab' HUP
until wait $hab; code=$?; ! kill -0 $hab 2>/dev/null; do :; done
exit $code
`

type Context = Readonly<{
  files: Pick<FileSystem, "stat" | "realPath">
  processes: Pick<ProcessRunner, "run" | "find">
  env: Readonly<Record<string, string>>
}>

/**
 * Everything of this machine an image holds, in two layers: a small system with the libraries `wanted` by packages, and
 * Node. Throws EXPORT_IMPOSSIBLE.
 */
export async function systemLayers(
  context: Context,
  { nodeProgram, wanted }: Readonly<{ nodeProgram: string; wanted: readonly string[] }>,
): Promise<Readonly<{ system: readonly ImageMember[]; node: readonly ImageMember[] }>> {
  const tools = [...NEEDED, ...WELCOME].sort().flatMap((name) => toolOf(context, name) ?? [])
  const sources = tools.map(({ source }) => source)
  const libraries = [...new Set([...(await librariesOf(context, sources)), ...wanted])].sort()
  const nodeLibraries = (await librariesOf(context, [nodeProgram])).filter((library) => !libraries.includes(library))
  const at = (library: string) => placed(context, library, library.slice(1))
  const certificates = CERTIFICATES.find((file) => context.files.stat(file)?.kind === "file")
  return {
    system: withParents([
      ...skeleton(),
      ...tools.map(({ name, source }) => placed(context, source, `usr/bin/${name}`)),
      ...libraries.map(at),
      ...(certificates === undefined ? [] : [placed(context, certificates, CERTIFICATE_BUNDLE)]),
    ]),
    node: withParents([placed(context, nodeProgram, "usr/bin/node"), ...nodeLibraries.map(at)]),
  }
}

async function librariesOf(context: Context, programs: readonly string[]): Promise<readonly string[]> {
  const { paths, missing } = await sharedObjectsOf(context, programs)
  if (missing.length === 0) return paths
  throw new HabError("EXPORT_IMPOSSIBLE", `programs of this machine lack libraries: ${missing.join(", ")}`, {
    hint: "install the packages of your distribution that hold them",
  })
}

const STAMP = { mtimeSeconds: 0 }
const GROUP_WRITABLE = 0o775

function skeleton(): ImageMember[] {
  const empty = ["dev", "etc", "proc", "root", "run", "sys", "usr", "usr/bin", "var"]
  return [
    ...empty.map((name) => directoryMember(name, STAMP)),
    directoryMember("hab", STAMP, GROUP_WRITABLE),
    directoryMember("hab/pkgs", STAMP, GROUP_WRITABLE),
    directoryMember("tmp", STAMP, 0o1777),
    directoryMember("var/tmp", STAMP, 0o1777),
    linkMember("bin", "usr/bin", STAMP),
    linkMember("sbin", "usr/bin", STAMP),
    linkMember("usr/sbin", "bin", STAMP),
    textMember("etc/passwd", PASSWD, STAMP),
    textMember("etc/group", GROUP, STAMP),
    textMember("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n", STAMP),
    textMember("init", INIT, STAMP, 0o755),
  ]
}

/** A tool by the name images know it by. The file behind it may have another (`sh` is `dash`, `mkfifo` a coreutils). */
function toolOf({ processes }: Context, name: string): { name: string; source: string } | undefined {
  const source = processes.find(name)
  if (source !== undefined) return { name, source }
  if (!NEEDED.includes(name)) return undefined
  throw new HabError("EXPORT_IMPOSSIBLE", `an image needs the program ${name}, which is not on PATH`, {
    hint: "install it with your distribution's tools",
  })
}

function placed({ files }: Context, source: string, at: string): ImageMember {
  const member = fileMember(files, files.realPath(source), at, STAMP)
  if (member !== undefined) return member
  throw new HabError("EXPORT_IMPOSSIBLE", `${source}, which an image needs, is not a file`)
}

/** Directories first, outermost first, with those that no member names. */
function withParents(members: readonly ImageMember[]): ImageMember[] {
  const isDirectory = ({ type }: ImageMember) => type === "Directory"
  const named = new Map(members.filter(isDirectory).map((member) => [member.path, member]))
  const above = members.flatMap((member) => parentsOf(member.path.replace(/\/$/, "")))
  for (const member of above.map((name) => directoryMember(name, STAMP))) {
    if (!named.has(member.path)) named.set(member.path, member)
  }
  const directories = [...named.keys()].sort().flatMap((name) => named.get(name) ?? [])
  return [...directories, ...members.filter((member) => !isDirectory(member))]
}
