import { expect, it } from "vitest"
import { operatorEnvironment } from "../../src/base/operator-environment.ts"

it("drops what our launcher and Node pass down, and the Builder token", () => {
  const kept = { PATH: "/usr/bin", HAB_ORIGIN: "acme", HAB_HOOK_STANDARD_STREAM_BYTE_LIMIT: "64", NODE: "kept" }
  const ours = {
    HAB_RUN_ID: "1",
    HAB_LAUNCHER_PIPE: "x",
    HAB_HOOK_EVENT: "init",
    HAB_AUTH_TOKEN: "t",
    NODE_CHANNEL_FD: "3",
  }
  expect(operatorEnvironment({ ...kept, ...ours })).toEqual(kept)
})

it("drops what a service manager told hab alone, and keeps what it tells everybody", () => {
  const kept = { INVOCATION_ID: "1", JOURNAL_STREAM: "8:1", LANG: "C" }
  const told = { NOTIFY_SOCKET: "/run/systemd/notify", WATCHDOG_USEC: "1", WATCHDOG_PID: "2", LISTEN_FDS: "1" }
  expect(operatorEnvironment({ ...kept, ...told })).toEqual(kept)
})

it("drops what npm start adds, its folders on PATH included", () => {
  const env = {
    HOME: "/root",
    PATH: "/clone/node_modules/.bin:/node_modules/.bin:/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin:/usr/bin:/bin",
    npm_execpath: "/usr/lib/node_modules/npm/bin/npm-cli.js",
    npm_package_name: "hab",
    npm_config_cache: "/root/.npm",
    INIT_CWD: "/clone",
    NODE: "/usr/bin/node",
    COLOR: "0",
  }
  expect(operatorEnvironment(env)).toEqual({ HOME: "/root", PATH: "/usr/bin:/bin" })
})
