import path from "node:path/posix"
import { HabError } from "../base/errors.ts"
import type { Layout } from "../base/layout.ts"
import { VERSION } from "../base/version.ts"
import { parseIdent } from "../package/ident.ts"
import { createStore } from "../package/store.ts"
import type { FileSystem } from "../ports/file-system.ts"
import type { ClientTls, WebCall } from "../ports/http-client.ts"

const BEGIN = "-----BEGIN CERTIFICATE-----"

/** How every request to a depot is made. */
export type WebManners = Readonly<{ headers: Readonly<Record<string, string>> }> & Pick<WebCall, "silentMs" | "tls">

export type MannersContext = Readonly<{
  files: FileSystem
  env: Readonly<Record<string, string>>
  layout: Layout
  target: string
}>

/**
 * As the environment says (spec package §5.8): HAB_CLIENT_SOCKET_TIMEOUT in seconds, HAB_SSL_CERT_VERIFY_NONE, and beside
 * the authorities Node knows those of SSL_CERT_FILE, of core/cacerts and of the folder `cache/ssl`. Throws
 * CERTIFICATES_INVALID.
 */
export function webManners({ files, env, layout, target }: MannersContext, url: string): WebManners {
  const kernel = files.readTextIfPresent("/proc/sys/kernel/osrelease")?.trim() ?? "unknown"
  const headers = { "user-agent": `hab/${VERSION} (${target}; ${kernel})` }
  const seconds = Number(env["HAB_CLIENT_SOCKET_TIMEOUT"] || "")
  const silent = Number.isInteger(seconds) && seconds > 0 ? { silentMs: seconds * 1000 } : {}
  const tls = url.startsWith("https:") ? tlsOf({ files, env, layout, target }) : undefined
  return { headers, ...silent, ...(tls === undefined ? {} : { tls }) }
}

function tlsOf({ files, env, layout, target }: MannersContext): ClientTls | undefined {
  if (env["HAB_SSL_CERT_VERIFY_NONE"]) return { unverified: true }
  const folder = `${path.dirname(layout.cacheArtifacts)}/ssl`
  const names = files.stat(folder)?.kind === "directory" ? files.readDirectory(folder) : []
  const cached = names.map(({ name }) => `${folder}/${name}`).filter((file) => files.stat(file)?.kind === "file")
  const certificates = createStore({ files, layout, target }).find(parseIdent("core/cacerts"))
  const all = [...cached, ...(certificates === undefined ? [] : [`${certificates.path}/ssl/cert.pem`])]
  const named = env["SSL_CERT_FILE"] ? [readNamed(files, env["SSL_CERT_FILE"])] : []
  const found = all.flatMap((file) => files.readTextIfPresent(file) ?? [])
  const texts = [...named, ...found].filter((text) => text.includes(BEGIN))
  return texts.length === 0 ? undefined : { alsoTrusted: texts.join("\n") }
}

/** What somebody names is there, or it is an error: without it no server is trusted. */
function readNamed(files: FileSystem, file: string): string {
  const text = files.stat(file)?.kind === "file" ? files.readText(file) : ""
  if (text.includes(BEGIN)) return text
  const why = text === "" ? "there is no such file, or nothing in it" : "there is no certificate (PEM) in it"
  throw new HabError("CERTIFICATES_INVALID", `SSL_CERT_FILE is '${file}', and ${why}`, {
    hint: "name the certificate of the authority that signed the one of the depot, or unset the variable",
  })
}
