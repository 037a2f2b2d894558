import { HabError } from "../base/errors.ts"
import { parseIdent } from "../package/ident.ts"
import type { CommandContext } from "./command.ts"
import { openStore } from "./installed.ts"

/**
 * Installs through a `hab pkg install` of its own: its hooks and its lock are not ours. Gives the exact release. Throws
 * INSTALL_FAILED with that command's exit code.
 */
export async function installByCommand(
  { host, nodeProgram, programDirectory, signal, report }: CommandContext,
  words: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = host.env,
): Promise<string> {
  const argv = [nodeProgram, `${programDirectory}/hab.cjs`, "pkg", "install", ...words] as const
  const onLine = (_: unknown, line: string) => report({ tag: "note", text: line })
  const { status, stdout } = await host.processes.run({ argv, env, signal, onLine })
  const ident = /Install of (\S+) complete/.exec(stdout)?.[1]
  if (status.tag === "exited" && status.code === 0 && ident !== undefined) return ident
  throw new HabError("INSTALL_FAILED", `${words[0]} could not be installed; the lines above say why`, {
    exitCode: status.tag === "exited" && status.code !== 0 ? status.code : 1,
  })
}

/**
 * Installs the package of a service where no release of it is here and a depot is named. Its install hooks are left to the
 * supervisor, which runs them before the service starts. Packages of another machine are its own matter.
 */
export async function installIfAbsent(
  context: CommandContext,
  ident: string,
  { url, channel }: Readonly<{ url: string | undefined; channel: string | undefined }>,
): Promise<void> {
  if (openStore(context).find(parseIdent(ident)) !== undefined || (await context.remote()) !== undefined) return
  const { env } = context.host
  const named = url || env["HAB_BLDR_URL"] || env["HAB_DEPOT_URL"]
  if (!named) {
    const { readCliConfig } = await import("./cli-config.ts")
    if (readCliConfig(context).bldr_url === undefined) return
  }
  const from = named ? ["--url", named] : []
  const of = channel === undefined ? [] : ["--channel", channel]
  await installByCommand(context, [ident, "--ignore-install-hook", ...from, ...of])
}
