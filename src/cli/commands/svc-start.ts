import { HabError } from "../../base/errors.ts"
import { type OperationResult, wantServices } from "../../supervisor/control/operations.ts"
import { defineCommand } from "../command.ts"
import { ask, operate } from "../operations.ts"
import { ALL, allSetOrOne, SET, SHUTDOWN_TIMEOUT } from "../options/operation-options.ts"
import { REMOTE_OPTION } from "../options/remote-option.ts"
import { ASYNC_OPTIONS, SYNC_OPTIONS } from "../options/wait-options.ts"
import { supervisorAbsent } from "../supervisor-lock.ts"
import { finishOperation } from "../waiting/finish-operation.ts"

/** `hab svc start` (spec supervisor §1.5). */
export const startCommand = defineCommand({
  name: "start",
  summary: "Start a loaded service that is down; one that failed is tried again at once",
  arguments: "[service]",
  examples: ["hab svc start acme/web", "hab svc start --all --wait", "hab svc start --set shop"],
  options: { all: ALL, set: SET, ...ASYNC_OPTIONS, ...REMOTE_OPTION },
  async run({ args: [text], options: { all, set, ...wait } }, context) {
    const choice = allSetOrOne(text, all, set)
    const done = await operate(context, { path: "/services/start", body: choice }, (operations) =>
      wantServices(operations, choice, "up"),
    )
    return finishOperation(context, done, { goal: "started", wait, byDefault: false })
  },
})

/** `hab svc stop` (spec supervisor §1.5). */
export const stopCommand = defineCommand({
  name: "stop",
  summary: "Stop a loaded service and keep it down",
  arguments: "[service]",
  examples: [
    "hab svc stop acme/web",
    "hab svc stop acme/web --shutdown-timeout 30 -d",
    "hab svc stop --all",
    "hab svc stop --set shop --clean",
  ],
  options: {
    all: ALL,
    set: SET,
    force: { kind: "flag", summary: "Also when a pre-stop hook refuses" },
    clean: { kind: "flag", summary: "Then run the pre-cleanup hooks of the sets and forget the sets; data/ stays" },
    shutdownTimeout: SHUTDOWN_TIMEOUT,
    ...SYNC_OPTIONS,
    ...REMOTE_OPTION,
  },
  async run({ args: [text], options: { all, set, force, clean, shutdownTimeout, ...wait } }, context) {
    const choice = allSetOrOne(text, all, set)
    if (clean && text !== undefined) throw new HabError("USAGE", "--clean is about sets: give --set NAME or --all")
    const body = { ...choice, force, clean, shutdownTimeoutSec: shutdownTimeout }
    const done = await operate(context, { path: "/services/stop", body }, (operations) => {
      if (clean) throw supervisorAbsent(context.layout)
      return wantServices(operations, choice, "down")
    })
    return finishOperation(context, done, { goal: "stopped", wait, byDefault: true })
  },
})

/** `hab svc restart` (decisions 31). */
export const restartCommand = defineCommand({
  name: "restart",
  summary: "Give a loaded service a new process, of the newest installed release; one that is down is started",
  arguments: "[service]",
  examples: ["hab svc restart acme/web", "hab svc restart --all -d", "hab svc restart --set shop"],
  options: {
    all: ALL,
    set: SET,
    force: { kind: "flag", summary: "Also when a pre-restart or pre-stop hook refuses" },
    ...SYNC_OPTIONS,
    ...REMOTE_OPTION,
  },
  async run({ args: [text], options: { all, set, force, ...wait } }, context) {
    const body = { ...allSetOrOne(text, all, set), force }
    const result = await ask<OperationResult>(context, { method: "POST", path: "/services/restart", body })
    return finishOperation(context, { result, supervised: true }, { goal: "started", wait, byDefault: true })
  },
})
