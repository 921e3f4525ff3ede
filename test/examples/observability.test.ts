/** The dashboard and the alerts ask for metrics that there are, with labels and values that these have. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { MEANINGS } from '../../src/core/errors.ts'
import { METRICS } from '../../src/telemetry/numbers/metrics.ts'
import { OUTCOMES } from '../../src/telemetry/numbers/numbers-digest.ts'

const read = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../examples/observability/${name}`, import.meta.url)), 'utf8')

const dashboard = JSON.parse(read('grafana.json')) as {
  panels: { title: string; targets: { expr: string }[] }[]
}
const alerts = parse(read('alerts.yaml')) as {
  groups: { rules: { alert?: string; record?: string; expr: string }[] }[]
}
const asked = [
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ name: title, expr }))),
  ...alerts.groups.flatMap(({ rules }) => rules.map(({ alert, record, expr }) => ({ name: alert ?? record, expr }))),
]

/** By the name of the sample: its labels. */
const SAMPLES = new Map<string, readonly string[]>([['selvedge_isolates', []]])
for (const { name, type, labels } of METRICS) {
  const all = ['service', 'reporter', ...labels]
  if (type === 'histogram') for (const end of ['bucket', 'count', 'sum']) SAMPLES.set(`${name}_${end}`, [...all, 'le'])
  else SAMPLES.set(type === 'counter' ? `${name}_total` : name, all)
}
const VALUES: Readonly<Record<string, readonly string[]>> = { outcome: OUTCOMES, code: Object.keys(MEANINGS) }

describe.each(asked)('$name', ({ expr }) => {
  it('asks for metrics that there are, by labels that they have', () => {
    const selectors = [...expr.matchAll(/(?<![\w:])(selvedge_\w+)(?:\{([^}]*)\})?/g)]
    if (!/\bup\b|service:/.test(expr)) expect(selectors.length).toBeGreaterThan(0)
    for (const [, name = '', matchers = ''] of selectors) {
      expect([...SAMPLES.keys()], expr).toContain(name)
      for (const [, label = '', text = ''] of matchers.matchAll(/(\w+)(?:=~|!~|!=|=)"([^"]*)"/g)) {
        expect(SAMPLES.get(name), expr).toContain(label)
        const known = VALUES[label]
        if (known) for (const value of text.split('|')) expect(known, expr).toContain(value)
      }
    }
  })
})

it('shows the golden signals, edges, retries against originals and errors by code', () => {
  const titles = dashboard.panels.map(({ title }) => title)
  expect(titles).toEqual(
    expect.arrayContaining([
      'Requests by service',
      'Success by service',
      'Latency by service',
      'Edges: who calls whom',
      'Retries against originals',
      'Errors of the mesh by code',
    ]),
  )
})
