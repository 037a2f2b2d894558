import { readdirSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { systemFiles } from "../../src/host/file-system.ts"
import { checkTemplates } from "../../src/templating/check.ts"
import { planTree } from "../../src/templating/write-changed.ts"
import { expectGolden } from "../support/golden.ts"
import { REAL_TEMPLATES, realContext, realTemplates } from "../support/real-templates.ts"

describe.each(readdirSync(realTemplates("")))("the templates of %s", (program) => {
  it("render to the bytes reasoned from the spec", () => {
    const context = realContext(program)
    const rendered = ["config", "hooks"].flatMap((kind) => {
      const from = path.join(realTemplates(program), kind)
      const { files, warnings } = planTree({ files: systemFiles }, { from, to: "/nowhere/at/all", context })
      expect(warnings).toEqual([])
      return files.map((file) => ({ name: `${kind}/${file.path}`, text: Buffer.from(file.bytes).toString() }))
    })
    for (const { name, text } of rendered) expectGolden(`${REAL_TEMPLATES}/${program}/expected/${name}`, text)
    const expected = readdirSync(path.join(realTemplates(program), "expected"), {
      recursive: true,
      withFileTypes: true,
    })
    expect(expected.filter((entry) => entry.isFile())).toHaveLength(rendered.length)
  })

  it("hold no mistake that a check would find", () => {
    expect(checkTemplates({ files: systemFiles }, { directory: realTemplates(program) })).toEqual([])
  })
})
