type Environment = Readonly<Record<string, string>>

/**
 * Variables with `$NAME`, `${NAME}` and `${NAME:-default}` in them replaced, entry by entry: each sees the caller's
 * environment and the entries before it. `$$` is one dollar sign; what is not set is empty.
 */
export function expandVariables(variables: Environment, env: Environment): Record<string, string> {
  const expanded: Record<string, string> = {}
  for (const [name, text] of Object.entries(variables)) {
    const known = (key: string) => expanded[key] ?? env[key]
    expanded[name] = text.replace(
      /\$\$|\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}|\$([A-Za-z_]\w*)/g,
      (match, braced?: string, otherwise?: string, plain?: string) =>
        match === "$$" ? "$" : ((known(braced ?? plain ?? "") || otherwise) ?? ""),
    )
  }
  return expanded
}
