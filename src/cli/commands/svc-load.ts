import { HabError } from "../../base/errors.ts"
import { loadService, unloadServices, updateService } from "../../supervisor/control/operations.ts"
import { defineCommand } from "../command.ts"
import { withTemplates } from "../config-from.ts"
import { installIfAbsent } from "../install-package.ts"
import { generateLoadSettings, LOAD_OPTIONS, loadSettings } from "../load-settings.ts"
import { operate } from "../operations.ts"
import { allOrOne, SHUTDOWN_TIMEOUT } from "../options/operation-options.ts"
import { REMOTE_OPTION } from "../options/remote-option.ts"
import { fieldsOf, loadRequestOf, SERVICE_OPTIONS } from "../options/service-options.ts"
import { ASYNC_OPTIONS, NO_WAIT } from "../options/wait-options.ts"
import { finishOperation, waitsFor } from "../waiting/finish-operation.ts"

/** `hab svc load` (spec supervisor §1.3). */
export const loadCommand = defineCommand({
  name: "load",
  summary:
    "Load a service; the supervisor starts it and keeps it running. A package that is not here comes from its depot",
  arguments: "[ident]",
  examples: [
    "hab svc load acme/web",
    "hab svc load acme/web --wait --timeout 30",
    "hab svc load acme/web --bind db:postgres.default --force",
    "hab svc load acme/web --strategy at-once --generate-config >web.toml",
    "hab svc load --config-files web.toml",
  ],
  options: {
    ...LOAD_OPTIONS,
    configFiles: { kind: "list", value: "FILE", summary: "Read options from these; later ones count more" },
    generateConfig: { kind: "flag", summary: "Print such a file with every option, and end" },
    ...REMOTE_OPTION,
  },
  async run({ args: [given], options: { configFiles = [], generateConfig, ...asked }, named }, context) {
    const commandLine = { ident: given, options: asked, named }
    if (generateConfig) return { text: generateLoadSettings(commandLine) }
    const { ident, options: settings } = loadSettings(context.host, commandLine, configFiles)
    const { force, detach, wait, timeout, ...options } = settings
    const waits = waitsFor({ detach, wait, timeout })
    await installIfAbsent(context, ident, options)
    const request = { ...loadRequestOf(ident, await withTemplates(context, options)), force, waits }
    const done = await operate(context, { path: "/services/load", body: request }, (operations) =>
      loadService(operations, request),
    )
    return finishOperation(context, done, { goal: "started", wait: { detach, wait, timeout }, byDefault: false })
  },
})

const { configFrom: _, healthCheckInterval, bind, ...UPDATED } = SERVICE_OPTIONS

/** `hab svc update` (spec supervisor §1.4): only what is given changes. */
export const updateCommand = defineCommand({
  name: "update",
  summary: "Change how a loaded service is run; what is not given stays as it is",
  arguments: "<service>",
  examples: [
    "hab svc update acme/web --strategy at-once --channel stable",
    "hab svc update acme/web --bind db:postgres.blue",
    "hab svc update acme/web --bind",
  ],
  options: {
    ...UPDATED,
    bind: { ...bind, mayBeEmpty: true, summary: "Bind these groups instead of all former ones; none without a value" },
    healthCheckInterval: { ...healthCheckInterval, short: "i" },
    ...REMOTE_OPTION,
  },
  async run({ args: [ident = ""], options }, context) {
    const fields = fieldsOf(options)
    if (Object.keys(fields).length === 0) {
      throw new HabError("USAGE", "No fields specified for update: name what should change", {
        hint: "hab svc update --help",
      })
    }
    const request = { ...fields, ident }
    const done = await operate(context, { path: "/services/update", body: request }, (operations) =>
      updateService(operations, request),
    )
    return finishOperation(context, done, { goal: "started", wait: NO_WAIT, byDefault: false })
  },
})

/** `hab svc unload` (spec supervisor §1.5). */
export const unloadCommand = defineCommand({
  name: "unload",
  summary: "Unload a service: stop it and forget it",
  arguments: "[service]",
  examples: ["hab svc unload acme/web", "hab svc unload --all --wait"],
  options: {
    all: { kind: "flag", summary: "Every loaded service" },
    force: { kind: "flag", summary: "Also when a pre-delete or pre-stop hook refuses" },
    shutdownTimeout: SHUTDOWN_TIMEOUT,
    ...ASYNC_OPTIONS,
    wait: { kind: "flag", summary: "Wait until nothing of the service is left" },
    ...REMOTE_OPTION,
  },
  async run({ args: [text], options: { all, force, shutdownTimeout, ...wait } }, context) {
    const choice = allOrOne(text, all)
    const body = { ...choice, force, shutdownTimeoutSec: shutdownTimeout, waits: waitsFor(wait) }
    const done = await operate(context, { path: "/services/unload", body }, (operations) =>
      unloadServices(operations, choice),
    )
    return finishOperation(context, done, { goal: "unloaded", wait, byDefault: false })
  },
})
