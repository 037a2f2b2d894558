/** Variables that hold several values by nature, with what separates them (spec package §2.7). */
export const AGGREGATE_VARIABLES: ReadonlyMap<string, string> = new Map([
  ["PATH", ":"],
  ["GOPATH", ":"],
  ["NODE_PATH", ":"],
  ["PYTHONPATH", ":"],
  ["BUNDLE_PATH", ":"],
  ["BUNDLE_WITHOUT", ":"],
  ["GEM_PATH", ":"],
  ["RUBYLIB", ":"],
  ["RUBYPATH", ":"],
  ["CLASSPATH", ";"],
])

/** Variables the build composes itself, with what a plan sets instead (spec package §2.7). */
export const PROTECTED_VARIABLES: ReadonlyMap<string, string> = new Map([
  ["PATH", "pkg_bin_dirs"],
  ["LD_RUN_PATH", "pkg_lib_dirs"],
  ["LDFLAGS", "pkg_lib_dirs"],
  ["CFLAGS", "pkg_include_dirs"],
  ["CPPFLAGS", "pkg_include_dirs"],
  ["CXXFLAGS", "pkg_include_dirs"],
  ["PKG_CONFIG_PATH", "pkg_pconfig_dirs"],
])

/** Variable → value, and variable → the packages it comes from. */
export type EnvironmentMaps = Readonly<{
  values: ReadonlyMap<string, string>
  from: ReadonlyMap<string, string>
}>

/** What an installed dependency brings to the environment of a build. */
export type EnvironmentSource = Readonly<{ ident: string; environment: Readonly<Record<string, string>> }>

type Warn = (text: string) => void

/** How a variable's values combine, from the tables and from HAB_ENV_<VAR>_TYPE and _SEPARATOR. */
export type VariableRules = Readonly<{
  isAggregate(name: string): boolean
  separatorOf(name: string): string
}>

/** The rules under a set of HAB_ENV_* variables. Guesses are warned about. */
export function variableRules(settings: ReadonlyMap<string, string>, warn: Warn): VariableRules {
  return {
    isAggregate(name) {
      const type = settings.get(`HAB_ENV_${name}_TYPE`)
      if (type === "aggregate" || type === "primitive") return type === "aggregate"
      if (AGGREGATE_VARIABLES.has(name)) return true
      warn(`${name} is taken as one value; HAB_ENV_${name}_TYPE=aggregate makes it a list`)
      return false
    },
    separatorOf(name) {
      const separator = settings.get(`HAB_ENV_${name}_SEPARATOR`) || AGGREGATE_VARIABLES.get(name)
      if (separator === undefined) warn(`the separator of ${name} is taken as ':'; HAB_ENV_${name}_SEPARATOR sets it`)
      return separator ?? ":"
    },
  }
}

/**
 * The variables the direct dependencies bring, in their order (spec package §2.7): a later one replaces an earlier value,
 * or is put in front of it when the variable is a list. PATH is left out: it is composed apart.
 */
export function populateEnvironment(
  sources: readonly EnvironmentSource[],
  rules: VariableRules,
  warn: Warn,
): EnvironmentMaps {
  const values = new Map<string, string>()
  const from = new Map<string, string>()
  for (const { ident, environment } of sources) {
    for (const [name, value] of Object.entries(environment)) {
      const present = values.get(name)
      if (name === "PATH" || present === value) continue
      const isList = present !== undefined && rules.isAggregate(name)
      if (present !== undefined) {
        const done = isList ? `puts '${value}' in front of` : `replaces by '${value}'`
        warn(`${ident} ${done} ${name}='${present}' of ${from.get(name)}`)
      }
      values.set(name, isList ? pushToFront(value, present, rules.separatorOf(name)) : value)
      from.set(name, isList ? `${from.get(name)} ${ident}` : ident)
    }
  }
  return { values, from }
}

/** What is exported before the callbacks run: runtime values, with the build's own over them or in front of lists. */
export function exportedEnvironment(
  runtime: ReadonlyMap<string, string>,
  buildtime: ReadonlyMap<string, string>,
  rules: VariableRules,
): ReadonlyMap<string, string> {
  const exported = new Map(runtime)
  for (const [name, value] of buildtime) {
    const present = exported.get(name)
    const isList = present !== undefined && present !== value && rules.isAggregate(name)
    exported.set(name, isList ? pushToFront(value, present, rules.separatorOf(name)) : value)
  }
  return exported
}

/** `items` of `value` before those of `list`, each once, empty ones dropped. */
export function pushToFront(value: string, list: string, separator: string): string {
  return joinOnce([...value.split(separator), ...list.split(separator)], separator)
}

function joinOnce(items: readonly string[], separator: string): string {
  return [...new Set(items.filter((item) => item !== ""))].join(separator)
}

/** PATH of the callbacks: the package's own folders, those of everything it is built with, then the operator's. */
export function buildPath(
  options: Readonly<{
    prefix: string
    binDirs: readonly string[]
    /** PATH entries of pkg_all_tdeps_resolved, in that order. */
    dependencies: readonly (readonly string[])[]
    initialPath: string
  }>,
): string {
  const own = options.binDirs.map((directory) => `${options.prefix}/${directory}`)
  const composed = joinOnce([...own, ...options.dependencies.flat()], ":")
  return [composed, options.initialPath].filter((part) => part !== "").join(":")
}

/** RUNTIME_PATH: own folders, then those of the runtime closure, each once (spec package §3). */
export function runtimePath(own: readonly string[], dependencies: readonly (readonly string[])[]): string {
  return joinOnce([...own, ...dependencies.flat()], ":")
}

/** LD_RUN_PATH: own library folders, then what the direct runtime dependencies have in theirs. */
export function libraryRunPath(prefix: string, libDirs: readonly string[], dependencies: readonly string[]): string {
  return [...libDirs.map((directory) => `${prefix}/${directory}`), ...dependencies].filter(Boolean).join(":")
}

/** The compiler variables a dependency brings, as its metadata files have them; "" for a missing one. */
export const FLAG_VARIABLES = ["CFLAGS", "CPPFLAGS", "CXXFLAGS", "LDFLAGS", "PKG_CONFIG_PATH"] as const
export type CompilerFlags = Readonly<Record<(typeof FLAG_VARIABLES)[number], string>>

/**
 * Compiler variables of a build (spec package §2.7): what is there already stays in front, the direct dependencies'
 * follow. A dependency with CFLAGS alone gives them for C++ and the preprocessor too.
 */
export function compilerFlags(present: CompilerFlags, dependencies: readonly CompilerFlags[]): CompilerFlags {
  const all = dependencies.map((flags) => ({
    ...flags,
    CPPFLAGS: flags.CPPFLAGS || flags.CFLAGS,
    CXXFLAGS: flags.CXXFLAGS || flags.CFLAGS,
  }))
  const join = (name: keyof CompilerFlags, separator: string) =>
    [present[name], ...all.map((flags) => flags[name])].filter(Boolean).join(separator)
  return {
    CFLAGS: join("CFLAGS", " "),
    CPPFLAGS: join("CPPFLAGS", " "),
    CXXFLAGS: join("CXXFLAGS", " "),
    LDFLAGS: join("LDFLAGS", " "),
    PKG_CONFIG_PATH: join("PKG_CONFIG_PATH", ":"),
  }
}
