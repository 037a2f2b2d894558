import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { parseToml } from "../../src/config/toml.ts"
import { serviceView, standaloneMember } from "../../src/templating/census-view.ts"
import { installContext, packageView, runtimeContext } from "../../src/templating/context.ts"
import { compileTemplate } from "../../src/templating/engine.ts"
import { memoryFileSystem } from "../support/memory-file-system.ts"

const ident = { origin: "acme", name: "redis", version: "7.2", release: "20240101000000" }
const text = "acme/redis/7.2/20240101000000"
const sys = {
  ip: "10.0.0.4",
  hostname: "web1",
  gossip_ip: "10.0.0.4",
  gossip_port: 9638,
  http_gateway_ip: "127.0.0.1",
  http_gateway_port: 9631,
  ctl_gateway_ip: "127.0.0.1",
  ctl_gateway_port: 9632,
}

function view(root = "/") {
  const layout = createLayout({ root, enclosed: true })
  const path = `${layout.hab}/pkgs/${text}`
  const files = memoryFileSystem({
    [`${path}/IDENT`]: `${text}\n`,
    [`${path}/TARGET`]: "x86_64-linux\n",
    [`${path}/TDEPS`]: "core/glibc/2.38/20240101000000\ncore/bash/5.1/20240101000000\n",
    [`${path}/EXPORTS`]: "port=server.port\nhost=server.host\n",
    [`${path}/EXPOSES`]: "6379 16379\n",
  })
  const pkg = { ident, path, innerPath: `/hab/pkgs/${text}` }
  return packageView({ files, layout }, { pkg, env: { PATH: "/hab/pkgs/x/bin" }, user: "hab", group: "hab" })
}

function member(id = "b162bfc10cf54eb4bce93689a8023eb9", elected = false) {
  const exported = parseToml("port = 6379", "x")
  return standaloneMember({ memberId: id, service: "redis", group: "default", ident, sys, exported, elected })
}

describe("packageView (spec supervisor §5.1)", () => {
  const expected = {
    ident: text,
    ...ident,
    deps: [
      { origin: "core", name: "glibc", version: "2.38", release: "20240101000000" },
      { origin: "core", name: "bash", version: "5.1", release: "20240101000000" },
    ],
    env: { PATH: "/hab/pkgs/x/bin" },
    exposes: ["6379", "16379"],
    exports: { port: "server.port", host: "server.host" },
    path: `/hab/pkgs/${text}`,
    svc_path: "/hab/svc/redis",
    svc_config_path: "/hab/svc/redis/config",
    svc_data_path: "/hab/svc/redis/data",
    svc_files_path: "/hab/svc/redis/files",
    svc_static_path: "/hab/svc/redis/static",
    svc_var_path: "/hab/svc/redis/var",
    svc_pid_file: "/hab/svc/redis/PID",
    svc_run: "/hab/svc/redis/run",
    svc_user: "hab",
    svc_group: "hab",
  }

  it("holds exactly the documented keys, and inner paths whatever the root", () => {
    expect(view()).toEqual(expected)
    expect(view("/srv/test root")).toEqual(expected)
  })
})

describe("runtimeContext (spec supervisor §5.1)", () => {
  const context = runtimeContext({
    sys: { version: "1/2", member_id: "m", ...sys, permanent: false },
    pkg: view(),
    cfg: parseToml("x = 1.0", "x"),
    svc: serviceView(member()),
    bind: {
      zoo: { first: null, leader: null, members: [] },
      app: { first: member(), leader: null, members: [member()] },
    },
  })

  function render(template: string): string {
    return compileTemplate({ path: "t", text: template }).render(context).text
  }

  it("has the five keys, and binds in the order of their names", () => {
    expect(Object.keys(context)).toEqual(["sys", "pkg", "cfg", "svc", "bind"])
    expect(render("{{#each bind}}{{@key}} {{/each}}{{bind.app.first.cfg.port}}{{bind.app.members.0.sys.ip}}")).toBe(
      "app zoo 637910.0.0.4",
    )
  })

  it("does not hold what only the install context and the API have", () => {
    expect(render("[{{pkg.svc_config_install_path}}{{pkg.shutdown_signal}}{{pkg.dependencies}}]")).toBe("[]")
  })

  it("renders what real templates ask", () => {
    expect(
      render(
        "{{sys.ip}}:{{cfg.x}} {{svc.service}}.{{svc.group}}[{{svc.org}}] {{svc.me.package}} {{svc.first.member_id}} " +
          "{{#if svc.leader}}leader{{else}}no leader{{/if}} {{#eachAlive svc.members}}{{@index}}{{cfg.port}}{{/eachAlive}}",
      ),
    ).toBe(`10.0.0.4:1.0 redis.default[] ${text} b162bfc10cf54eb4bce93689a8023eb9 no leader 16379`)
  })
})

describe("installContext (spec supervisor §4)", () => {
  it("has package and configuration only, and the path of config_install", () => {
    const context = installContext({ pkg: view(), cfg: parseToml("x = 1", "x") })
    expect(Object.keys(context)).toEqual(["pkg", "cfg"])
    expect(context["pkg"]).toEqual({ ...view(), svc_config_install_path: "/hab/svc/redis/config_install" })
  })
})

describe("members (spec supervisor §5.1)", () => {
  it("hold exactly the documented keys", () => {
    expect(member()).toEqual({
      member_id: "b162bfc10cf54eb4bce93689a8023eb9",
      service: "redis",
      group: "default",
      org: null,
      pkg: ident,
      pkg_incarnation: 0,
      package: text,
      persistent: true,
      leader: false,
      follower: false,
      update_leader: false,
      update_follower: false,
      election_is_running: false,
      election_is_no_quorum: false,
      election_is_finished: false,
      update_election_is_running: false,
      update_election_is_no_quorum: false,
      update_election_is_finished: false,
      sys,
      alive: true,
      suspect: false,
      confirmed: false,
      departed: false,
      cfg: new Map([["port", 6379]]),
    })
    expect(Object.keys(serviceView(member()))).toEqual([
      "service",
      "group",
      "org",
      "election_is_running",
      "election_is_no_quorum",
      "election_is_finished",
      "update_election_is_running",
      "update_election_is_no_quorum",
      "update_election_is_finished",
      "me",
      "members",
      "leader",
      "first",
      "update_leader",
      "leader_fence",
    ])
  })

  it("alone have no leader, or elect themselves where leaders are wanted (decisions 33)", () => {
    expect(serviceView(member())).toMatchObject({ leader: null, first: { leader: false, follower: false } })
    const elected = serviceView(member("m", true))
    expect(elected).toMatchObject({ election_is_finished: true, leader: { member_id: "m" }, first: { leader: true } })
  })

  it("are listed by id when alive or suspect; first is the leader, or the first of all whatever their health", () => {
    const dead = { ...member("a"), alive: false, confirmed: true }
    const suspect = { ...member("c"), alive: false, suspect: true }
    const leader = { ...member("d"), leader: true }
    const me = member("b")
    const ids = (list: readonly { member_id: string }[]) => list.map((item) => item.member_id)
    expect(ids(serviceView(me, [leader, me, suspect, dead]).members)).toEqual(["b", "c", "d"])
    expect(serviceView(me, [leader, me, suspect, dead]).first.member_id).toBe("d")
    expect(serviceView(me, [me, suspect, dead]).first.member_id).toBe("a")
  })
})
