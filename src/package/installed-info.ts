import type { FileSystem } from "../ports/file-system.ts"
import { stringifyIdent } from "./ident.ts"
import { readMetadata } from "./metadata.ts"
import type { InstalledPackage } from "./store.ts"

/** What `hab pkg info --json` prints of an installed package: the keys it has in common with artifacts, and its path. */
export function readInstalledInfo(
  { files }: Readonly<{ files: Pick<FileSystem, "readTextIfPresent"> }>,
  pkg: InstalledPackage,
) {
  const metadata = readMetadata({ files }, pkg)
  const text = (name: string) => files.readTextIfPresent(`${pkg.path}/${name}`)?.trim() ?? null
  return {
    path: pkg.path,
    ident: stringifyIdent(pkg.ident),
    ...pkg.ident,
    target: metadata.target,
    is_a_service: metadata.svcUser !== undefined,
    deps: metadata.deps.map(stringifyIdent),
    tdeps: metadata.tdeps.map(stringifyIdent),
    build_deps: metadata.buildDeps.map(stringifyIdent),
    build_tdeps: metadata.buildTdeps.map(stringifyIdent),
    exposes: metadata.exposes.map(Number).filter((port) => Number.isInteger(port)),
    manifest: text("MANIFEST"),
    config: text("default.toml"),
    svc_user: metadata.svcUser ?? null,
    svc_group: metadata.svcGroup ?? null,
  }
}

/** What `hab pkg info` prints of an installed package; `installHook` is shown unless there is none. */
export function describeInstalled(info: ReturnType<typeof readInstalledInfo>, installHook: string): string {
  const rows = [
    ["Package Path", info.path],
    ["Origin", info.origin],
    ["Name", info.name],
    ["Version", info.version],
    ["Release", info.release],
    ...(installHook === "absent" ? [] : [["Install Hook", installHook] as const]),
  ] as const
  return rows.map(([label, value]) => `${label.padEnd(15)}: ${value}`).join("\n")
}
