export type MetricRow = Readonly<{
  type: "counter" | "gauge" | "histogram"
  /** The one label it has, if any. */
  label?: string
  help: string
}>

/**
 * Every metric of `/metrics` (spec supervisor §7.5). Those of Habitat's gossip are not here: nothing is gossiped.
 */
export const METRICS = {
  hab_sup_http_gateway_requests_total: { type: "counter", label: "path", help: "Requests to the HTTP gateway" },
  hab_sup_http_gateway_request_duration_seconds: {
    type: "histogram",
    label: "path",
    help: "Time to answer a request to the HTTP gateway",
  },
  hab_sup_rpc_call_total: { type: "counter", label: "name", help: "Requests to the control API" },
  hab_sup_rpc_call_request_duration_seconds: {
    type: "histogram",
    label: "name",
    help: "Time to answer a request to the control API",
  },
  hab_sup_run_loop_duration_seconds: {
    type: "histogram",
    label: "loop",
    help: "Time to decide and act on one event of a service",
  },
  hab_sup_hook_duration_seconds: { type: "histogram", label: "hook", help: "How long hooks run" },
  hab_sup_open_file_descriptors_total: { type: "gauge", help: "Open file descriptors of the supervisor" },
  hab_sup_cpu_time_nanoseconds: { type: "gauge", help: "CPU time the supervisor used" },
  hab_sup_service_up: { type: "gauge", label: "service_group", help: "1 while the process of the service runs" },
  hab_sup_service_health: {
    type: "gauge",
    label: "service_group",
    help: "Health of the service: 0 ok, 1 warning, 2 critical, 3 unknown",
  },
  hab_sup_service_restarts: {
    type: "gauge",
    label: "service_group",
    help: "Failures of the service since somebody last started it",
  },
  process_cpu_seconds_total: { type: "counter", help: "CPU time the supervisor used" },
  process_max_fds: { type: "gauge", help: "Most file descriptors the supervisor may open" },
  process_open_fds: { type: "gauge", help: "Open file descriptors of the supervisor" },
  process_resident_memory_bytes: { type: "gauge", help: "Resident memory of the supervisor" },
  process_start_time_seconds: { type: "gauge", help: "When the supervisor started, since the epoch" },
  process_threads: { type: "gauge", help: "Threads of the supervisor" },
  process_virtual_memory_bytes: { type: "gauge", help: "Virtual memory of the supervisor" },
} as const satisfies Record<string, MetricRow>

export type MetricName = keyof typeof METRICS

type NamesOf<T extends MetricRow["type"]> = {
  [K in MetricName]: (typeof METRICS)[K]["type"] extends T ? K : never
}[MetricName]

/** Metrics that gather: everything else is looked up when somebody asks. */
export type HistogramName = NamesOf<"histogram">
export type CounterName = Exclude<NamesOf<"counter">, "process_cpu_seconds_total">
