/** docs/observability.md has every metric, as the code tells it. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { BOUNDS_S, METRICS, metricsOf } from '../../src/telemetry/numbers/metrics.ts'
import { OUTCOMES } from '../../src/telemetry/numbers/numbers.ts'

const page = readFileSync(fileURLToPath(new URL('../../docs/observability.md', import.meta.url)), 'utf8')

/** The cells of the table whose first column is called so. */
function table(first: string): string[][] {
  const [, ...rest] = page.split(`\n| ${first} |`)
  const lines = rest[0]?.split('\n') ?? []
  const end = lines.findIndex((line, index) => index > 1 && !line.startsWith('|'))
  return lines.slice(2, end).map((line) =>
    line
      .slice(2, line.lastIndexOf('|'))
      .split(' | ')
      .map((cell) => cell.trim()),
  )
}

const bare = (cell = '') => cell.replaceAll('`', '')
const named = (name: string, type: string) => (type === 'counter' ? `${name}_total` : name)

describe('docs/observability.md', () => {
  it('has every metric with its labels and its words, and no other', () => {
    const told = METRICS.map(({ name, type, labels, help }) => [
      named(name, type),
      type,
      ['service', 'reporter', ...labels].join(', '),
      help,
    ])
    const isolates = metricsOf([], 1).find(({ name }) => name === 'selvedge_isolates')
    told.push(['selvedge_isolates', 'gauge', 'none', isolates?.help ?? ''])
    const written = table('metric').map(([name, type, , labels, help]) => [bare(name), type, bare(labels), help])
    expect(written).toEqual(told)
  })

  it('gives the unit of each, which the name ends in where it is one of Prometheus', () => {
    const units = new Map(METRICS.map(({ name, type, unit }) => [named(name, type), unit]))
    for (const [name, , unit] of table('metric')) {
      expect(['calls', 'attempts', 'isolates', 'seconds'], name).toContain(unit)
      if (unit === 'seconds') expect(units.get(bare(name)), name).toBe('seconds')
      else expect(units.get(bare(name)), name).toBeUndefined()
    }
  })

  it('has every outcome', () => {
    expect(table('outcome').map(([outcome]) => bare(outcome))).toEqual([...OUTCOMES])
  })

  it('has the bounds of histograms', () => {
    const [, below = '', above = ''] = /reads: ([\d, ]+) ms, ([\d., ]+) s\./.exec(page) ?? []
    const written = [...below.split(', ').map((ms) => Number(ms) / 1000), ...above.split(', ').map(Number)]
    expect(written).toEqual(BOUNDS_S)
  })
})
