import { describe, expect, it } from "vitest"
import { hasOnlyPrimaryGroup } from "../../src/host/supplementary-groups.ts"

const local = "passwd: files\ngroup:  files [NOTFOUND=return] systemd\n"
const groups = "root:x:0:\nhab:x:42:hab\nadm:x:4:syslog,web\n"
const files = (nsswitch: string | undefined, group: string | undefined) => (file: string) =>
  file === "/etc/nsswitch.conf" ? nsswitch : group

describe("whether an account is only in its primary group", () => {
  it.each([
    ["no other group names it", { name: "hab", gid: 42 }, local, groups, true],
    ["another group names it", { name: "web", gid: 42 }, local, groups, false],
    ["without nsswitch.conf local files count", { name: "hab", gid: 42 }, undefined, groups, true],
    ["a directory service may know more", { name: "hab", gid: 42 }, "group: files sss\n", groups, false],
    ["nobody knows", { name: "hab", gid: 42 }, local, undefined, false],
  ] as const)("%s", (_, user, nsswitch, group, expected) => {
    expect(hasOnlyPrimaryGroup(user, files(nsswitch, group))).toBe(expected)
  })
})
