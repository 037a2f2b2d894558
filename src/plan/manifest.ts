import type { PlanValues } from "./variables.ts"

/** Compiler variables as they stood at the end of the build. */
export type BuildFlags = Readonly<Record<"CFLAGS" | "CPPFLAGS" | "CXXFLAGS" | "LDFLAGS" | "LD_RUN_PATH", string>>

/** MANIFEST: what the package is and how it was built, for people and for Builder (spec package §3, byte by byte). */
export function manifestText(options: Readonly<{ values: PlanValues; flags: BuildFlags; planText: string }>): string {
  const { values, flags } = options
  const planText = options.planText.replace(/\n+$/, "")
  return `# ${values.pkg_origin} / ${values.pkg_name}
${values.pkg_description}

${bullets(values)}

# Plan

## Build Flags

\`\`\`bash
${flagLines(flags)}
\`\`\`

## Plan Source

\`\`\`bash
${planText}
\`\`\`
`
}

function bullets(values: PlanValues): string {
  const rows: readonly (readonly [string, string])[] = [
    ["Maintainer", values.pkg_maintainer],
    ["Version", values.pkg_version],
    ["Release", values.pkg_release],
    ["Target", values.pkg_target],
    ["Upstream URL", link(values.pkg_upstream_url, "upstream project's website or home page is not defined")],
    ["License", words(values.pkg_license) || " "],
    ["Source", link(values.pkg_source, "source URL not provided or required")],
    ["SHA", quoted(values.pkg_shasum, "SHA256 checksum not provided or required")],
    ["Path", quoted(values.pkg_prefix, "")],
    ["Build Dependencies", quoted(words(values.pkg_build_deps), "no build dependencies or undefined")],
    ["Dependencies", quoted(words(values.pkg_deps), "no runtime dependencies or undefined")],
    ["Interpreters", quoted(words(values.pkg_interpreters), "no interpreters or undefined")],
  ]
  return rows.map(([label, value]) => `* __${label}__: ${value}`).join("\n")
}

function flagLines(flags: BuildFlags): string {
  const names = ["CFLAGS", "CPPFLAGS", "CXXFLAGS", "LDFLAGS", "LD_RUN_PATH"] as const
  return names.map((name) => `${name}: ${flags[name] || `no ${name}`}`).join("\n")
}

function link(url: string, otherwise: string): string {
  return url === "" ? otherwise : `[${url}](${url})`
}

function quoted(text: string, otherwise: string): string {
  return text === "" ? otherwise : `\`${text}\``
}

/** Each word followed by one space. */
function words(list: readonly string[]): string {
  return list.map((word) => `${word} `).join("")
}
