import { renameSync } from "node:fs"
import { beforeAll, describe, expect, it } from "vitest"
import { pkgCommands } from "../../src/cli/groups/pkg.ts"
import { createHab, type Hab } from "../support/hab.ts"
import { trustTestKey, writeHart, writeInstalled } from "../support/written-packages.ts"

const STAMP = "20240101000000"
const ident = (name: string, version = "1.0.0") => `acme/${name}/${version}/${STAMP}`
const script = (body: string) => `#!/bin/sh\n${body}\n`

const TOOL = ident("tool")
const LIB = ident("lib")
const HART = `harts/acme-web-1.0.0-${STAMP}-x86_64-linux.hart`
const REPAIRED = ident("repaired")

/** One call of a subcommand: `$ROOT` and `$DEPOT` in its words are this root, and its depot in a folder. */
type Call = Readonly<{
  words: string
  /** Exit code; default 0. */
  code?: number
  stdout?: string | RegExp
  stderr?: RegExp
  /** A part of the JSON it prints. */
  json?: unknown
  /** What it reads from standard input. */
  input?: string
}>

/**
 * Every subcommand of `hab pkg` as docs/reference/cli.md documents it: what it prints, and the exit codes of what goes
 * well and wrong. In the order of the calls, which work on one root.
 */
const SWEEP: Readonly<Record<string, readonly Call[]>> = {
  build: [
    { words: "no-plan", code: 42, stderr: /\[PLAN_NOT_FOUND\]/ },
    { words: "plans/stranger", code: 35, stderr: /hab origin key generate stranger[\s\S]*\[BUILD_KEY_MISSING\]/ },
    { words: "plans/good --keys mine,stranger", code: 1, stderr: /\[KEY_NOT_FOUND\]/ },
    { words: "plans/good -N", code: 1, stderr: /HAB_FEAT_NATIVE_PACKAGE_SUPPORT=1[\s\S]*\[USAGE\]/ },
    { words: "plans/broken", code: 7, stderr: /\[BUILD_PHASE_FAILED\]/ },
    {
      words: "good -s plans -k mine -R",
      stdout: /^\$ROOT\/plans\/results\/mine-good/,
      stderr: /--reuse has no effect/,
    },
    { words: "plans/good", stdout: /^\$ROOT\/results\/mine-good-1\.0\.0-\d{14}-x86_64-linux\.hart\n$/ },
  ],
  install: [
    { words: HART, stdout: `Install of ${ident("web")} complete with 1 new packages installed.\n` },
    { words: "acme/web", stdout: `Install of ${ident("web")} complete with 0 new packages installed.\n` },
    { words: "harts/fails.hart", code: 42, stderr: /\[INSTALL_HOOK_FAILED\]/ },
    { words: "harts/fails.hart --ignore-install-hook", stdout: /with 0 new packages installed\.\n$/ },
    { words: "acme/none", code: 1, stderr: /\[PACKAGE_NOT_FOUND\]/ },
    { words: "none", code: 2, stderr: /\[IDENT_INVALID\]/ },
    { words: "acme/web@banana", code: 2, stderr: /'banana' in 'acme\/web@banana' is not a range/ },
  ],
  list: [
    { words: "acme/tool", stdout: `${TOOL}\n` },
    { words: "--origin acme --json", json: expect.arrayContaining([expect.objectContaining({ ident: TOOL })]) },
    { words: "acme/none", stdout: "" },
    { words: "", code: 2, stderr: /\[USAGE\]/ },
  ],
  path: [
    { words: "acme/tool", stdout: `$ROOT/hab/pkgs/${TOOL}\n` },
    { words: "acme/none", code: 1, stderr: /\[PACKAGE_NOT_FOUND\]/ },
    { words: "acme", code: 2, stderr: /\[IDENT_INVALID\]/ },
  ],
  info: [
    { words: HART, stdout: new RegExp(`^Package Path   : ${HART}\nOrigin         : acme\nName           : web\n`) },
    { words: `${HART} --json`, json: { ident: ident("web"), format_version: "HART-1", hash_type: "BLAKE2b" } },
    { words: "acme/tool -j", json: { ident: TOOL, deps: [LIB] } },
    { words: "acme/none", code: 1 },
  ],
  env: [
    { words: "acme/tool", stdout: `export PATH="/hab/pkgs/${TOOL}/bin"\n` },
    { words: "acme/tool --json", json: { PATH: `/hab/pkgs/${TOOL}/bin` } },
    { words: "acme/none", code: 1 },
  ],
  exec: [
    { words: "acme/tool tool --json -x", stdout: "tool --json -x\n" },
    { words: "acme/tool fails", code: 42 },
    { words: "acme/tool nothing", code: 1, stderr: /\[PROGRAM_NOT_FOUND\]/ },
    { words: "acme/tool", code: 2 },
  ],
  binds: [
    { words: "acme/tool", stdout: `Showing binds for ${TOOL}\nrequired: none\noptional: none\n` },
    { words: "acme/tool --json", json: { ident: TOOL, required: [], optional: [] } },
    { words: "acme/none", code: 1 },
  ],
  config: [
    { words: "acme/tool", stdout: "port = 80\n" },
    { words: "acme/tool --json", json: { port: 80 } },
    { words: "acme/lib", stdout: "", stderr: /No default configuration/ },
    { words: "acme/none", code: 1 },
  ],
  dependencies: [
    { words: "acme/tool", stdout: `${LIB}\n` },
    { words: "acme/lib --reverse --json", json: [TOOL] },
    { words: "acme/none", code: 1 },
  ],
  provides: [
    { words: "libacme.so", stdout: "acme/lib\n" },
    { words: "libacme.so --json", json: [{ ident: LIB, path: expect.stringMatching(/lib\/libacme\.so$/) }] },
    { words: "nothing.so", code: 1, stderr: /\[FILE_NOT_PROVIDED\]/ },
  ],
  binlink: [
    { words: "acme/tool tool --dest /links", stdout: "" },
    { words: "acme/tool nothing --dest /links", code: 1, stderr: /\[PROGRAM_NOT_FOUND\]/ },
    { words: "acme/tool tool --dest links", code: 1, stderr: /\[BINLINK_DIRECTORY_INVALID\]/ },
  ],
  header: [
    { words: HART, stdout: new RegExp(`^Package        : ${HART}\nFormat Version : HART-1\nKey Name       : acme-`) },
    { words: `${HART} --json`, json: { format_version: "HART-1", hash_type: "BLAKE2b" } },
    { words: "plain.txt", stdout: "", stderr: /Failed to read package header/ },
  ],
  hash: [
    { words: "plain.txt", stdout: /^[0-9a-f]{64} {2}plain\.txt\n$/ },
    { words: "", input: "plain.txt\nplain.txt\n", stdout: /^([0-9a-f]{64} {2}plain\.txt\n){2}$/ },
    { words: "plain.txt --json", json: [{ path: "plain.txt" }] },
    { words: "none.txt", code: 1, stderr: /\[IO\]/ },
  ],
  sign: [
    { words: "--origin mine plain.txt signed.hart", stdout: "" },
    { words: "--origin stranger plain.txt other.hart", code: 1, stderr: /\[KEY_NOT_FOUND\]/ },
    { words: "plain.txt", code: 2 },
  ],
  verify: [
    { words: HART, stdout: "", stderr: /Verified checksum [0-9a-f]{64} signed with acme-/ },
    { words: "acme/tool --json", json: [{ ident: TOOL, problems: [] }] },
    { words: "plain.txt", code: 1, stderr: /\[HART_FORMAT_UNSUPPORTED\]/ },
    { words: "", code: 2, stderr: /\[USAGE\]/ },
  ],
  repair: [
    { words: "acme/repaired", code: 1, stderr: /\[PACKAGE_NOT_FOUND\]/ },
    { words: "acme/repaired --from harts", stdout: `Repair of ${REPAIRED} complete.\n` },
    { words: "acme/none", code: 1 },
  ],
  sbom: [
    { words: "acme/tool", json: { bomFormat: "CycloneDX" } },
    { words: "acme/none", code: 1 },
    { words: "none.hart", code: 2 },
  ],
  "export tar": [
    { words: "acme/none", code: 1, stderr: /\[PACKAGE_NOT_FOUND\]/ },
    { words: "acme/tool --output plain.txt", code: 1, stderr: /\[EXPORT_EXISTS\]/ },
    { words: "acme/lib --output lib.tar.xz --json", json: { ident: LIB, packages: [LIB] } },
    { words: `${HART} --output w.tar.xz --no-hab-bin --no-hab-sup`, stdout: "$ROOT/w.tar.xz\n" },
  ],
  "export container": [
    { words: "acme/none", code: 1, stderr: /\[PACKAGE_NOT_FOUND\]/ },
    { words: "acme/service --output harts", code: 1, stderr: /\[EXPORT_EXISTS\]/ },
    { words: "acme/service --image-name UPPER{{pkg_name}}!", code: 1, stderr: /\[EXPORT_IMPOSSIBLE\]/ },
    { words: "acme/service --push-image", code: 2, stderr: /skopeo copy/ },
  ],
  "export systemd": [
    { words: "acme/service", stdout: /\[Service\][\s\S]*ExecStart=[\s\S]*sup run/ },
    { words: "acme/none", code: 1 },
  ],
  "export kubernetes": [
    { words: "acme/service --image registry/web:1", stdout: /kind: Deployment[\s\S]*image: registry\/web:1/ },
    { words: "acme/none --image x", code: 1 },
  ],
  upload: [
    { words: `${HART} --channel stable --url $DEPOT`, stdout: `${ident("web")}\n`, stderr: /Promoted .* to stable/ },
    { words: `${HART} --url $DEPOT`, stdout: `${ident("web")}\n`, stderr: /has already/ },
    { words: "plain.txt --url $DEPOT", code: 1, stderr: /\[HART_FORMAT_UNSUPPORTED\]/ },
    { words: HART, code: 2, stderr: /no depot is named[\s\S]*\[USAGE\]/ },
  ],
  search: [
    { words: "web --url $DEPOT", stdout: "acme/web\n" },
    { words: "web --url $DEPOT --json", json: ["acme/web"] },
    { words: "zzz --url $DEPOT", stdout: "", stderr: /No packages found that match 'zzz'/ },
    { words: "web --url depot", code: 2, stderr: /\[DEPOT_URL_INVALID\]/ },
    { words: "web --url file:///no-such-depot", code: 1, stderr: /\[DEPOT_UNREACHABLE\]/ },
  ],
  channels: [
    { words: `${ident("web")} --url $DEPOT`, stdout: "stable\nunstable\n" },
    { words: `${ident("web")} --url $DEPOT --json`, json: ["stable", "unstable"] },
    { words: `${ident("none")} --url $DEPOT`, code: 1, stderr: /\[PACKAGE_NOT_FOUND\]/ },
    { words: "acme/web --url $DEPOT", code: 1, stderr: /\[IDENT_NOT_FULL\]/ },
  ],
  promote: [
    { words: `${ident("web")} canary --url $DEPOT`, stdout: "", stderr: /Promoted .* to canary/ },
    { words: `${ident("none")} canary --url $DEPOT`, code: 1, stderr: /\[PACKAGE_NOT_FOUND\]/ },
    { words: `${ident("web")} canary --url http://depot.invalid`, code: 1, stderr: /\[DEPOT_TOKEN_MISSING\]/ },
    { words: ident("web"), code: 2 },
  ],
  demote: [
    { words: `${ident("web")} canary --url $DEPOT`, stdout: "", stderr: /Demoted .* from canary/ },
    { words: `${ident("web")} unstable --url $DEPOT`, code: 1, stderr: /\[CHANNEL_INVALID\]/ },
    { words: `${ident("web")} none --url $DEPOT`, code: 1, stderr: /\[CHANNEL_NOT_FOUND\]/ },
  ],
  download: [
    {
      words: "acme/web --channel stable --url $DEPOT --download-directory got",
      stdout: `$ROOT/got/artifacts/acme-web-1.0.0-${STAMP}-x86_64-linux.hart\n`,
    },
    { words: "acme/none --url $DEPOT --download-directory got", code: 1, stderr: /\[PACKAGE_NOT_FOUND\]/ },
    { words: "acme/none --url $DEPOT --download-directory got --ignore-missing-seeds", stdout: "" },
    { words: "--url $DEPOT", code: 1, stderr: /\[PACKAGE_SETS_INVALID\]/ },
  ],
  bulkupload: [
    { words: "plans --url $DEPOT-2", code: 2, stderr: /there is no folder .*plans\/artifacts[\s\S]*\[USAGE\]/ },
    { words: "got --url $DEPOT-2", code: 1, stderr: /\[ORIGIN_NOT_FOUND\]/ },
    { words: "got --url $DEPOT-2 --auto-create-origins", stdout: `${ident("web")}\n` },
  ],
  bundle: [
    { words: `${HART} --output bundle`, stdout: `${ident("web")}\n`, stderr: /hab pkg install .* --url file:/ },
    { words: HART, code: 2, stderr: /\[USAGE\]/ },
    { words: "acme/none --output bundle", code: 1, stderr: /\[PACKAGE_NOT_FOUND\]/ },
  ],
  delete: [
    { words: `${ident("web")} --url $DEPOT`, stdout: "", stderr: /Deleted .* from the depot/ },
    { words: `${ident("web")} --url $DEPOT`, code: 1, stderr: /\[PACKAGE_NOT_FOUND\]/ },
  ],
  uninstall: [
    { words: "acme/lib", code: 1, stderr: /\[PACKAGE_IN_USE\]/ },
    {
      words: "acme/tool --dryrun",
      stdout: `Uninstall of ${TOOL} and 1 dependencies would be done (Dry run)\n`,
      stderr: /Would be deleted \(Dry run\)/,
    },
    { words: "acme/hooked", code: 97, stderr: /\[UNINSTALL_HOOK_FAILED\]/ },
    {
      words: "acme/hooked --ignore-uninstall-hook",
      stdout: `Uninstall of ${ident("hooked")} and 0 dependencies complete\n`,
    },
    { words: "acme/hooked", code: 1, stderr: /\[PACKAGE_NOT_FOUND\]/ },
    { words: "acme/tool --exclude acme", code: 2, stderr: /\[IDENT_INVALID\]/ },
  ],
  rollback: [
    { words: "acme/two", stdout: `${ident("two")} is the newest release of acme/two.\n` },
    { words: "acme/two", code: 1, stderr: /\[ROLLBACK_IMPOSSIBLE\]/ },
    { words: "acme/none", code: 1 },
  ],
  prune: [
    { words: "--keep 1 --dry-run", stdout: `${ident("many")}\n` },
    { words: "--keep 1 --json", json: [ident("many")] },
    { words: "--keep 1", stdout: "" },
    { words: "--keep x", code: 2 },
  ],
}

let hab: Hab

const plan = (origin: string, name: string, build: string) =>
  `pkg_name=${name}\npkg_origin=${origin}\npkg_version=1.0.0\ndo_build() {\n  ${build}\n}\ndo_install() {\n  return 0\n}\n`

beforeAll(async () => {
  hab = createHab()
  await trustTestKey(hab)
  hab.does("origin", "key", "generate", "mine")
  hab.write("no-plan/readme", "")
  hab.write("plans/stranger/plan.sh", plan("stranger", "good", "return 0"))
  hab.write("plans/broken/plan.sh", plan("mine", "broken", "exit 7"))
  hab.write("plans/good/plan.sh", plan("mine", "good", "return 0"))
  hab.write("plain.txt", "plain\n")
  await writeInstalled(hab, { ident: LIB, files: { "lib/libacme.so": "" } })
  const programs = { "bin/tool": script('echo tool "$@"'), "bin/fails": script("exit 42") }
  await writeInstalled(hab, { ident: TOOL, deps: [LIB], files: { ...programs, "default.toml": "port = 80\n" } })
  await writeInstalled(hab, { ident: ident("hooked"), files: { "hooks/uninstall": script("exit 97") } })
  await writeInstalled(hab, {
    ident: ident("service"),
    files: { "hooks/run": script("exec sleep 1000"), SVC_USER: "hab\n", SVC_GROUP: "hab\n" },
  })
  for (const version of ["1.0.0", "2.0.0"]) await writeInstalled(hab, { ident: ident("two", version) })
  await writeInstalled(hab, { ident: REPAIRED })
  await writeHart(hab, { ident: REPAIRED })
  await writeHart(hab, { ident: ident("web") })
  const failing = await writeHart(hab, { ident: ident("fails"), files: { "hooks/install": script("exit 42") } })
  renameSync(failing, hab.path("harts/fails.hart"))
})

const filled = (text: string) => text.replaceAll("$ROOT", hab.root).replaceAll("$DEPOT", `file://${hab.root}/depot`)

/** A pattern with `$ROOT` in it means this root's path. */
function expectText(found: string, expected: string | RegExp | undefined): void {
  if (expected === undefined) return
  if (typeof expected === "string") expect(found).toBe(filled(expected))
  else expect(found).toMatch(new RegExp(expected.source.replaceAll("\\$ROOT", hab.root), expected.flags))
}

describe("hab pkg", () => {
  it("has no subcommand that is not in this sweep", () => {
    expect(Object.keys(SWEEP).sort()).toEqual(pkgCommands.commands.map(({ name }) => name).sort())
  })

  it("has a documented success and a documented failure of each", () => {
    const lacking = Object.entries(SWEEP).filter(([, calls]) => !calls.some(({ code = 0 }) => code !== 0))
    expect(lacking.map(([name]) => name)).toEqual(["header"])
  })

  it.each(Object.entries(SWEEP))("%s prints and exits as documented", async (name, calls) => {
    if (name === "prune") {
      for (const version of ["1.0.0", "2.0.0"]) await writeInstalled(hab, { ident: ident("many", version) })
    }
    for (const { words, code = 0, stdout, stderr, json, input = "" } of calls) {
      const said = hab.given(input, "pkg", ...name.split(" "), ...filled(words).split(" ").filter(Boolean))
      expect({ words, ...said }).toMatchObject({ words, code })
      expectText(said.stdout, code === 0 ? stdout : "")
      expectText(said.stderr, stderr)
      if (json !== undefined) expect(JSON.parse(said.stdout)).toMatchObject(json as object)
    }
  })
})
