import { execFileSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { RELEASE, read, workshop } from "./build-fixture.ts"

/** Names in the tar of an artifact. */
function members(artifact: string): string[] {
  return execFileSync("bash", ["-c", `tail -n +6 "$1" | xz -dc | tar t`, "bash", artifact], { encoding: "utf8" })
    .trim()
    .split("\n")
}

function member(artifact: string, name: string): string {
  const script = `tail -n +6 "$1" | xz -dc | tar xO --wildcards "hab/pkgs/*/*/*/*/$2"`
  return execFileSync("bash", ["-c", script, "bash", artifact, name], { encoding: "utf8" })
}

describe("building a package", () => {
  it("makes a signed artifact of a plan and leaves nothing installed", async () => {
    const shop = await workshop()
    const plan = shop.plan({
      "plan.sh":
        'pkg_name=tree\npkg_origin=acme\npkg_version=1.0\npkg_bin_dirs=(bin)\ndo_build() { return 0; }\ndo_install() { echo hi >"$pkg_prefix/bin/hi"; }\n',
      "default.toml": "port = 80\n",
    })
    const result = await shop.build(plan)
    expect(result.artifact).toBe(`${plan}/results/acme-tree-1.0-${RELEASE}-x86_64-linux.hart`)
    expect(members(result.artifact)).toContain(`hab/pkgs/acme/tree/1.0/${RELEASE}/bin/hi`)
    expect(member(result.artifact, "PATH")).toBe(`/hab/pkgs/acme/tree/1.0/${RELEASE}/bin\n`)
    expect(read(result.summary)).toContain(`pkg_sha256sum=${result.sha256}`)
    expect(existsSync(`${shop.layout.hab}/pkgs/acme`)).toBe(false)
    expect(readdirSync(`${plan}/results`).sort()).toEqual([
      `acme-tree-1.0-${RELEASE}-x86_64-linux.hart`,
      "last_build.env",
      "logs",
    ])
  })
})
