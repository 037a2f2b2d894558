import { fileURLToPath } from "node:url"
import { systemShells } from "../../src/host/shell.ts"
import { AGGREGATE_VARIABLES, PROTECTED_VARIABLES } from "../../src/plan/environment.ts"
import { type Helpers, type PlanShell, startPlanShell } from "../../src/plan/plan-shell.ts"
import { assignMap } from "../../src/plan/protocol.ts"

export const bashDirectory = fileURLToPath(new URL("../../src/plan", import.meta.url))

export type TestShell = PlanShell & Readonly<{ lines: string[] }>

/** A real plan shell in a directory, with the tables of the environment helpers and the given answers. */
export async function planShell(cwd: string, helpers: Helpers = {}): Promise<TestShell> {
  const lines: string[] = []
  const shell = startPlanShell(
    { shells: systemShells },
    {
      argv: ["bash", "--noprofile", "--norc", `${bashDirectory}/session.bash`],
      env: { PATH: process.env["PATH"] ?? "", LC_ALL: "POSIX", HOME: cwd },
      cwd,
      helpers,
      onLine: (line) => lines.push(line),
    },
  )
  await shell.run(
    [
      `declare -gA ${assignMap("__hab_separators", AGGREGATE_VARIABLES)}`,
      `declare -gA ${assignMap("__hab_protected", PROTECTED_VARIABLES)}`,
      "__hab_version_unset=__pkg__version__unset__",
      "pkg_name=tree pkg_origin=acme pkg_version=1.0 pkg_release=20240102030405 pkg_target=x86_64-linux",
      `HAB_PKG_PATH=/hab/pkgs HAB_CACHE_SRC_PATH=${cwd} HAB_CACHE_ARTIFACT_PATH=/hab/cache/artifacts`,
    ].join("\n"),
  )
  return { ...shell, lines }
}
