import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

/** Tests that start real processes: they take their time and run with the end-to-end tests. */
const realProcesses = [
  "test/e2e/**/*.test.ts",
  "test/host/**/*.test.ts",
  "test/cluster/etcd/**/*.test.ts",
  "test/plan/build.test.ts",
  "test/plan/build-again.test.ts",
  "test/plan/build-crash.test.ts",
  "test/plan/build-dependencies.test.ts",
  "test/plan/build-files.test.ts",
  "test/plan/build-shell.test.ts",
  "test/plan/plan-shell.test.ts",
  "test/plan/prelude.test.ts",
  "test/supervisor/launcher/chpst.test.ts",
]

/** So many files come between two simulations. */
const SHORT_ONES = 15

/** Simulations compute, the other files mostly wait for this process to read them: side by side they are done sooner. */
class Interleaving extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => moduleId.includes("/test/simulation/")
    const short = sorted.filter((file) => !isLong(file))
    return [...sorted.filter(isLong).flatMap((file) => [file, ...short.splice(0, SHORT_ONES)]), ...short]
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: Interleaving },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: realProcesses,
          testTimeout: 20_000,
          isolate: false,
          maxWorkers: 2,
          setupFiles: ["test/support/seed-properties.ts", "test/support/remove-temporaries.ts"],
          pool: "threads",
        },
      },
      {
        test: {
          name: "e2e",
          include: realProcesses,
          setupFiles: ["test/support/remove-temporaries.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
    ],
  },
})
