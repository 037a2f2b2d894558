import type { ServiceStatus } from "../../src/supervisor/gateway/status.ts"

/** A service that is up and well, and what differs. */
export function statusWith(differs: Partial<ServiceStatus> = {}): ServiceStatus {
  return {
    name: "web",
    ident: "acme/web/1.0/1",
    group: "web.default",
    desired: "up",
    state: "up",
    phase: "up",
    why: "its process runs",
    downBecause: null,
    awaits: [],
    refused: null,
    pid: 7,
    elapsedSec: 3,
    health: "ok",
    restarts: 0,
    update: null,
    ...differs,
  }
}
