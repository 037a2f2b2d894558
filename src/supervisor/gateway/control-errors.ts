/** Habitat's numbers of what a supervisor refuses with (spec supervisor §7.7): shown as `[Err: 3]`. */
const NUMBERS: Readonly<Record<string, number>> = {
  IO: 1,
  SERVICE_NOT_LOADED: 2,
  PACKAGE_NOT_FOUND: 2,
  SET_NOT_FOUND: 2,
  SERVICE_ALREADY_LOADED: 3,
  CONFIG_VERSION_STALE: 3,
  FILE_VERSION_STALE: 3,
  SET_TAKEN: 3,
  CONTROL_UNAUTHORIZED: 4,
  ROUTE_UNKNOWN: 5,
  METHOD_UNKNOWN: 5,
  BODY_INVALID: 6,
  IDENT_INVALID: 6,
  SERVICE_GROUP_INVALID: 6,
  BIND_INVALID: 7,
  BINDS_INVALID: 7,
  TOML_INVALID: 7,
  CONFIG_INVALID: 7,
  CONFIG_TOO_DEEP: 7,
  TEMPLATE_INVALID: 7,
  TEMPLATE_RENDER_FAILED: 7,
  FILE_NAME_INVALID: 7,
  KEY_NOT_FOUND: 7,
  ENVELOPE_INVALID: 7,
  ENVELOPE_REFUSED: 7,
  CONFIG_TOO_LARGE: 8,
  FILE_TOO_LARGE: 8,
}

const INTERNAL = 0

/** 0 for what has none of its own. */
export function controlNumberOf(code: string): number {
  return NUMBERS[code] ?? INTERNAL
}
