/** One key that templates see. `key` is its path; `…[]` stands for the items of a list, `<name>` for a key of the plan's choice. */
export type ContextKey = Readonly<{ key: string; type: string; meaning: string }>

/** The keys of one part of the context, and who sees it. */
export type ContextPart = Readonly<{ name: string; seenBy: string; summary: string; keys: readonly ContextKey[] }>

const EVERYBODY = "everything"
const RUNNING = "`config/` and every hook but install and uninstall"

const ELECTION_KEYS: readonly ContextKey[] = [
  { key: "election_is_running", type: "boolean", meaning: "an election of the group's leader is under way" },
  { key: "election_is_no_quorum", type: "boolean", meaning: "it cannot finish: too few members are there" },
  { key: "election_is_finished", type: "boolean", meaning: "the group has a leader" },
  { key: "update_election_is_running", type: "boolean", meaning: "the same three for who updates first" },
  { key: "update_election_is_no_quorum", type: "boolean", meaning: "" },
  { key: "update_election_is_finished", type: "boolean", meaning: "" },
]

const ADDRESS_KEYS: readonly ContextKey[] = [
  { key: "ip", type: "text", meaning: "address of the machine" },
  { key: "hostname", type: "text", meaning: "its name" },
  { key: "gossip_ip", type: "text", meaning: "of Habitat's gossip; kept for templates that name it" },
  { key: "gossip_port", type: "number", meaning: "" },
  { key: "http_gateway_ip", type: "text", meaning: "where the HTTP gateway listens" },
  { key: "http_gateway_port", type: "number", meaning: "" },
  { key: "ctl_gateway_ip", type: "text", meaning: "of Habitat's control gateway" },
  { key: "ctl_gateway_port", type: "number", meaning: "" },
]

const IDENT_KEYS: readonly ContextKey[] = ["origin", "name", "version", "release"].map((key) => ({
  key,
  type: "text",
  meaning: "",
}))

function below(prefix: string, keys: readonly ContextKey[]): readonly ContextKey[] {
  return keys.map((one) => ({ ...one, key: `${prefix}.${one.key}` }))
}

const SERVICE_PATHS: readonly (readonly [string, string])[] = [
  ["svc_path", "the service's folder: /hab/svc/NAME"],
  ["svc_config_path", "rendered `config/`"],
  ["svc_data_path", "for what has to outlive updates"],
  ["svc_files_path", "uploaded files"],
  ["svc_static_path", "files that are never templates"],
  ["svc_var_path", "for what may be lost"],
  ["svc_pid_file", "file with the pid of the process"],
  ["svc_run", "the rendered run hook"],
]

/** Everything templates see (spec supervisor §5.1), in the order it is explained. */
export const CONTEXT_PARTS: readonly ContextPart[] = [
  {
    name: "cfg",
    seenBy: EVERYBODY,
    summary:
      "The merged configuration: default.toml and the layers over it, with the types and the order TOML gave them.",
    keys: [],
  },
  {
    name: "pkg",
    seenBy: EVERYBODY,
    summary: "The package. Paths are as the service sees them.",
    keys: [
      { key: "ident", type: "text", meaning: "origin/name/version/release" },
      ...IDENT_KEYS,
      { key: "deps", type: "list", meaning: "everything it needs at run time" },
      ...below("deps[]", IDENT_KEYS),
      { key: "env", type: "table", meaning: "what the package sets in the environment, PATH included" },
      { key: "exposes", type: "list", meaning: "ports, as text" },
      { key: "exports", type: "table", meaning: "public name to dotted key of `cfg`" },
      { key: "path", type: "text", meaning: "the package's folder" },
      ...SERVICE_PATHS.map(([key, meaning]) => ({ key, type: "text", meaning })),
      {
        key: "svc_config_install_path",
        type: "text",
        meaning: "rendered `config_install/`; only `config_install/`, install and uninstall see it",
      },
      { key: "svc_user", type: "text", meaning: "account the service runs as" },
      { key: "svc_group", type: "text", meaning: "its group" },
    ],
  },
  {
    name: "sys",
    seenBy: RUNNING,
    summary: "This supervisor.",
    keys: [
      { key: "version", type: "text", meaning: "of hab" },
      { key: "member_id", type: "text", meaning: "32 hexadecimal digits that stay the same" },
      ...ADDRESS_KEYS,
      { key: "permanent", type: "boolean", meaning: "a permanent peer; false" },
    ],
  },
  {
    name: "svc",
    seenBy: RUNNING,
    summary: "The service's own group.",
    keys: [
      { key: "service", type: "text", meaning: "name of the service" },
      { key: "group", type: "text", meaning: "the group's name: default" },
      { key: "org", type: "text or nothing", meaning: "the organization of the supervisor" },
      ...ELECTION_KEYS,
      { key: "me", type: "member", meaning: "this one" },
      { key: "members", type: "list of members", meaning: "those that are alive or suspect, by member_id" },
      { key: "leader", type: "member or nothing", meaning: "the elected leader" },
      { key: "first", type: "member", meaning: "the leader, or else the first of all known members" },
      { key: "update_leader", type: "member or nothing", meaning: "the one that updates first" },
      {
        key: "leader_fence",
        type: "number or nothing",
        meaning: "in a ring: higher for every later leader; hooks have it as HAB_LEADER_FENCE",
      },
    ],
  },
  {
    name: "bind",
    seenBy: RUNNING,
    summary:
      "By the names of the plan's binds; only those that are satisfied, so ask with `{{#if bind.NAME}}` for optional ones.",
    keys: [
      { key: "<name>.first", type: "member or nothing", meaning: "the leader, or else the first known member" },
      { key: "<name>.leader", type: "member or nothing", meaning: "" },
      { key: "<name>.members", type: "list of members", meaning: "those that are alive or suspect" },
    ],
  },
]

/** What a member holds, wherever one stands above. */
export const MEMBER_KEYS: readonly ContextKey[] = [
  { key: "member_id", type: "text", meaning: "of its supervisor" },
  { key: "service", type: "text", meaning: "" },
  { key: "group", type: "text", meaning: "" },
  { key: "org", type: "text or nothing", meaning: "" },
  { key: "pkg", type: "table or nothing", meaning: "the release it runs" },
  ...below("pkg", IDENT_KEYS),
  { key: "pkg_incarnation", type: "number", meaning: "counts rolling updates" },
  { key: "package", type: "text or nothing", meaning: "the release as one text" },
  { key: "persistent", type: "boolean", meaning: "always true" },
  { key: "leader", type: "boolean", meaning: "" },
  { key: "follower", type: "boolean", meaning: "an election finished, and it is not the leader" },
  { key: "update_leader", type: "boolean", meaning: "" },
  { key: "update_follower", type: "boolean", meaning: "" },
  ...ELECTION_KEYS,
  { key: "sys", type: "table", meaning: "its machine, as others reach it" },
  ...below("sys", ADDRESS_KEYS),
  { key: "alive", type: "boolean", meaning: "exactly one of these four is true" },
  { key: "suspect", type: "boolean", meaning: "not heard of for a moment" },
  { key: "confirmed", type: "boolean", meaning: "not heard of for longer" },
  { key: "departed", type: "boolean", meaning: "gone for good" },
  { key: "cfg", type: "table", meaning: "what it exports, by public name" },
]
