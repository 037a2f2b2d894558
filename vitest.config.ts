import { defineConfig } from "vitest/config"

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

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/simulation/**", ...realProcesses],
          testTimeout: 20_000,
          isolate: false,
          maxWorkers: 2,
          setupFiles: ["test/support/seed-properties.ts"],
          pool: "threads",
        },
      },
      {
        test: {
          name: "simulation",
          include: ["test/simulation/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          isolate: false,
          pool: "threads",
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "e2e",
          include: realProcesses,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
    ],
  },
})
