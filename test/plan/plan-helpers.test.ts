import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { CALLBACKS } from "../../src/plan/callbacks.ts"
import { PLAN_HELPERS } from "../../src/plan/plan-helpers.ts"

const bash = (name: string) => readFileSync(new URL(`../../src/plan/${name}.bash`, import.meta.url), "utf8")
const defined = (text: string) => [...text.matchAll(/^(\w+)\(\) \{/gm)].map(([, name = ""]) => name)

describe("the tables of callbacks and helpers", () => {
  it("name every function of the prelude that plans may call, and no other", () => {
    const functions = [...defined(bash("prelude")), ...defined(bash("environment"))]
    expect(Object.keys(PLAN_HELPERS).sort()).toEqual(functions.filter((name) => !name.startsWith("_")).sort())
  })

  it("name every callback that has a default, and the default it has", () => {
    const functions = defined(bash("callbacks"))
    const rows = Object.entries(CALLBACKS)
    const chained = rows.filter(([, row]) => row.chained).map(([name]) => name.replace("do_", "do_default_"))
    const always = rows.map(([name]) => name).filter((name) => name !== "do_check")
    expect(functions.sort()).toEqual([...chained, ...always].sort())
  })
})
