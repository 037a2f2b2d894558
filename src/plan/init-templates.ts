/** A file of a new plan: its place in the plan's folder, and its text with `@name@` for the values. */
export type TemplateFile = Readonly<{ path: string; text: string; executable?: true }>

/** What differs between the kinds of program a new plan can be for. */
export type PlanTemplate = Readonly<{
  summary: string
  /** Lines of plan.sh after the head all plans share. */
  plan: string
  hooks: readonly TemplateFile[]
  config: readonly TemplateFile[]
  defaultToml: string
}>

const SERVICE_TOML = `# Values operators may change, for templates in config/ and hooks/: {{cfg.port}}
port = 8080
`

const EXPORTS = `
# What other services may learn about this one: a name of ours → its place in default.toml.
pkg_exports=([port]=port)
# Which of these are ports to open.
pkg_exposes=(port)
`

function runHook(command: string): TemplateFile {
  return {
    path: "hooks/run",
    executable: true,
    text: `#!/bin/sh
# The service. exec: signals reach the program itself.
exec 2>&1
export PORT={{cfg.port}}
exec ${command}
`,
  }
}

/** The kinds of `hab plan init --template`. All build with the tools of this machine, without any other package. */
export const PLAN_TEMPLATES = {
  c: {
    summary: "a program in C, built with configure and make, or with make alone",
    plan: `
# Leave this out to build what lies beside the plan (SRC_PATH).
# pkg_source="https://example.com/@name@-$pkg_version.tar.gz"
# pkg_shasum=

# The compiler and libraries of this machine are used. Packages to build and to run with:
# pkg_build_deps=(core/gcc core/make)
# pkg_deps=(core/glibc)
pkg_bin_dirs=(bin)

do_build() {
  if [[ -x configure ]]; then
    ./configure --prefix="$pkg_prefix"
  fi
  make -j"$(nproc)"
}

do_check() {
  make check
}

do_install() {
  make install PREFIX="$pkg_prefix" prefix="$pkg_prefix"
}
`,
    hooks: [],
    config: [],
    defaultToml: "# Values for templates in config/ and hooks/; a program that is no service needs none.\n",
  },
  node: {
    summary: "a service in Node, with the dependencies of its package-lock.json",
    plan: `${EXPORTS}
# Runs with the node found on the PATH. A package that brings one:
# pkg_deps=(core/node)

do_build() {
  mkdir -p "$CACHE_PATH/app"
  cp -R package.json *.js *.mjs lib src "$CACHE_PATH/app" 2>/dev/null || true
  if [[ -f package-lock.json ]]; then
    cp package-lock.json "$CACHE_PATH/app"
    (cd "$CACHE_PATH/app" && npm ci --omit=dev --no-audit --no-fund)
  fi
}

do_install() {
  mkdir -p "$pkg_prefix/app"
  cp -R "$CACHE_PATH/app/." "$pkg_prefix/app"
}
`,
    hooks: [runHook('node "{{pkg.path}}/app/index.js"')],
    config: [],
    defaultToml: SERVICE_TOML,
  },
  go: {
    summary: "a service in Go: one static binary",
    plan: `${EXPORTS}
pkg_bin_dirs=(bin)

# The go of this machine is used. A package that brings one:
# pkg_build_deps=(core/go)

do_build() {
  CGO_ENABLED=0 go build -trimpath -ldflags="-s -w -buildid=" -o "$CACHE_PATH/@name@" .
}

do_check() {
  go test ./...
}

do_install() {
  install -D -m 0755 "$CACHE_PATH/@name@" "$pkg_prefix/bin/@name@"
}
`,
    hooks: [runHook('"{{pkg.path}}/bin/@name@"')],
    config: [],
    defaultToml: SERVICE_TOML,
  },
  python: {
    summary: "a service in Python, with the dependencies of its requirements.txt",
    plan: `${EXPORTS}
# Runs with the python3 found on the PATH. A package that brings one:
# pkg_deps=(core/python)

do_build() {
  return 0
}

do_install() {
  mkdir -p "$pkg_prefix/app"
  cp -R *.py "$pkg_prefix/app"
  if [[ -f requirements.txt ]]; then
    python3 -m pip install --no-compile --target "$pkg_prefix/lib" -r requirements.txt
  fi
}

# Python would write its caches into the installed package.
do_setup_environment() {
  set_runtime_env PYTHONDONTWRITEBYTECODE 1
  push_runtime_env PYTHONPATH "$pkg_prefix/lib"
}
`,
    hooks: [runHook('python3 "{{pkg.path}}/app/main.py"')],
    config: [],
    defaultToml: SERVICE_TOML,
  },
  binary: {
    summary: "a service whose binary exists already",
    plan: `${EXPORTS}
pkg_bin_dirs=(bin)

# The binary: downloaded, or put beside the plan as bin/@name@.
# pkg_source="https://example.com/@name@-$pkg_version.tar.gz"
# pkg_shasum=

do_build() {
  return 0
}

do_install() {
  install -D -m 0755 bin/@name@ "$pkg_prefix/bin/@name@"
}

# It is not ours to change.
do_strip() {
  return 0
}
`,
    hooks: [runHook('"{{pkg.path}}/bin/@name@" --config "{{pkg.svc_config_path}}/@name@.conf"')],
    config: [{ path: "config/@name@.conf", text: "port = {{cfg.port}}\n" }],
    defaultToml: SERVICE_TOML,
  },
} as const satisfies Record<string, PlanTemplate>

export type TemplateName = keyof typeof PLAN_TEMPLATES

/** The head of every plan but the minimal one. */
export const PLAN_HEAD = `pkg_name=@name@
pkg_origin=@origin@
pkg_version=@version@
pkg_maintainer="@maintainer@"
pkg_license=(@license@)
pkg_description="@description@"
pkg_upstream_url="@upstream_url@"
`

/** Habitat's minimal plan (spec package §7.3). */
export const MINIMAL_PLAN = `pkg_name=@name@
pkg_origin=@origin@
pkg_version=@version@
pkg_maintainer="@maintainer@"
pkg_license=(@license@)
@scaffolding@
# pkg_source="http://some_source_url/releases/\${pkg_name}-\${pkg_version}.tar.gz"
# pkg_filename="\${pkg_name}-\${pkg_version}.tar.gz"
pkg_shasum="@shasum@"
pkg_deps=(core/glibc)
pkg_build_deps=(core/make core/gcc)
# pkg_lib_dirs=(lib)
# pkg_include_dirs=(include)
# pkg_bin_dirs=(bin)
# pkg_pconfig_dirs=(lib/pkgconfig)
pkg_description="@description@"
pkg_upstream_url="@upstream_url@"

do_build() {
  do_default_build
}

do_install() {
  do_default_install
}
`

/** A plan whose callbacks come from a scaffolding package. */
export const SCAFFOLDED_PLAN = `${PLAN_HEAD}@scaffolding@
`

/** README.md of a new plan. */
export const README = `# @name@

@description@

- Check the plan: \`hab plan check\`
- Build it: \`hab pkg build\` (the path of the .hart is printed)
- Run it: \`hab sup run PATH_OF_THE_HART\`

Values operators may change are in \`default.toml\`; templates in \`config/\` and \`hooks/\` use them.
`
