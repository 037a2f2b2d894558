import { describe, expect, it } from "vitest"
import { createMetrics } from "../../../src/supervisor/gateway/metrics.ts"
import { processSamples, readProc } from "../../../src/supervisor/gateway/process-metrics.ts"
import { memoryFileSystem } from "../../support/memory-file-system.ts"

const linesOf = (text: string, name: string) => text.split("\n").filter((line) => line.startsWith(name))

describe("metrics as Prometheus reads them", () => {
  it("counts by label, with help and type in front", () => {
    const metrics = createMetrics()
    metrics.count("hab_sup_rpc_call_total", "/services")
    metrics.count("hab_sup_rpc_call_total", "/services")
    metrics.count("hab_sup_rpc_call_total", "other")
    expect(metrics.print([])).toBe(
      [
        "# HELP hab_sup_rpc_call_total Requests to the control API",
        "# TYPE hab_sup_rpc_call_total counter",
        'hab_sup_rpc_call_total{name="/services"} 2',
        'hab_sup_rpc_call_total{name="other"} 1\n',
      ].join("\n"),
    )
  })

  it("counts durations into buckets that each hold the smaller ones too", () => {
    const metrics = createMetrics()
    for (const ms of [0, 1, 20, 4_000, 900_000]) metrics.observe("hab_sup_hook_duration_seconds", "init", ms)
    const lines = linesOf(metrics.print([]), "hab_sup_hook_duration_seconds")
    expect(lines).toContain('hab_sup_hook_duration_seconds_bucket{hook="init",le="0.001"} 2')
    expect(lines).toContain('hab_sup_hook_duration_seconds_bucket{hook="init",le="0.025"} 3')
    expect(lines).toContain('hab_sup_hook_duration_seconds_bucket{hook="init",le="300"} 4')
    expect(lines.slice(-3)).toEqual([
      'hab_sup_hook_duration_seconds_bucket{hook="init",le="+Inf"} 5',
      'hab_sup_hook_duration_seconds_sum{hook="init"} 904.021',
      'hab_sup_hook_duration_seconds_count{hook="init"} 5',
    ])
  })

  it("escapes what a label may hold", () => {
    const sample = { name: "hab_sup_service_up", label: 'a"b\\c\n', value: 1 } as const
    expect(createMetrics().print([sample])).toContain('hab_sup_service_up{service_group="a\\"b\\\\c\\n"} 1')
  })
})

describe("the figures of our own process", () => {
  const stat = `42 (node (x) ) S ${Array.from({ length: 10 }, () => "0").join(" ")} 150 50 0 0 20 0 11 0 1000 0`
  const files = memoryFileSystem({
    "/proc/self/stat": stat,
    "/proc/self/status": "Name:\tnode\nVmSize:\t  2000 kB\nVmRSS:\t  1000 kB\nThreads:\t11\n",
    "/proc/self/limits":
      "Limit  Soft  Hard  Units\nMax open files            1024                 4096                 files\n",
    "/proc/stat": "cpu 1 2\nbtime 1700000000\n",
    "/proc/self/fd/0": "",
    "/proc/self/fd/1": "",
  })

  it("are read from /proc", () => {
    expect(Object.fromEntries(processSamples(readProc(files)).map(({ name, value }) => [name, value]))).toEqual({
      hab_sup_open_file_descriptors_total: 2,
      hab_sup_cpu_time_nanoseconds: 2_000_000_000,
      process_cpu_seconds_total: 2,
      process_open_fds: 2,
      process_max_fds: 1024,
      process_resident_memory_bytes: 1_024_000,
      process_virtual_memory_bytes: 2_048_000,
      process_threads: 11,
      process_start_time_seconds: 1_700_000_010,
    })
  })

  it("are left out where /proc says nothing", () => {
    const names = processSamples(readProc(memoryFileSystem())).map(({ name }) => name)
    expect(names).toEqual(["hab_sup_open_file_descriptors_total", "process_open_fds"])
  })
})
