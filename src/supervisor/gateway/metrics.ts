import { type CounterName, type HistogramName, METRICS, type MetricName, type MetricRow } from "./metrics-table.ts"

const BUCKETS_SEC = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] as const

/** A value as it is at the moment of asking; `label` is the value of the metric's label. */
export type Sample = Readonly<{ name: MetricName; label?: string; value: number }>

type Histogram = { counts: number[]; sum: number; count: number }

/** What gathers over the life of a supervisor. Label values must come from tables: each one takes memory for ever. */
export type Metrics = Readonly<{
  count(name: CounterName, label: string): void
  observe(name: HistogramName, label: string, ms: number): void
  /** Prometheus text 0.0.4 of everything gathered, and of `samples`. */
  print(samples: readonly Sample[]): string
}>

/** Nothing gathered yet. */
export function createMetrics(): Metrics {
  const counters = new Map<string, Map<string, number>>()
  const histograms = new Map<string, Map<string, Histogram>>()
  return {
    count(name, label) {
      const byLabel = within(counters, name)
      byLabel.set(label, (byLabel.get(label) ?? 0) + 1)
    },
    observe(name, label, ms) {
      const byLabel = within(histograms, name)
      const histogram = byLabel.get(label) ?? { counts: BUCKETS_SEC.map(() => 0), sum: 0, count: 0 }
      byLabel.set(label, histogram)
      add(histogram, ms / 1000)
    },
    print: (samples) =>
      Object.entries(METRICS)
        .map(([name, row]) => {
          const lines = [
            ...[...(counters.get(name) ?? [])].map(([label, value]) => line(name, labels(row, label), value)),
            ...[...(histograms.get(name) ?? [])].flatMap(([label, one]) => histogramLines(name, row, label, one)),
            ...samples
              .filter((sample) => sample.name === name)
              .map(({ label, value }) => line(name, labels(row, label), value)),
          ]
          return lines.length === 0 ? "" : `# HELP ${name} ${row.help}\n# TYPE ${name} ${row.type}\n${lines.join("")}`
        })
        .join(""),
  }
}

function within<T>(all: Map<string, Map<string, T>>, name: string): Map<string, T> {
  const known = all.get(name) ?? new Map<string, T>()
  all.set(name, known)
  return known
}

function add(histogram: Histogram, seconds: number): void {
  const bucket = BUCKETS_SEC.findIndex((limit) => seconds <= limit)
  if (bucket >= 0) histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1
  histogram.sum += seconds
  histogram.count += 1
}

function histogramLines(name: string, row: MetricRow, label: string, { counts, sum, count }: Histogram): string[] {
  let below = 0
  const buckets = BUCKETS_SEC.map((limit, index) => {
    below += counts[index] ?? 0
    return line(`${name}_bucket`, [...labels(row, label), ["le", String(limit)]], below)
  })
  return [
    ...buckets,
    line(`${name}_bucket`, [...labels(row, label), ["le", "+Inf"]], count),
    line(`${name}_sum`, labels(row, label), sum),
    line(`${name}_count`, labels(row, label), count),
  ]
}

type Labels = readonly (readonly [string, string])[]

function labels({ label }: MetricRow, value: string | undefined): Labels {
  return label === undefined || value === undefined ? [] : [[label, value]]
}

function line(name: string, given: Labels, value: number): string {
  const text = given.map(([label, text]) => `${label}="${escapeLabel(text)}"`).join(",")
  return `${name}${text === "" ? "" : `{${text}}`} ${value}\n`
}

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")
}
