import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { removeTree } from "../../src/host/remove-tree.ts"
import { temporaryDirectory } from "../support/temp-root.ts"

describe("removing a tree", () => {
  it("takes every name there may be, and folders that may not be written", () => {
    const root = temporaryDirectory()
    const tree = `${root}/tree`
    mkdirSync(`${tree}/closed/in`, { recursive: true })
    writeFileSync(Buffer.concat([Buffer.from(`${tree}/closed/in/latin-`), Buffer.from([0xe9, 0xff])]), "")
    mkdirSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0xfe])]))
    writeFileSync(`${tree}/a\nb`, "")
    writeFileSync(`${tree}/f\u00fcr`, "")
    chmodSync(`${tree}/closed/in`, 0o555)
    chmodSync(`${tree}/closed`, 0o000)
    removeTree(tree)
    expect(readdirSync(root)).toEqual([])
    removeTree(tree)
  })

  it("follows no link", () => {
    const root = temporaryDirectory()
    mkdirSync(`${root}/kept`)
    writeFileSync(`${root}/kept/file`, "")
    mkdirSync(`${root}/tree`)
    symlinkSync(`${root}/kept`, `${root}/tree/link`)
    removeTree(`${root}/tree`)
    expect(existsSync(`${root}/kept/file`)).toBe(true)
  })
})
