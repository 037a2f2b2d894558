import { appendFileSync, chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { createHab, type Hab } from "../support/hab.ts"
import { canMakeReadOnly, makeReadOnly } from "../support/read-only.ts"
import { trustTestKey, type WrittenPackage, writeHart } from "../support/written-packages.ts"

const STAMP = "20240101000000"
const isRoot = process.getuid?.() === 0

let hab: Hab

beforeAll(async () => {
  hab = createHab()
  await trustTestKey(hab)
})

/** What an install says: its exit code, and the error's code at the end of stderr. */
function refusal(...words: string[]): { exit: number; code: string | undefined; stderr: string } {
  const { code: exit, stderr, stdout } = hab.run("pkg", "install", ...words)
  expect(stdout).toBe("")
  return { exit, code: /\[([A-Z_]+)\]\s*$/.exec(stderr)?.[1], stderr }
}

const hart = (name: string, pkg: Omit<WrittenPackage, "ident"> = {}) =>
  writeHart(hab, { ident: `acme/${name}/1.0.0/${STAMP}`, ...pkg })

/** The artifact with its text changed; latin1 keeps every byte. */
async function changedHart(name: string, change: (text: string) => string): Promise<string> {
  const file = await hart(name)
  writeFileSync(file, change(readFileSync(file, "latin1")), "latin1")
  return file
}

/** One character of the signature, the header's fourth line, is another one. */
const withAnotherSignature = (text: string) =>
  text.replace(/^((?:.*\n){3}.{10})(.)/, (_, before: string, one: string) => before + (one === "A" ? "B" : "A"))

const hook = (body: string) => ({ "hooks/install": `#!/bin/sh\n${body}\n` })

/** One row of the reference's list of what an install refuses (spec package §5.7a), as somebody meets it. */
type Row = Readonly<{
  when: string
  exit: number
  code: string
  words: () => Promise<readonly string[]> | readonly string[]
  says?: RegExp
  needsRoot?: boolean
}>

const ARGUMENTS: readonly Row[] = [
  { when: "an argument is neither a file nor an identifier", exit: 2, code: "IDENT_INVALID", words: () => ["web"] },
  { when: "a .hart file is not there", exit: 2, code: "ARTIFACT_NOT_FOUND", words: () => ["missing.hart"] },
  {
    when: "a file is no artifact",
    exit: 2,
    code: "HART_FORMAT_UNSUPPORTED",
    words: () => {
      hab.write("junk.hart", "PK\u0003\u0004")
      return ["junk.hart"]
    },
  },
  {
    when: "a header never ends",
    exit: 2,
    code: "HART_HEADER_UNTERMINATED",
    words: async () => [await changedHart("endless", (text) => text.slice(0, text.indexOf("\n\n")))],
  },
  {
    when: "a header names no key",
    exit: 2,
    code: "HART_SIGNER_INVALID",
    words: async () => [await changedHart("nobody", (text) => text.replace(/^acme-\d+$/m, "acme"))],
  },
  {
    when: "a header names another hash",
    exit: 2,
    code: "HART_HASH_TYPE_UNSUPPORTED",
    words: async () => [await changedHart("hash", (text) => text.replace("BLAKE2b", "MD5"))],
  },
  {
    when: "an archive has no IDENT",
    exit: 2,
    code: "METADATA_MISSING",
    words: async () => [await hart("nameless", { files: { IDENT: undefined } })],
  },
  {
    when: "an archive has no TARGET",
    exit: 2,
    code: "METADATA_MISSING",
    words: async () => [await hart("nowhere", { files: { TARGET: undefined } })],
  },
]

const ARCHIVES: readonly Row[] = [
  {
    when: "an archive's IDENT is not that of one release",
    exit: 1,
    code: "METADATA_INVALID",
    words: async () => [await hart("vague", { files: { IDENT: "acme/vague\n" } })],
  },
  {
    when: "a dependency is not that of one release",
    exit: 1,
    code: "METADATA_INVALID",
    words: async () => [await hart("loose", { deps: ["acme/lib"] })],
  },
  {
    when: "a cached archive holds another package",
    exit: 1,
    code: "IDENT_MISMATCH",
    says: /holds acme\/inner\/1\.0\.0\/20240101000000, and not acme\/outer/,
    words: async () => {
      const file = await hart("inner")
      const cached = hab.path(`hab/cache/artifacts/${path.basename(file).replace("inner", "outer")}`)
      mkdirSync(path.dirname(cached), { recursive: true })
      copyFileSync(file, cached)
      return [`acme/outer/1.0.0/${STAMP}`]
    },
  },
  {
    when: "an archive is for another platform",
    exit: 1,
    code: "TARGET_MISMATCH",
    words: async () => [await hart("foreign", { files: { TARGET: "aarch64-darwin\n" } })],
  },
  {
    when: "the signature is another's",
    exit: 1,
    code: "HART_SIGNATURE_WRONG",
    words: async () => [await changedHart("forged", withAnotherSignature)],
  },
  {
    when: "the content was changed",
    exit: 1,
    code: "HART_CONTENT_CHANGED",
    words: async () => {
      const file = await hart("changed")
      appendFileSync(file, "x")
      return [file]
    },
  },
  {
    when: "the signer's key is unknown",
    exit: 1,
    code: "KEY_NOT_FOUND",
    words: async () => [await changedHart("stranger", (text) => text.replace(/^acme-\d+$/m, "other-20240101000000"))],
  },
  {
    when: "a package is nowhere",
    exit: 1,
    code: "PACKAGE_NOT_FOUND",
    words: () => ["acme/none"],
  },
  {
    when: "a package is not in the channel; where it is, is said",
    exit: 1,
    code: "PACKAGE_NOT_FOUND",
    says: /Found in channel canary: acme\/elsewhere\/1\.0\.0/,
    words: async () => {
      const depot = `file://${hab.path("depot")}`
      hab.does("pkg", "upload", await hart("elsewhere"), "--url", depot, "--channel", "canary")
      return ["acme/elsewhere", "--url", depot]
    },
  },
  {
    when: "something else is where a package should go",
    exit: 1,
    code: "IO",
    words: async () => {
      hab.write("hab/pkgs/acme/blocked", "a file")
      return [await hart("blocked")]
    },
  },
]

const HOOKS: readonly Row[] = [
  {
    when: "an install hook fails; its code is hab's",
    exit: 42,
    code: "INSTALL_HOOK_FAILED",
    says: /exited with status code 42/,
    words: async () => [await hart("hook-fails", { files: hook("exit 42") })],
  },
  {
    when: "an install hook fails with another code",
    exit: 97,
    code: "INSTALL_HOOK_FAILED",
    words: async () => [await hart("hook-fails-too", { files: hook("exit 97") })],
  },
  {
    when: "an install hook is killed",
    exit: 1,
    code: "INSTALL_HOOK_FAILED",
    words: async () => [await hart("hook-killed", { files: hook("kill -9 $$") })],
  },
  {
    when: "an install hook cannot start",
    exit: 1,
    code: "INSTALL_HOOK_FAILED",
    words: async () => [await hart("hook-absent", { files: { "hooks/install": "#!/no/such/interpreter\n" } })],
  },
  {
    when: "the status file of a hook is no number",
    exit: 1,
    code: "STATUS_FILE_CORRUPT",
    says: /INSTALL_HOOK_STATUS/,
    words: async () => {
      const ident = `acme/hook-status/1.0.0/${STAMP}`
      hab.does("pkg", "install", await hart("hook-status", { files: hook("exit 0") }))
      hab.write(`hab/pkgs/${ident}/INSTALL_HOOK_STATUS`, "done")
      return [ident]
    },
  },
  {
    when: "the account of a hook does not exist",
    exit: 1,
    code: "ACCOUNT_MISSING",
    needsRoot: true,
    words: async () => {
      const account = { SVC_USER: "no-such-user\n", SVC_GROUP: "no-such-user\n" }
      return [await hart("hook-account", { files: { ...hook("exit 0"), ...account } })]
    },
  },
  {
    when: "an install hook is no template",
    exit: 1,
    code: "TEMPLATE_INVALID",
    words: async () => [await hart("hook-template", { files: hook("{{#if cfg.x}}") })],
  },
  {
    when: "a file of config_install is no template",
    exit: 1,
    code: "TEMPLATE_INVALID",
    words: async () => [await hart("config-template", { files: { ...hook("exit 0"), "config_install/x": "{{#each" } })],
  },
  {
    when: "default.toml is no TOML",
    exit: 1,
    code: "TOML_INVALID",
    words: async () => [await hart("config-toml", { files: { ...hook("exit 0"), "default.toml": "port = = 1" } })],
  },
]

describe.each([
  ["an argument", ARGUMENTS],
  ["an archive", ARCHIVES],
  ["a hook or its configuration", HOOKS],
])("an install refuses %s", (_, rows) => {
  const asked = (row: Row) => async () => {
    const { stderr, ...found } = refusal(...(await row.words()))
    expect({ ...found, stderr }).toMatchObject({ exit: row.exit, code: row.code })
    if (row.says !== undefined) expect(stderr).toMatch(row.says)
  }
  const needing = (root: boolean) =>
    rows.filter(({ needsRoot = false }) => needsRoot === root).map((row) => [row.when, asked(row)] as const)
  it.each(needing(false))("when %s", (_, test) => test())
  it.skipIf(!isRoot).each(needing(true))("when %s (needs root)", (_, test) => test())

  it("and leaves nothing half done", () => {
    const left = hab.list("hab/pkgs/acme").flatMap((name) => {
      const at = `hab/pkgs/acme/${name}/1.0.0`
      return hab.list(at).filter((release) => release.startsWith(".hab-pkg-install"))
    })
    expect(left).toEqual([])
  })
})

describe("an install that cannot write", () => {
  it.skipIf(isRoot)("says where, and why", async () => {
    const file = await hart("readonly")
    chmodSync(hab.path("hab/pkgs/acme"), 0o500)
    expect(refusal(file)).toMatchObject({ exit: 1, code: "IO" })
    chmodSync(hab.path("hab/pkgs/acme"), 0o755)
  })
})

describe.skipIf(!canMakeReadOnly)("a root that may only be read (as root, where a mount can be made)", () => {
  it("gives what is installed, and refuses what would change it", async () => {
    const [there, hooked, lacking] = [
      await hart("there"),
      await hart("owes", { files: hook("exit 0") }),
      await hart("new"),
    ]
    hab.does("pkg", "install", there, hooked, "--ignore-install-hook", "--binlink", "--binlink-dir", "/links")
    onTestFinished(makeReadOnly(hab.path("hab")))
    const nothingNew = `Install of acme/there/1.0.0/${STAMP} complete with 0 new packages installed.`
    expect(hab.run("pkg", "install", "acme/there", "--binlink", "--binlink-dir", "/links")).toMatchObject({
      code: 0,
      stdout: `${nothingNew}\n`,
      stderr: expect.stringContaining(`Using acme/there/1.0.0/${STAMP}`),
    })
    expect(hab.does("pkg", "install", there)).toBe(nothingNew)
    expect(hab.does("pkg", "install", "acme/owes", "--ignore-install-hook")).toContain("with 0 new packages")
    expect(refusal("acme/owes")).toMatchObject({
      code: "IO",
      stderr: expect.stringMatching(/install hook of acme\/owes.* cannot run: .*(read-only|permission denied)/),
    })
    for (const [words, what] of [
      [["install", lacking], "new"],
      [["uninstall", "acme/there"], "there"],
      [["repair", "acme/there"], "there"],
    ] as const) {
      const { code, stderr } = hab.run("pkg", ...words)
      expect({ what, code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("[STORE_READ_ONLY]") })
      expect(stderr).toContain(`the packages of ${hab.path("hab")} cannot be changed`)
    }
  })
})
