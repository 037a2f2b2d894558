import { describe, expect, it } from "vitest"
import { type CommandGroup, defineCommand, inSection } from "../../src/cli/command.ts"
import { GROUPS } from "../../src/cli/groups.ts"
import { parseCommandLine } from "../../src/cli/parse.ts"

const install = defineCommand({
  name: "install",
  summary: "Install packages",
  arguments: "<ident-or-hart...>",
  examples: ["hab pkg install acme/web"],
  options: {
    force: { kind: "flag", short: "f", summary: "Overwrite" },
    channel: { kind: "text", value: "CHANNEL", default: "base", summary: "Channel" },
    noColor: { kind: "flag", summary: "Plain" },
    keep: { kind: "number", value: "N", summary: "How many" },
    bind: { kind: "list", value: "BIND", summary: "Binds" },
    peer: { kind: "list", value: "PEER", mayBeEmpty: true, summary: "Peers" },
    topology: { kind: "text", value: "TOPOLOGY", choices: ["standalone", "leader"], summary: "Topology" },
  },
  run: async () => ({}),
})
const exec = defineCommand({
  name: "exec",
  summary: "Run",
  arguments: "<service> <command...>",
  examples: [],
  options: {},
  passesThrough: true,
  run: async () => ({}),
})
const groups: CommandGroup[] = [{ name: "pkg", summary: "Packages", commands: [install, exec] }]
const parse = (...words: string[]) => parseCommandLine(groups, words, "1.2.3")

describe("the command line", () => {
  it("gives a command its arguments and options, flags as booleans", () => {
    const parsed = parse("pkg", "install", "a/b", "c/d", "-f", "--bind", "x:a.b", "y:c.d", "--keep", "3")
    expect(parsed).toMatchObject({
      tag: "run",
      args: ["a/b", "c/d"],
      options: { force: true, channel: "base", keep: 3, bind: ["x:a.b", "y:c.d"] },
    })
    const plain = parse("pkg", "install", "a/b")
    expect(plain.tag === "run" && plain.options).toEqual({ force: false, noColor: false, channel: "base" })
    expect(parse("pkg", "install", "a/b", "--no-color")).toMatchObject({ options: { noColor: true } })
  })

  it("knows --version of every command, and says whose help to read about a mistake", () => {
    expect(parse("pkg", "install", "--version")).toEqual({ tag: "print", text: "hab 1.2.3\n", exitCode: 0 })
    expect(parse("pkg", "-V")).toMatchObject({ tag: "print", text: "hab 1.2.3\n" })
    expect(parse("pkg", "exec", "web", "nginx", "-V")).toMatchObject({ tag: "run" })
    expect(parse("pkg", "install")).toMatchObject({ tag: "refused", about: "hab pkg install" })
    expect(parse("pkg", "instal")).toMatchObject({ tag: "refused", about: "hab pkg" })
    expect(parse("package")).toMatchObject({ tag: "refused", about: "hab" })
  })

  it("leaves the flags of a command that is passed through alone", () => {
    const args = ["web", "ls", "-l", "--force"]
    expect(parse("pkg", "exec", ...args)).toMatchObject({ tag: "run", args })
    expect(parse("pkg", "exec", "web", "--", ...args.slice(1))).toMatchObject({ tag: "run", args })
    expect(parse("pkg", "install", "a/b", "-f", "c/d")).toMatchObject({
      args: ["a/b", "c/d"],
      options: { force: true },
    })
  })

  it("takes a bare flag as an empty list where that is allowed", () => {
    expect(parse("pkg", "install", "a/b", "--peer")).toMatchObject({ options: { peer: [] } })
    expect(parse("pkg", "install", "a/b", "--peer", "x", "--peer", "y")).toMatchObject({
      options: { peer: ["x", "y"] },
    })
    expect(parse("pkg", "install", "a/b", "--bind")).toMatchObject({ tag: "refused" })
  })

  it.each([
    [["pkg", "instal", "a/b"], "install"],
    [["pgk"], "pkg"],
    [["pkg", "install", "a/b", "--forse"], "--force"],
  ])("refuses %j with the nearest one", (words, near) => {
    const parsed = parse(...words)
    expect(parsed.tag).toBe("refused")
    expect(parsed.tag === "refused" && parsed.text).toContain(near)
  })

  it.each([
    [["pkg", "install"], "missing required argument"],
    [["pkg", "install", "a/b", "--keep", "many"], "whole number"],
    [["pkg", "install", "a/b", "--topology", "ring"], "standalone, leader"],
  ])("refuses %j and says why", (words, why) => {
    const parsed = parse(...words)
    expect(parsed.tag === "refused" && parsed.text).toContain(why)
  })

  it("prints help on request with exit code 0, and when nothing is asked with 2", () => {
    expect(parse("pkg", "install", "--help")).toMatchObject({ tag: "print", exitCode: 0 })
    expect(parse("--version")).toEqual({ tag: "print", text: "hab 1.2.3\n", exitCode: 0 })
    expect(parse()).toMatchObject({ tag: "print", exitCode: 2 })
    expect(parse("pkg")).toMatchObject({ tag: "print", exitCode: 2 })
  })

  it("lists commands below their headings, and says what each noun is about", () => {
    const generate = defineCommand({
      name: "key generate",
      summary: "Make one",
      examples: [],
      options: {},
      run: async () => ({}),
    })
    const pkg: CommandGroup = {
      name: "pkg",
      summary: "Packages",
      section: "Build and share packages",
      nouns: { key: "Keys of packages" },
      commands: [...inSection("Install", [install]), exec, generate],
    }
    const helpOf = (...words: string[]) => {
      const parsed = parseCommandLine([pkg], [...words, "--help"], "1.2.3")
      return parsed.tag === "print" ? parsed.text : ""
    }
    expect(helpOf()).toMatch(/^Build and share packages:\n {2}pkg +Packages$/m)
    expect(helpOf("pkg")).toMatch(/^Install:\n {2}install <ident-or-hart\.\.\.> +Install packages$/m)
    expect(helpOf("pkg")).toMatch(/^Commands:\n {2}exec .*\n {2}key +Keys of packages$/m)
  })

  it("says of every noun between a group and its commands what it is about", () => {
    const nouns = GROUPS.flatMap(({ name, commands, nouns }) =>
      commands
        .filter((command) => command.name.includes(" ") && command.hidden !== true)
        .map((command) => command.name.slice(0, command.name.lastIndexOf(" ")))
        .filter((noun) => nouns?.[noun] === undefined)
        .map((noun) => `hab ${name} ${noun}`),
    )
    expect(nouns).toEqual([])
  })
})
