import type { FieldTable } from "./fields.ts"

/** Every key of a service in `/services` (spec supervisor §7.3). */
export const SERVICE_FIELDS = {
  all_pkg_binds: { type: "object[]", summary: "`{service, exports}` of every bind the package knows, required first" },
  binding_mode: { type: "string", summary: "`strict` or `relaxed`" },
  binds: { type: "string[]", summary: "`name:service.group`" },
  bldr_url: { type: "string", summary: "where its package comes from" },
  cfg: { type: "object", summary: "its configuration as it was last rendered; left out when redacted" },
  channel: { type: "string", summary: "the channel its package comes from" },
  config_from: { type: "string?", summary: "a directory used in place of the package's templates" },
  desired_state: { type: "string", summary: "`Up` or `Down`" },
  health_check: { type: "string", summary: "`Ok`, `Warning`, `Critical` or `Unknown`" },
  health_check_interval: { type: "duration", summary: "from the end of a check to the next one" },
  hooks: { type: "object", summary: "by hook: null, or `{render_pair, stdout_log_path, stderr_log_path}`" },
  initialized: { type: "boolean", summary: "its process runs, and its init hook is done" },
  last_election_status: { type: "string", summary: "`None`, or how far the election of its group is" },
  last_process_state: {
    type: "object?",
    summary: "`{pid, termination_reason, terminated_at}` of the last end nobody asked for",
  },
  manager_fs_cfg: { type: "object", summary: "paths of the supervisor" },
  next_restart_at: { type: "integer?", summary: "when the back-off ends, in seconds since the epoch" },
  pkg: { type: "object", summary: "the package, as its templates see it" },
  process: { type: "object", summary: "`{pid, state, state_entered}`; `state` is `up` or `down`" },
  restart_config: {
    type: "object",
    summary: "the least and the longest wait of the back-off, and when it is forgotten",
  },
  restart_count: { type: "integer", summary: "failures since somebody last started it" },
  service_group: { type: "string", summary: "`service.group` or `service.group@organization`" },
  spec_file: { type: "string", summary: "the file that says what is wanted of it" },
  spec_ident: { type: "object", summary: "`{origin, name, version, release}` of the spec" },
  spec_identifier: { type: "string", summary: "the ident of the spec" },
  svc_encrypted_password: { type: "string?", summary: "kept for Windows" },
  sys: { type: "object", summary: "this supervisor, as templates see it" },
  topology: { type: "string", summary: "`standalone` or `leader`" },
  update_condition: { type: "string", summary: "`latest` or `track-channel`" },
  update_strategy: { type: "string", summary: "`none`, `at-once` or `rolling`" },
  user_config_updated: { type: "boolean", summary: "inputs changed that are not rendered yet" },
} as const satisfies FieldTable

export type ServiceKey = keyof typeof SERVICE_FIELDS

/** The keys of `hooks`, and the files they are in a package. */
export const HOOK_KEYS = {
  health_check: "health-check",
  init: "init",
  file_updated: "file-updated",
  reconfigure: "reconfigure",
  suitability: "suitability",
  run: "run",
  post_run: "post-run",
  post_stop: "post-stop",
} as const
