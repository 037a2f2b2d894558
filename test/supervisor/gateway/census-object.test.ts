import { describe, expect, it } from "vitest"
import { EMPTY_RING, NOTHING_SEEN, type RingState } from "../../../src/cluster/ring/ring-state.ts"
import { butterflyObject } from "../../../src/supervisor/gateway/butterfly-object.ts"
import { censusObject, type GivenToGroup } from "../../../src/supervisor/gateway/census-object.ts"
import { standaloneMember } from "../../../src/templating/census-view.ts"
import { supervisorFactsExample } from "../../support/gateway-facts.ts"

const { version: _, member_id: memberId, permanent: __, ...sys } = supervisorFactsExample.sys
const memberOptions = {
  memberId,
  service: "redis",
  group: "default",
  ident: { origin: "core", name: "redis", version: "4.0.14", release: "20200101000000" },
  sys,
  exported: new Map([["port", 6379]]),
}
const member = (elected: boolean) => standaloneMember({ ...memberOptions, elected })
const nothingGiven = { givenTo: () => ({ config: undefined, files: new Map() }) }
const census = (elected = false) => new Map([["redis.default", [member(elected)]]])

describe("/census", () => {
  it("has every key of spec supervisor §7.4", () => {
    expect(censusObject(memberId, census(), nothingGiven)).toEqual({
      changed: false,
      census_groups: {
        "redis.default": {
          service_group: "redis.default",
          election_status: "None",
          update_election_status: "None",
          pkg_incarnation: 0,
          leader_id: null,
          update_leader_id: null,
          service_config: null,
          local_member_id: "m1",
          population: { m1: expect.objectContaining({ member_id: "m1", alive: true, cfg: new Map([["port", 6379]]) }) },
          changed_service_files: [],
          service_files: {},
        },
      },
      local_member_id: "m1",
      last_service_counter: 0,
      last_election_counter: 0,
      last_election_update_counter: 0,
      last_membership_counter: 0,
      last_service_config_counter: 0,
      last_service_file_counter: 0,
    })
  })

  it("names the leader of a group that has one", () => {
    expect(censusObject(memberId, census(true), nothingGiven)).toMatchObject({
      census_groups: { "redis.default": { election_status: "ElectionFinished", leader_id: "m1" } },
    })
  })

  it("tells what was given to a group: configuration that is no secret, and files without their content", () => {
    const config = { version: 7n, text: "port = 1", isSecret: false }
    const files = new Map([["motd", 18446744073709551615n]])
    const groupOf = (given: GivenToGroup) =>
      censusObject(memberId, census(), { givenTo: () => given }) as { census_groups: Record<string, unknown> }
    expect(groupOf({ config, files }).census_groups["redis.default"]).toMatchObject({
      service_config: { incarnation: 7, value: new Map([["port", 1]]) },
      service_files: { motd: { filename: "motd", incarnation: 18446744073709551615n, body: [] } },
    })
    expect(groupOf({ config: { ...config, isSecret: true }, files }).census_groups["redis.default"]).toMatchObject({
      service_config: { incarnation: 7, value: null },
    })
  })

  it("counts the changes of a ring that were seen, and names who looks for updates", () => {
    const counters = { ...NOTHING_SEEN, services: 4, leaders: 1, elections: 1, updates: 2, members: 3, departed: 1 }
    const updated = standaloneMember({ ...memberOptions, updateElection: { status: "finished", leader: memberId } })
    const shown = new Map([["redis.default", [{ ...updated, pkg_incarnation: 7 }]]])
    expect(censusObject(memberId, shown, { ...nothingGiven, counters, stale: false })).toMatchObject({
      ...{ last_service_counter: 4, last_election_counter: 2, last_election_update_counter: 2 },
      ...{ last_membership_counter: 4, last_service_config_counter: 0 },
      census_groups: {
        "redis.default": { update_election_status: "ElectionFinished", update_leader_id: memberId, pkg_incarnation: 7 },
      },
    })
  })

  it("leaves `package` out of a member that has none", () => {
    const without = new Map([["redis.default", [{ ...member(false), package: null }]]])
    expect(JSON.stringify(censusObject(memberId, without, nothingGiven))).not.toContain('"package"')
    expect(JSON.stringify(censusObject(memberId, census(), nothingGiven))).toContain(
      '"package":"core/redis/4.0.14/20200101000000"',
    )
  })
})

describe("/butterfly", () => {
  const butterfly = butterflyObject(supervisorFactsExample.sys, census(), (group) => group === "redis.default")

  it("has every store under its name and its older name", () => {
    const empty = { list: {}, update_counter: 0 }
    expect(butterfly).toMatchObject({
      service_config: empty,
      service_file: empty,
      election: empty,
      election_update: empty,
      departure: empty,
      latest_service_config: empty,
      service_files: empty,
      latest_election: empty,
      latest_election_update: empty,
      departed_members: empty,
    })
    expect(butterfly).toMatchObject({ membership: { health: { m1: "Alive" } }, services: { update_counter: 0 } })
  })

  it("tells what stands in a ring: members without services too, uploads without their content", () => {
    const record = { instance: "x", version: "1", leaving: false, sys: { ...sys, gossip_ip: "192.0.2.7" } }
    const upload = { incarnation: "7", encrypted: true, body: "c2VjcmV0" }
    const state: RingState = {
      ...EMPTY_RING,
      members: new Map([
        ["m1", { record, lostMs: undefined }],
        ["m2", { record, lostMs: 0 }],
      ]),
      leaders: new Map([["redis.default", { member: "m1", suitability: "18446744073709551615", term: 3, fence: 9 }]]),
      config: new Map([["redis.default", { ...upload, revision: 4 }]]),
      files: new Map([["redis.default", new Map([["motd", { ...upload, revision: 5 }]])]]),
      departed: new Set(["m3"]),
      counters: { ...NOTHING_SEEN, members: 5, departed: 1, config: 1 },
    }
    const shown = butterflyObject(supervisorFactsExample.sys, census(), () => true, { state, nowMs: 60_000 })
    expect(shown).toMatchObject({
      member: {
        members: { m2: { address: "192.0.2.7" } },
        health: { m1: "Alive", m2: "Confirmed" },
        update_counter: 6,
      },
      service_config: {
        list: { "redis.default": { service_config: { incarnation: 7n, config: [] } } },
        update_counter: 1,
      },
      service_file: { list: { "redis.default": { motd: { filename: "motd", encrypted: true, body: [] } } } },
      election: {
        list: { "redis.default": { election: { term: 3, status: "Finished", suitability: 2n ** 64n - 1n } } },
      },
      departure: { list: { departure: { m3: { member_id: "m3" } } }, update_counter: 1 },
    })
  })

  it("knows itself as the only member, and its own services", () => {
    expect(butterfly).toMatchObject({
      member: {
        members: {
          m1: {
            id: "m1",
            incarnation: 0,
            address: "127.0.0.1",
            swim_port: 9638,
            gossip_port: 9638,
            persistent: false,
            departed: false,
          },
        },
        health: { m1: "Alive" },
        update_counter: 0,
      },
      service: {
        list: {
          "redis.default": {
            m1: {
              member_id: "m1",
              service_group: "redis.default",
              package: "core/redis/4.0.14/20200101000000",
              incarnation: 0,
              initialized: true,
              cfg: new Map([["port", 6379]]),
              sys,
            },
          },
        },
      },
    })
  })
})
