/** Metrics as text: OpenMetrics 1.0, or the older format of Prometheus (0.0.4), which has the same samples under other headings. */

export type Labels = Readonly<Record<string, string>>

/** A number, told with its labels. */
export interface Sample {
  readonly labels: Labels
  readonly value: number
}

/** One of those that were counted, by which the others can be understood. */
export interface Exemplar {
  readonly traceId: string
  /** In the unit of the histogram. */
  readonly value: number
  /** Seconds since the Unix epoch. */
  readonly at: number
}

/** Counts of what is at most so much, from the least bound to the greatest. */
export interface HistogramSample {
  readonly labels: Labels
  readonly upTo: readonly (readonly [bound: number, count: number])[]
  readonly count: number
  readonly sum: number
  /** Default: none. The older format has none. */
  readonly exemplars?: readonly Exemplar[] | undefined
}

interface Named {
  /** Without `_total` and the like. */
  readonly name: string
  readonly help: string
  readonly unit?: string
}

export type Family =
  | (Named & { readonly type: 'counter' | 'gauge'; readonly samples: readonly Sample[] })
  | (Named & { readonly type: 'histogram'; readonly samples: readonly HistogramSample[] })

export type Format = 'openmetrics' | 'text'

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  text: 'text/plain; version=0.0.4; charset=utf-8',
}

/** The format that a scraper asks for; the older one, where it does not say. */
export function formatOf(accept: string | null): Format {
  return accept?.includes('application/openmetrics-text') ? 'openmetrics' : 'text'
}

export function exposition(families: readonly Family[], format: Format): string {
  const told = families.filter(({ samples }) => samples.length > 0)
  const lines = told.flatMap((family) => [...headOf(family, format), ...samplesOf(family, format)])
  if (format === 'openmetrics') lines.push('# EOF')
  return `${lines.join('\n')}\n`
}

function headOf({ name, type, help, unit }: Family, format: Format): string[] {
  // The older format knows a counter by the name of its sample.
  const said = format === 'text' && type === 'counter' ? `${name}_total` : name
  const lines = [`# HELP ${said} ${escaped(help)}`, `# TYPE ${said} ${type}`]
  if (format === 'openmetrics' && unit !== undefined) lines.push(`# UNIT ${said} ${unit}`)
  return lines
}

function samplesOf(family: Family, format: Format): string[] {
  const { name } = family
  if (family.type !== 'histogram') {
    const suffix = family.type === 'counter' ? '_total' : ''
    return family.samples.map(({ labels, value }) => line(name + suffix, labels, value))
  }
  return family.samples.flatMap(({ labels, upTo, count, sum, exemplars = [] }) => [
    ...[...upTo, [Number.POSITIVE_INFINITY, count] as const].map(([bound, many], index) => {
      const above = upTo[index - 1]?.[0] ?? Number.NEGATIVE_INFINITY
      // That of the least bucket that it is in.
      const exemplar = exemplars.find(({ value }) => value > above && value <= bound)
      const bucket = line(`${name}_bucket`, { ...labels, le: boundText(bound) }, many)
      return exemplar && format === 'openmetrics' ? `${bucket} ${exemplarText(exemplar)}` : bucket
    }),
    line(`${name}_count`, labels, count),
    line(`${name}_sum`, labels, sum),
  ])
}

function line(name: string, labels: Labels, value: number): string {
  const written = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${written.length > 0 ? `{${written.join(',')}}` : ''} ${value}`
}

function exemplarText({ traceId, value, at }: Exemplar): string {
  return `# {trace_id="${escaped(traceId)}"} ${value} ${at}`
}

/** OpenMetrics wants a bound as a float. */
function boundText(bound: number): string {
  if (bound === Number.POSITIVE_INFINITY) return '+Inf'
  return Number.isInteger(bound) ? bound.toFixed(1) : String(bound)
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
