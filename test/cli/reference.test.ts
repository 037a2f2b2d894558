import { describe, expect, it } from "vitest"
import { GROUPS } from "../../src/cli/groups.ts"
import { commandsReference } from "../../src/cli/reference/commands.ts"
import { environmentVariablesReference } from "../../src/cli/reference/environment-variables.ts"
import { errorsReference } from "../../src/cli/reference/errors.ts"
import { etcdKeysReference } from "../../src/cli/reference/etcd-keys.ts"
import { exitCodesReference } from "../../src/cli/reference/exit-codes.ts"
import { hooksReference } from "../../src/cli/reference/hooks.ts"
import { httpApiReference } from "../../src/cli/reference/http-api.ts"
import { lifecycleReference } from "../../src/cli/reference/lifecycle.ts"
import { packageFilesReference, plansReference } from "../../src/cli/reference/plans.ts"
import { statesReference } from "../../src/cli/reference/states.ts"
import { templateContextReference } from "../../src/cli/reference/template-context.ts"
import { templateHelpersReference } from "../../src/cli/reference/template-helpers.ts"
import { expectGolden } from "../support/golden.ts"
import { sourceFiles } from "../support/source-files.ts"

describe("the reference pages are what the tables say", () => {
  it("docs/reference/errors.md", () => expectGolden("docs/reference/errors.md", errorsReference()))
  it("docs/reference/cli.md", () => expectGolden("docs/reference/cli.md", commandsReference(GROUPS)))
  it("docs/reference/environment-variables.md", () =>
    expectGolden("docs/reference/environment-variables.md", environmentVariablesReference(GROUPS)))
  it("docs/reference/hooks.md", () => expectGolden("docs/reference/hooks.md", hooksReference()))
  it("docs/reference/lifecycle.md", () => expectGolden("docs/reference/lifecycle.md", lifecycleReference()))
  it("docs/reference/http-api.md", () => expectGolden("docs/reference/http-api.md", httpApiReference()))
  it("docs/reference/service-states.md", () => expectGolden("docs/reference/service-states.md", statesReference()))
  it("docs/reference/plans.md", () => expectGolden("docs/reference/plans.md", plansReference()))
  it("docs/reference/package-files.md", () => expectGolden("docs/reference/package-files.md", packageFilesReference()))
  it("docs/reference/template-context.md", () =>
    expectGolden("docs/reference/template-context.md", templateContextReference()))
  it("docs/reference/template-helpers.md", () =>
    expectGolden("docs/reference/template-helpers.md", templateHelpersReference()))
  it("docs/reference/etcd-keys.md", () => expectGolden("docs/reference/etcd-keys.md", etcdKeysReference()))
  it("docs/reference/exit-codes.md", () => expectGolden("docs/reference/exit-codes.md", exitCodesReference()))
})

describe("the page of environment variables", () => {
  it("tells of every variable that is read", () => {
    const page = environmentVariablesReference(GROUPS)
    const read = sourceFiles("src").flatMap(({ text }) =>
      [...text.matchAll(/\benv\["([A-Z_]+)"\]/g)].map(([, name = ""]) => name),
    )
    const everybodys = ["PATH", "HOME", "USER", "LOGNAME", "TERM"]
    const untold = read.filter((name) => !page.includes(`\`${name}\``) && !everybodys.includes(name))
    expect([...new Set(untold)]).toEqual([])
  })
})
