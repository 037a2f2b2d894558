import { HabError } from "../base/errors.ts"
import type { FileSystem } from "../ports/file-system.ts"

/** Which origins a token may change: names, or all of them. */
export type TokenScope = readonly string[] | "all"

const HEADER = `# Access tokens of this depot, one a line: the token, and the origins it may change, with commas between; * is all.
`

/** Reads a file of tokens. Throws DEPOT_TOKENS_INVALID. */
function parseTokens(text: string, where: string): ReadonlyMap<string, TokenScope> {
  const lines = text.split("\n").map((line) => line.replace(/#.*/, "").trim())
  return new Map(
    lines.flatMap((line, index) => {
      if (line === "") return []
      const [token = "", origins, ...rest] = line.split(/\s+/)
      if (origins === undefined || rest.length > 0) {
        throw new HabError(
          "DEPOT_TOKENS_INVALID",
          `${where}, line ${index + 1}: a token and its origins are expected`,
          {
            hint: "such as: s3cr3t acme,tools   (origins with commas and no spaces, or * for all)",
          },
        )
      }
      return [[token, origins === "*" ? "all" : origins.split(",")] as const]
    }),
  )
}

/** Makes a file with one token for everything, for its owner alone, where there is none. True when it was made. */
export function ensureTokens({ files }: Readonly<{ files: FileSystem }>, path: string, token: string): boolean {
  if (files.stat(path) !== undefined) return false
  files.makeDirectories(path.slice(0, path.lastIndexOf("/")))
  files.writeAtomically(path, `${HEADER}${token} *\n`, { mode: 0o600 })
  return true
}

/**
 * Whether who shows this header may change an origin. The file is read each time: tokens are added and withdrawn without
 * a restart. Throws DEPOT_TOKEN_UNKNOWN and DEPOT_ORIGIN_REFUSED.
 */
export function requireToken(
  { files }: Readonly<{ files: Pick<FileSystem, "readTextIfPresent"> }>,
  path: string,
  { authorization, origin }: Readonly<{ authorization: string | undefined; origin: string }>,
): void {
  const [, token = ""] = /^Bearer (\S+)$/.exec(authorization ?? "") ?? []
  const scope = parseTokens(files.readTextIfPresent(path) ?? "", path).get(token)
  if (scope === undefined) {
    throw new HabError("DEPOT_TOKEN_UNKNOWN", "the depot does not know this access token", {
      hint: "the depot's operator keeps the known ones in its file 'tokens'",
    })
  }
  if (scope === "all" || scope.includes(origin)) return
  throw new HabError("DEPOT_ORIGIN_REFUSED", `this access token is not for the origin '${origin}'`, {
    hint: "use a token of that origin, or let the depot's operator add the origin to this one",
  })
}
