// `npm test`: everything that must hold, in the order in which mistakes are cheapest to read.
// With arguments, runs vitest with them: `npm test -- --project unit test/package`.
import { buildIfStale, installDependencies, run } from "./project.mjs"

const bin = (name) => `node_modules/.bin/${name}`
const words = process.argv.slice(2)

installDependencies()
buildIfStale()
if (words.length > 0) {
  run(bin("vitest"), ["run", ...words])
} else {
  run(bin("tsc"), ["--noEmit"])
  run(bin("biome"), ["check", "."])
  run(bin("vitest"), ["run", "--project", "unit"])
  run(bin("vitest"), ["run", "--project", "e2e"])
}
