import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { temporaryDirectory } from "../support/temp-root.ts"
import { planShell, type TestShell } from "./plan-bash.ts"

/** What one line of bash prints, with its status last. */
async function prints(shell: TestShell, code: string): Promise<string[]> {
  const from = shell.lines.length
  await shell.run(`__hab_test_status=0; { ${code}; } || __hab_test_status=$?; echo "status $__hab_test_status"`)
  return shell.lines.slice(from)
}

const SIGNME_SHA256 = "b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c" // of "foo\n"

describe("functions available to plans", () => {
  it.each([
    ["trim '  a b  '", ["a b", "status 0"]],
    ["join_by ', ' a b c", ["a,b,c", "status 0"]],
    ["normalize_checksum ABCdef", ["abcdef", "status 0"]],
    ["exists bash", ["status 0"]],
    ["exists no-such-program", ["status 1"]],
    ["abspath no-such-file", ["no-such-file does not exist", "status 127"]],
    ["build_line Building", ["   tree: Building", "status 0"]],
    ["warn careful", ["   tree: WARN: careful", "status 0"]],
    ["debug hidden", ["status 0"]],
    ["DEBUG=1 debug shown", ["   tree: DEBUG: shown", "status 0"]],
    ["build_line out 2>/dev/null", ["   tree: out", "status 0"]],
    ["warn careful 2>/dev/null", ["status 0"]],
    ["(exit_with 'no good' 2>/dev/null)", ["   tree: ERROR: no good", "status 1"]],
    ["(exit_with 'no good' 7)", ["   tree: ERROR: no good", "status 7"]],
    ["attach", ["   tree: WARN: attach is skipped: STUDIO_TYPE is not set", "status 0"]],
    ["push_to_path /b /a:/b::/c", ["/b:/a:/c", "status 0"]],
    ["push_to_path b 'a;b;c' ';'", ["b;a;c", "status 0"]],
    ["dedupe_path /a:/b:/a", ["/a:/b", "status 0"]],
  ])("%s", async (code, expected) => {
    const shell = await planShell(temporaryDirectory())
    expect(await prints(shell, code)).toEqual(expected)
    shell.end()
  })

  it("abspath gives the absolute path of files and folders that exist", async () => {
    const directory = temporaryDirectory()
    mkdirSync(`${directory}/sub`)
    writeFileSync(`${directory}/sub/file`, "")
    const shell = await planShell(directory)
    expect(await prints(shell, "abspath sub; abspath sub/file; cd sub; abspath file")).toEqual([
      `${directory}/sub`,
      `${directory}/sub/file`,
      `${directory}/sub/file`,
      "status 0",
    ])
    shell.end()
  })

  it("attach evaluates what is typed in the callback, shows where it is, and goes on", async () => {
    const typed = ["help", "size=4", 'echo "size $size of $thing"', "false", "@ 1", "vars", "exit"]
    const shell = await planShell(temporaryDirectory(), {
      attach: () => {
        const line = typed.shift()
        return line === undefined ? { status: 1, fields: [] } : { status: 0, fields: [line] }
      },
    })
    const outcome = await shell.run(
      'STUDIO_TYPE=default\ndo_it() { local thing=oak; attach; echo "then $size"; }\ndo_it',
    )
    expect(outcome.tag).toBe("done")
    expect(shell.lines).toEqual(
      expect.arrayContaining([
        "exit, quit                 go on with the build",
        "size 4 of oak",
        "   tree: exit code 1",
        expect.stringMatching(/^>\s+\d+: /),
        "pkg_name=tree",
        "then 4",
      ]),
    )
    expect(shell.lines).not.toContain("   tree: No more input: the build goes on")
    await shell.run("attach")
    expect(shell.lines.at(-1)).toBe("   tree: No more input: the build goes on")
  })

  it("attach is passed over outside a studio, and may end the build", async () => {
    const shell = await planShell(temporaryDirectory(), { attach: () => ({ status: 0, fields: ["exit-program"] }) })
    await shell.run("attach")
    expect(shell.lines.at(-1)).toMatch(/attach is skipped/)
    expect((await shell.run("STUDIO_TYPE=default\nattach")).tag).toBe("ended")
  })

  it("build_line colours its line for terminals, unless HAB_NOCOLORING is true", async () => {
    const shell = await planShell(temporaryDirectory())
    await prints(shell, "TERM=xterm-256color build_line text")
    expect(shell.lines[0]).toBe("   \u001b[1;36mtree\u001b[0m: \u001b[1;37m\u001b[1;37mtext\u001b[0m")
    expect((await prints(shell, "TERM=xterm HAB_NOCOLORING=true build_line text"))[0]).toBe("   tree: text")
    shell.end()
  })

  it("pkg_path_for matches whole parts of direct dependencies, build dependencies first", async () => {
    const shell = await planShell(temporaryDirectory())
    await shell.run(`pkg_build_deps_resolved=(/hab/pkgs/core/zlib/1.3/2 /hab/pkgs/core/gcc/9.1/3)
      pkg_deps_resolved=(/hab/pkgs/core/zlib/1.2/1 /hab/pkgs/acme/libstdc++/1/4)
      pkg_all_deps_resolved=("\${pkg_build_deps_resolved[@]}" "\${pkg_deps_resolved[@]}")`)
    const code =
      "pkg_path_for zlib; pkg_path_for core/gcc; pkg_path_for zlib/1.2; pkg_path_for 'g.c'; pkg_path_for libstdc++"
    expect(await prints(shell, code)).toEqual([
      "/hab/pkgs/core/zlib/1.3/2",
      "/hab/pkgs/core/gcc/9.1/3",
      "/hab/pkgs/core/zlib/1.2/1",
      "/hab/pkgs/core/gcc/9.1/3",
      "/hab/pkgs/acme/libstdc++/1/4",
      "status 0",
    ])
    expect(await prints(shell, "pkg_path_for lib")).toEqual([
      expect.stringContaining("WARN"),
      expect.stringContaining("WARN"),
      "status 1",
    ])
    expect(await prints(shell, "_pkg_path_for_deps gcc")).toEqual(["status 1"])
    expect(await prints(shell, "_pkg_path_for_build_deps gcc")).toEqual(["/hab/pkgs/core/gcc/9.1/3", "status 0"])
    shell.end()
  })

  it("fix_interpreter rewrites the scripts, through links, and skips what is no file", async () => {
    const directory = temporaryDirectory()
    mkdirSync(`${directory}/core/coreutils/9/1`, { recursive: true })
    writeFileSync(`${directory}/core/coreutils/9/1/INTERPRETERS`, `${directory}/core/coreutils/9/1/bin/env`)
    writeFileSync(`${directory}/a.sh`, "#!/usr/bin/env node\nexit\n")
    writeFileSync(`${directory}/b.sh`, "#! /bin/env -S python\n")
    symlinkSync("a.sh", `${directory}/link.sh`)
    const shell = await planShell(directory)
    await shell.run(`HAB_PKG_PATH=${directory}; pkg_deps_resolved=(${directory}/core/coreutils/9/1)`)
    const env = `${directory}/core/coreutils/9/1/bin/env`
    expect(await prints(shell, "fix_interpreter 'link.sh b.sh nothing *.none' core/coreutils bin/env")).toEqual([
      "status 0",
    ])
    expect(readFileSync(`${directory}/a.sh`, "utf8")).toBe(`#!${env} node\nexit\n`)
    expect(readFileSync(`${directory}/b.sh`, "utf8")).toBe(`#!${env} -S python\n`)
    expect((await prints(shell, "fix_interpreter a.sh core/bash bin/sh")).at(-1)).toBe("status 1")
    expect(await prints(shell, "pkg_interpreter_for coreutils bin/env")).toEqual([env, "status 0"])
    expect((await prints(shell, "pkg_interpreter_for coreutils bin/sh")).at(-1)).toBe("status 1")
    expect((await prints(shell, "pkg_interpreter_for coreutils bin/en")).at(-1)).toBe("status 1")
    shell.end()
  })

  it("verify_file compares without regard to case and shows both sums when they differ", async () => {
    const directory = temporaryDirectory()
    writeFileSync(`${directory}/signme.dat`, "foo\n")
    const shell = await planShell(directory)
    expect((await prints(shell, `verify_file signme.dat ${SIGNME_SHA256.toUpperCase()}`)).at(-1)).toBe("status 0")
    const lines = await prints(shell, "verify_file signme.dat none")
    expect(lines.filter((line) => line.includes("WARN"))).toHaveLength(3)
    expect(lines.join("\n")).toContain(SIGNME_SHA256)
    expect(lines.at(-1)).toBe("status 1")
    expect((await prints(shell, "verify_file missing none")).at(-1)).toBe("status 1")
    shell.end()
  })

  it("download_file asks the builder and stays in its folder", async () => {
    const directory = temporaryDirectory()
    const asked: string[][] = []
    const shell = await planShell(directory, {
      download: (...fields) => {
        asked.push(fields)
        return fields[2] === "ab" ? { status: 0, fields: ["Downloaded x.tar"] } : { status: 1, fields: ["no network"] }
      },
    })
    expect(await prints(shell, "cd /; download_file http://h/x.tar x.tar AB; pwd")).toEqual([
      "   tree: Getting x.tar",
      "   tree: Downloaded x.tar",
      "/",
      "status 0",
    ])
    expect(asked).toEqual([["http://h/x.tar", `${directory}/x.tar`, "ab"]])
    expect((await prints(shell, "download_file http://h/y y")).slice(-2)).toEqual([
      "   tree: WARN: no network",
      "status 1",
    ])
    shell.end()
  })

  it("unpack_file unpacks by the ending of the name and refuses what it does not know", async () => {
    const directory = temporaryDirectory()
    const shell = await planShell(directory)
    await shell.run(`mkdir a && echo 1 >a/one && tar czf a.tgz a && tar cJf a.tar.xz a && tar cf a.tar a && rm -r a
      echo 2 | gzip >two.gz; echo 3 >three.zst; : >bad.tar.gz`)
    for (const name of ["a.tgz", "a.tar.xz", "a.tar"]) {
      expect((await prints(shell, `cd /; unpack_file ${name}; cat ${directory}/a/one; pwd`)).slice(-3)).toEqual([
        "1",
        "/",
        "status 0",
      ])
      await shell.run(`rm -r ${directory}/a`)
    }
    expect((await prints(shell, `unpack_file two.gz; cat ${directory}/two`)).at(-2)).toBe("2")
    expect((await prints(shell, "unpack_file three.zst")).slice(-2)).toEqual([
      "   tree: WARN: Cannot unpack 'three.zst': the ending of its name is unknown",
      "status 1",
    ])
    expect((await prints(shell, "unpack_file bad.tar.gz")).at(-1)).toBe("status 1")
    expect(await prints(shell, "unpack_file missing.tar")).toEqual([
      `   tree: WARN: Cannot unpack '${directory}/missing.tar': there is no such file`,
      "status 1",
    ])
    shell.end()
  })

  it.each([
    ["x.tar.bz2", "tar xf x.tar.bz2 --no-same-owner"],
    ["x.tbz2", "tar xf x.tbz2 --no-same-owner"],
    ["x.tar.gz", "tar xf x.tar.gz --no-same-owner"],
    ["x.tgz", "tar xf x.tgz --no-same-owner"],
    ["x.tar", "tar xf x.tar --no-same-owner"],
    ["x.tar.xz", "tar xf x.tar.xz --no-same-owner"],
    ["x.bz2", "bunzip2 x.bz2"],
    ["x.rar", "rar x x.rar"],
    ["x.gz", "gunzip x.gz"],
    ["x.zip", "unzip -o x.zip"],
    ["x.Z", "uncompress x.Z"],
    ["x.7z", "7z x x.7z"],
  ])("unpack_file leaves %s to '%s', in the folder of downloads", async (name, command) => {
    const directory = temporaryDirectory()
    writeFileSync(`${directory}/${name}`, "")
    const shell = await planShell(directory)
    const stands = ["bzip2", "gzip", "xz", "tar", "bunzip2", "rar", "gunzip", "unzip", "uncompress", "7z"]
    await shell.run(stands.map((program) => `${program}() { echo "${program} $* in $PWD"; }`).join("\n"))
    expect(await prints(shell, `cd /; unpack_file ${name}`)).toEqual([
      `   tree: Unpacking ${name}`,
      `${command} in ${directory}`,
      "status 0",
    ])
    shell.end()
  })

  it("update_pkg_version puts the version where the placeholder was, until do_prepare", async () => {
    const shell = await planShell(temporaryDirectory())
    await shell.run(`pkg_version() { echo 2.5; }; pkg_version=$__hab_version_unset pkg_source=http://h/x HAB_CACHE_SRC_PATH=/c
      __hab_settle_paths; PATH="/hab/pkgs/acme/tree/$pkg_version/1/bin:$PATH"; __hab_runtime[X]="a/$pkg_version/b"
      __hab_buildtime[X]="$pkg_version"; __hab_runtime_from[X]="x/$pkg_version"
      __hab_buildtime_from[X]="acme/tree/$pkg_version/1"; unset pkg_source`)
    await shell.run("update_pkg_version")
    expect(
      (
        await prints(
          shell,
          'echo "$pkg_dirname $pkg_prefix $SRC_PATH ${__hab_runtime[X]} ${__hab_buildtime_from[X]} ${PATH%%:*} ${__hab_buildtime[X]} ${__hab_runtime_from[X]}"',
        )
      )[0],
    ).toBe(
      "tree-2.5 /hab/pkgs/acme/tree/2.5/20240102030405 /c/tree-2.5 a/2.5/b acme/tree/2.5/1 /hab/pkgs/acme/tree/2.5/1/bin 2.5 x/2.5",
    )
    await shell.run("__hab_version_closed=yes")
    expect(await shell.run("update_pkg_version")).toMatchObject({ tag: "ended", status: { code: 21 } })
  })
})

describe("the environment helpers", () => {
  it("set once, refuse to set again, and replace with -f", async () => {
    const shell = await planShell(temporaryDirectory())
    await shell.run("set_runtime_env HOST a; set_buildtime_env HOST b")
    expect(
      await prints(shell, "set_runtime_env -f HOST c; echo ${__hab_runtime[HOST]} ${__hab_buildtime[HOST]}"),
    ).toEqual(["   tree: WARN: Replacing HOST='a' with 'c'", "c b", "status 0"])
    expect(await prints(shell, "echo ${__hab_runtime_from[HOST]}")).toEqual([
      "acme/tree/1.0/20240102030405",
      "status 0",
    ])
    expect(await shell.run("set_runtime_env HOST d")).toMatchObject({ tag: "ended", status: { code: 1 } })
    expect(shell.lines.join("\n")).toContain("HOST is already 'c' (from acme/tree/1.0/20240102030405)")
  })

  it("push in front with the variable's separator and without duplicates", async () => {
    const shell = await planShell(temporaryDirectory())
    await shell.run("push_runtime_env PYTHONPATH /a; push_runtime_env PYTHONPATH /b; push_runtime_env PYTHONPATH /a")
    await shell.run("push_buildtime_env CLASSPATH x; push_buildtime_env CLASSPATH y")
    await shell.run("export HAB_ENV_WORDS_SEPARATOR=' '; push_runtime_env WORDS one; push_runtime_env WORDS two")
    const code = 'echo "${__hab_runtime[PYTHONPATH]} ${__hab_buildtime[CLASSPATH]} ${__hab_runtime[WORDS]}"'
    expect(await prints(shell, code)).toEqual(["/a:/b y;x two one", "status 0"])
    const lines = await prints(
      shell,
      "push_runtime_env UNKNOWN a; push_runtime_env UNKNOWN b; echo ${__hab_runtime[UNKNOWN]}",
    )
    expect(lines.filter((line) => line.includes("separator of UNKNOWN is not known"))).toHaveLength(2)
    expect(lines.at(-2)).toBe("b:a")
    shell.end()
  })

  it.each([
    ["PATH", "pkg_bin_dirs"],
    ["LD_RUN_PATH", "pkg_lib_dirs"],
    ["LDFLAGS", "pkg_lib_dirs"],
    ["CFLAGS", "pkg_include_dirs"],
    ["CPPFLAGS", "pkg_include_dirs"],
    ["CXXFLAGS", "pkg_include_dirs"],
    ["PKG_CONFIG_PATH", "pkg_pconfig_dirs"],
  ])("refuse %s, which the build sets itself, and name %s", async (name, instead) => {
    const shell = await planShell(temporaryDirectory())
    expect(await shell.run(`set_runtime_env -f ${name} /x`)).toMatchObject({ tag: "ended", status: { code: 1 } })
    expect(shell.lines.join("\n")).toContain(`use ${instead}`)
  })

  it("refuse to push to the variables the build sets itself", async () => {
    const shell = await planShell(temporaryDirectory())
    expect(await shell.run("push_buildtime_env PATH /x")).toMatchObject({ tag: "ended", status: { code: 1 } })
    expect(shell.lines.join("\n")).toContain("use pkg_bin_dirs")
  })
})
