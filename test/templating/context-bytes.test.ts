import { describe, expect, it } from "vitest"
import { createLayout } from "../../src/base/layout.ts"
import { parseToml } from "../../src/config/toml.ts"
import { parseFullIdent } from "../../src/package/ident.ts"
import { type CensusMember, censusMember, type MemberOptions, serviceView } from "../../src/templating/census-view.ts"
import { installContext, packageViewOf, runtimeContext } from "../../src/templating/context.ts"
import { compileTemplate } from "../../src/templating/engine.ts"

const ident = parseFullIdent("acme/web/1.0/20240102030405")
const addresses = {
  ip: "10.0.0.4",
  hostname: "web1",
  gossip_ip: "0.0.0.0",
  gossip_port: 9638,
  http_gateway_ip: "127.0.0.1",
  http_gateway_port: 9631,
  ctl_gateway_ip: "127.0.0.2",
  ctl_gateway_port: 9632,
}
const pkg = packageViewOf(createLayout({ root: "/", enclosed: true }), {
  ident,
  path: "/hab/pkgs/acme/web/1.0/20240102030405",
  deps: ["core/glibc/2.38/20240101000000", "core/bash/5.1/20240101000000"].map(parseFullIdent),
  exposes: ["80", "443"],
  exports: { port: "server.port", host: "server.host" },
  env: { PATH: "/a/bin:/b/bin", LANG: "C" },
  user: "www",
  group: "www-data",
})
const cfg = parseToml("[server]\nport = 80\nhost = 'h'\n8080 = 1.0", "default.toml")

function member(memberId: string, more: Partial<MemberOptions> = {}): CensusMember {
  const sys = { ...addresses, ip: `10.0.0.${memberId}`, gossip_ip: `10.0.0.${memberId}` }
  const exported = parseToml(`port = 80${memberId}`, "exports")
  return censusMember({ memberId, service: "web", group: "blue", ident, sys, exported, ...more })
}

/** Bytes of a template seen by member 2 of a group of five, where 3 leads unless told otherwise. */
function render(text: string, election: MemberOptions["election"] = { status: "finished", leader: "3" }): string {
  const more = election === undefined ? {} : { election }
  const me = member("2", more)
  const others = [
    member("5", { ...more, health: "departed" }),
    member("4", { ...more, health: "suspect" }),
    member("3", { ...more, organization: "acme-org", incarnation: 2 }),
    member("1", { ...more, health: "confirmed" }),
  ]
  const { members, first, leader } = serviceView(me, [...others, me])
  const context = runtimeContext({
    sys: { ...addresses, version: "2.1.78/20250101000000", member_id: "2", permanent: true },
    pkg,
    cfg,
    svc: serviceView(me, [...others, me]),
    bind: { zoo: { first: null, leader: null, members: [] }, app: { first, leader, members } },
  })
  return compileTemplate({ path: "t", text }).render(context).text
}

const NO_ELECTION = { status: "none" } as const

describe("each field of the context prints as it should (spec supervisor §5.1)", () => {
  it.each([
    ["sys.version", "{{sys.version}}", "2.1.78/20250101000000"],
    ["sys.member_id", "{{sys.member_id}}", "2"],
    ["sys.ip and sys.hostname", "{{sys.ip}} {{sys.hostname}}", "10.0.0.4 web1"],
    [
      "the addresses sys listens on",
      "{{sys.gossip_ip}} {{sys.http_gateway_ip}} {{sys.ctl_gateway_ip}}",
      "0.0.0.0 127.0.0.1 127.0.0.2",
    ],
    [
      "the ports of sys are numbers",
      "{{toJson sys.gossip_port}} {{toJson sys.http_gateway_port}} {{toJson sys.ctl_gateway_port}}",
      "9638 9631 9632",
    ],
    ["sys.permanent is a boolean", "{{sys.permanent}} {{toJson sys.permanent}}", "true true"],
    [
      "the parts of pkg.ident",
      "{{pkg.ident}} {{pkg.origin}} {{pkg.name}} {{pkg.version}} {{pkg.release}}",
      "acme/web/1.0/20240102030405 acme web 1.0 20240102030405",
    ],
    [
      "pkg.deps",
      "{{#each pkg.deps}}{{origin}}/{{name}}/{{version}}/{{release}}{{#unless @last}},{{/unless}}{{/each}}",
      "core/glibc/2.38/20240101000000,core/bash/5.1/20240101000000",
    ],
    [
      "pkg.env",
      "{{pkg.env.PATH}}{{#each pkg.env}} {{@key}}={{this}}{{/each}}",
      "/a/bin:/b/bin PATH=/a/bin:/b/bin LANG=C",
    ],
    ["pkg.exposes holds texts", "{{pkg.exposes}} {{toJson pkg.exposes.[1]}}", '[80, 443] "443"'],
    ["pkg.exports", "{{#each pkg.exports}}{{@key}}={{this}} {{/each}}", "port=server.port host=server.host "],
    ["pkg.path", "{{pkg.path}}", "/hab/pkgs/acme/web/1.0/20240102030405"],
    [
      "the folders of the service in pkg",
      "{{pkg.svc_path}} {{pkg.svc_config_path}} {{pkg.svc_data_path}} {{pkg.svc_files_path}} {{pkg.svc_static_path}} " +
        "{{pkg.svc_var_path}} {{pkg.svc_pid_file}} {{pkg.svc_run}}",
      "/hab/svc/web /hab/svc/web/config /hab/svc/web/data /hab/svc/web/files /hab/svc/web/static " +
        "/hab/svc/web/var /hab/svc/web/PID /hab/svc/web/run",
    ],
    ["pkg.svc_user and pkg.svc_group", "{{pkg.svc_user}}:{{pkg.svc_group}}", "www:www-data"],
    [
      "cfg in its own order",
      "{{toJson cfg}}",
      '{\n  "server": {\n    "port": 80,\n    "host": "h",\n    "8080": 1.0\n  }\n}',
    ],
    ["svc.service and svc.group", "{{svc.service}}.{{svc.group}}", "web.blue"],
    ["svc.org is nothing where there is none", "[{{svc.org}}] {{toJson svc.org}}", "[] null"],
    [
      "the election of svc",
      "{{svc.election_is_running}} {{svc.election_is_no_quorum}} {{svc.election_is_finished}}",
      "false false true",
    ],
    [
      "the update election of svc",
      "{{svc.update_election_is_running}} {{svc.update_election_is_no_quorum}} {{svc.update_election_is_finished}}",
      "false false false",
    ],
    ["svc.me", "{{svc.me.member_id}} {{svc.me.service}} {{svc.me.sys.ip}}", "2 web 10.0.0.2"],
    [
      "svc.members are the alive and suspect by their ids",
      "{{#each svc.members}}{{member_id}}{{#if suspect}}?{{/if}} {{/each}}",
      "2 3 4? ",
    ],
    ["svc.leader", "{{svc.leader.member_id}} {{svc.leader.cfg.port}}", "3 803"],
    ["svc.first is the leader", "{{svc.first.member_id}}", "3"],
    ["svc.update_leader is nothing", "[{{svc.update_leader}}] {{toJson svc.update_leader}}", "[] null"],
    [
      "bind in the order of its names",
      "{{#each bind as |b name|}}{{name}} {{#if b.first}}{{b.first.member_id}}{{else}}-{{/if}} " +
        "{{toJson b.leader.member_id}} {{#each b.members}}{{member_id}}{{/each}};{{/each}}",
      'app 3 "3" 234;zoo - null ;',
    ],
    ["an absent bind is false", "{{#if bind.cache}}bound{{else}}not bound{{/if}}", "not bound"],
    [
      "the name of a member",
      "{{#with svc.leader}}{{member_id}} {{service}} {{group}} {{org}}{{/with}}[{{svc.me.org}}]",
      "3 web blue acme-org[]",
    ],
    [
      "the package of a member",
      "{{#with svc.me}}{{pkg.origin}} {{pkg.name}} {{pkg.version}} {{pkg.release}} {{package}}{{/with}}",
      "acme web 1.0 20240102030405 acme/web/1.0/20240102030405",
    ],
    ["the incarnation of a member", "{{svc.me.pkg_incarnation}} {{svc.leader.pkg_incarnation}}", "0 2"],
    [
      "the roles of a member",
      "{{#each svc.members}}{{persistent}},{{leader}},{{follower}},{{update_leader}},{{update_follower}} {{/each}}",
      "true,false,true,false,false true,true,false,false,false true,false,true,false,false ",
    ],
    [
      "the elections of a member",
      "{{#with svc.leader}}{{election_is_running}} {{election_is_no_quorum}} {{election_is_finished}} " +
        "{{update_election_is_running}} {{update_election_is_no_quorum}} {{update_election_is_finished}}{{/with}}",
      "false false true false false false",
    ],
    [
      "member.sys has the address others reach",
      "{{#with svc.leader.sys}}{{ip}} {{hostname}} {{gossip_ip}}:{{gossip_port}} {{http_gateway_ip}}:" +
        "{{http_gateway_port}} {{ctl_gateway_ip}}:{{ctl_gateway_port}}{{/with}}",
      "10.0.0.3 web1 10.0.0.3:9638 127.0.0.1:9631 127.0.0.2:9632",
    ],
    [
      "the health of a member",
      "{{#each svc.members}}{{alive}},{{suspect}},{{confirmed}},{{departed}} {{/each}}",
      "true,false,false,false true,false,false,false false,true,false,false ",
    ],
    [
      "member.cfg",
      "{{#each svc.members}}{{cfg.port}} {{/each}}{{toJson svc.me.cfg}}",
      '802 803 804 {\n  "port": 802\n}',
    ],
  ])("%s", (_, text, printed) => {
    expect(render(text)).toBe(printed)
  })

  it("gives nothing for a leader, and the first of all known members, where none was elected", () => {
    const text = "[{{svc.leader}}] {{toJson svc.leader}} {{svc.first.member_id}} {{svc.first.confirmed}}"
    expect(render(text, NO_ELECTION)).toBe("[] null 1 true")
  })

  it("makes nobody a follower before the election is finished", () => {
    const text = "{{svc.election_is_running}} {{#each svc.members}}{{follower}} {{/each}}"
    expect(render(text, { status: "running" })).toBe("true false false false ")
    expect(render(text, { status: "running", leader: "3" })).toBe("true false false false ")
    expect(render("{{svc.election_is_no_quorum}} {{svc.me.follower}}", { status: "no-quorum" })).toBe("true false")
  })

  it("shows pkg.svc_config_install_path to install hooks only", () => {
    const text = "[{{pkg.svc_config_install_path}}]"
    expect(render(text)).toBe("[]")
    const context = installContext({ pkg, cfg })
    expect(compileTemplate({ path: "t", text }).render(context).text).toBe("[/hab/svc/web/config_install]")
  })

  it("keeps dependencies, shutdown_signal and shutdown_timeout out of pkg", () => {
    expect(render("[{{pkg.dependencies}}{{pkg.shutdown_signal}}{{pkg.shutdown_timeout}}]")).toBe("[]")
  })

  it("has sys, pkg, cfg, svc and bind at the top", () => {
    expect(render("{{#each this}}{{@key}} {{/each}}")).toBe("sys pkg cfg svc bind ")
  })
})
