/**
 * The command `hab`: requires the one bundle its first word needs, so that a trivial command reads little code.
 * The bundles lie beside this file.
 */
const BUNDLES: Readonly<Record<string, string>> = {
  origin: "./origin.cjs",
  pkg: "./pkg.cjs",
  sup: "./sup.cjs",
  svc: "./svc.cjs",
}

require(BUNDLES[process.argv[2] ?? ""] ?? "./all.cjs")
