import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { parseFullIdent } from "../../src/package/ident.ts"
import { type CensusMember, serviceView, standaloneMember } from "../../src/templating/census-view.ts"
import { installContext, packageViewOf, runtimeContext } from "../../src/templating/context.ts"
import { CONTEXT_PARTS, MEMBER_KEYS } from "../../src/templating/context-table.ts"
import { entriesOf, isList, isTable, type TemplateValue } from "../../src/templating/values.ts"

const ident = parseFullIdent("acme/web/1.0/20240102030405")
const addresses = {
  ip: "",
  hostname: "",
  gossip_ip: "",
  gossip_port: 0,
  http_gateway_ip: "",
  http_gateway_port: 0,
  ctl_gateway_ip: "",
  ctl_gateway_port: 0,
}
const member = standaloneMember({
  memberId: "m",
  service: "web",
  group: "default",
  ident,
  sys: addresses,
  exported: new Map(),
  elected: true,
})
const pkg = packageViewOf(createLayout({ root: "/", enclosed: true }), {
  ident,
  path: "/p",
  deps: [ident],
  exposes: [],
  exports: {},
  env: {},
  user: "hab",
  group: "hab",
})
const runtime = runtimeContext({
  sys: { ...addresses, version: "", member_id: "", permanent: false },
  pkg,
  cfg: new Map(),
  svc: serviceView(member),
  bind: { db: { first: member, leader: null, members: [member] } },
})

/** Every path below a value; members are not looked into. */
function pathsOf(value: TemplateValue, before = ""): string[] {
  if (isList(value)) return value.flatMap((item) => (isMember(item) ? [] : pathsOf(item, `${before}[]`)))
  if (!isTable(value)) return []
  return entriesOf(value).flatMap(([key, inner]) => {
    const path = before === "" ? key : `${before}.${key}`
    return [path, ...(isMember(inner) ? [] : pathsOf(inner, path))]
  })
}

function isMember(value: TemplateValue): boolean {
  return isTable(value) && (value as Partial<CensusMember>).member_id !== undefined && "alive" in value
}

function documented(name: string): string[] {
  return (CONTEXT_PARTS.find((part) => part.name === name)?.keys ?? []).map(({ key }) => key).sort()
}

describe("the reference of the template context", () => {
  it("names every key there is, and no other", () => {
    expect(CONTEXT_PARTS.map(({ name }) => name).sort()).toEqual(Object.keys(runtime).sort())
    for (const name of ["sys", "svc"]) expect(documented(name)).toEqual(pathsOf(runtime[name]).sort())
    const bind = pathsOf(runtime["bind"]).filter((path) => path !== "db")
    expect(documented("bind")).toEqual(bind.map((path) => path.replace("db.", "<name>.")).sort())
    const install = installContext({ pkg, cfg: new Map() })
    expect(documented("pkg")).toEqual(pathsOf(install["pkg"]).sort())
    expect(MEMBER_KEYS.map(({ key }) => key).sort()).toEqual(pathsOf({ ...member, member_id: undefined }).sort())
  })

  it("says which templates see the parts of a service alone", () => {
    const seen = CONTEXT_PARTS.filter(({ seenBy }) => seenBy === "everything").map(({ name }) => name)
    expect(seen.sort()).toEqual(Object.keys(installContext({ pkg, cfg: new Map() })).sort())
  })
})
