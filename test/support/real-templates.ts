import { readFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { createLayout } from "../../src/base/layout.ts"
import { loadConfig } from "../../src/config/layers.ts"
import { parseToml, toPlain } from "../../src/config/toml.ts"
import { type ConfigTable, type ConfigValue, isConfigTable } from "../../src/config/value.ts"
import { systemFiles } from "../../src/host/file-system.ts"
import { parseFullIdent, stringifyIdent } from "../../src/package/ident.ts"
import { type CensusMember, serviceView, standaloneMember } from "../../src/templating/census-view.ts"
import { packageView, runtimeContext } from "../../src/templating/context.ts"
import type { TemplateContext } from "../../src/templating/values.ts"
import { memoryFileSystem } from "./memory-file-system.ts"

/** Where the templates modelled on real plans are, and the goldens beside them. */
export const REAL_TEMPLATES = "fixtures/templates/real"

const root = fileURLToPath(new URL(`../../${REAL_TEMPLATES}`, import.meta.url))

/** The directory of one program's templates. */
export function realTemplates(program: string): string {
  return path.join(root, program)
}

function text(table: ConfigTable, key: string, fallback = ""): string {
  const value = table.get(key)
  return typeof value === "string" ? value : fallback
}

function tables(table: ConfigTable, key: string): readonly ConfigTable[] {
  const value = table.get(key)
  return Array.isArray(value) ? value.filter((item: ConfigValue) => isConfigTable(item)) : []
}

function member(service: string, ident: ReturnType<typeof parseFullIdent>, given: ConfigTable): CensusMember {
  const exported = given.get("cfg")
  const alone = standaloneMember({
    memberId: text(given, "id"),
    service,
    group: "default",
    ident,
    sys: { ...ADDRESSES, ip: text(given, "ip") },
    exported: isConfigTable(exported) ? exported : new Map(),
  })
  const { cfg: _, id, ip, ...flags } = toPlain(given)
  return { ...alone, ...(flags as Partial<CensusMember>) }
}

const ADDRESSES = {
  ip: "10.0.0.1",
  hostname: "host1",
  gossip_ip: "10.0.0.1",
  gossip_port: 9638,
  http_gateway_ip: "127.0.0.1",
  http_gateway_port: 9631,
  ctl_gateway_ip: "127.0.0.1",
  ctl_gateway_port: 9632,
}

/**
 * What the templates of a program see: its scenario.toml says who else is there. `hab` is where its paths point to, and
 * `applied` is configuration on top.
 */
export function realContext(
  program: string,
  { hab = "/hab", applied = "" }: Readonly<{ hab?: string; applied?: string }> = {},
): TemplateContext {
  const directory = realTemplates(program)
  const scenario = parseToml(readFileSync(`${directory}/scenario.toml`, "utf8"), `${program}/scenario.toml`)
  const ident = parseFullIdent(text(scenario, "ident"))
  const full = stringifyIdent(ident)
  const lines = (key: string, separator: string) => ((scenario.get(key) as string[] | undefined) ?? []).join(separator)
  const files = memoryFileSystem({
    [`/hab/pkgs/${full}/IDENT`]: full,
    [`/hab/pkgs/${full}/TARGET`]: "x86_64-linux",
    [`/hab/pkgs/${full}/TDEPS`]: lines("deps", "\n"),
    [`/hab/pkgs/${full}/EXPOSES`]: lines("exposes", " "),
  })
  const pkg = packageView(
    { files, layout: createLayout({ root: path.dirname(hab), enclosed: false }) },
    { pkg: { ident, path: `/hab/pkgs/${full}`, innerPath: `/hab/pkgs/${full}` }, env: {}, user: "hab", group: "hab" },
  )
  const config = loadConfig(
    { files: systemFiles, env: {} },
    { packageName: program, defaultToml: `${directory}/default.toml`, userToml: `${directory}/user.toml`, applied },
  )
  const members = tables(scenario, "member").map((given) => member(program, ident, given))
  const me = members.find((found) => found.member_id === text(scenario, "me", "m1"))
  if (me === undefined) throw new Error(`${program}/scenario.toml has no member for itself`)
  const binds = (scenario.get("bind") as ConfigTable | undefined) ?? new Map()
  const bind = [...binds.keys()].map((name) => {
    const bound = tables(binds, name).map((given) => member(name, ident, given))
    const { members, first, leader } = serviceView(bound[0] as CensusMember, bound)
    return [name, { members, first, leader }] as const
  })
  const sys = { ...ADDRESSES, ip: me.sys.ip, version: "1/2", member_id: me.member_id, permanent: false }
  return runtimeContext({ sys, pkg, cfg: config.value, svc: serviceView(me, members), bind: Object.fromEntries(bind) })
}
