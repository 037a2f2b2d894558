import { newService, type State } from "../../src/supervisor/service/service.ts"
import { DEFAULT_SETTINGS } from "../../src/supervisor/service/settings.ts"
import { defaultSpec, type OwnSpec, type ServiceSpec } from "../../src/supervisor/spec/spec.ts"
import type { Supervised } from "../../src/supervisor/supervised.ts"

/** The spec of a command service. */
export function commandSpec(name: string, own: Partial<OwnSpec> = {}): ServiceSpec {
  const spec = defaultSpec({ origin: "local", name }, {})
  return { ...spec, own: { ...spec.own, command: { run: name, environment: {} }, ...own } }
}

/** A loaded service in this state, with nothing behind it: for what only looks at it. */
export function heldService(spec: ServiceSpec, state: State = { tag: "up" }): Supervised {
  const service = { ...newService({ settings: DEFAULT_SETTINGS, nowMs: 0, bindsMet: true }), state }
  const { name } = spec.ident
  return {
    ...{ name, spec, service, group: `${name}.default`, postStart: "finished", leaving: false },
    config: { value: new Map(), isSecret: () => false },
  } as unknown as Supervised
}
