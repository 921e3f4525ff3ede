/** docs/observability.md has every metric, as the code tells it. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { QUEUE_METRICS } from '../../src/admin/letters/metrics.ts'
import { SAGA_METRICS } from '../../src/admin/sagas/metrics.ts'
import { BOUNDS_S, METRICS, metricsOf } from '../../src/telemetry/numbers/metrics.ts'
import { DELIVERY_OUTCOMES, OUTCOMES } from '../../src/telemetry/numbers/numbers-digest.ts'
import { EVERY_MS } from '../../src/telemetry/reporter.ts'

const read = (file: string) => readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8')
const page = read('docs/observability.md')

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

  it('has those of sagas', () => {
    const told = SAGA_METRICS.map(({ name, help }) => [name, help])
    expect(table('metric of sagas').map(([name, , , help]) => [bare(name), help])).toEqual(told)
  })

  it('has those of queues, and what becomes of a delivery', () => {
    const told = QUEUE_METRICS.map(({ name, help }) => [name, help])
    expect(table('metric of queues').map(([name, , , help]) => [bare(name), help])).toEqual(told)
    const [, outcomes = ''] = /`outcome` of a delivery is (.*?)\. They/.exec(page) ?? []
    const named = [...outcomes.matchAll(/`(\w+)`/g)].map(([, name]) => name)
    expect(new Set(named)).toEqual(new Set([...DELIVERY_OUTCOMES, 'deduplicate']))
  })

  it('gives the unit of each, which the name ends in where it is one of Prometheus', () => {
    const units = new Map(METRICS.map(({ name, type, unit }) => [named(name, type), unit]))
    for (const [name, , unit] of table('metric')) {
      expect(['calls', 'attempts', 'events', 'messages', 'isolates', 'seconds'], name).toContain(unit)
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

  it('has every field of a receipt, in the words of the code where it has any', () => {
    const view = read('src/wire/receipt/view.ts')
    const fields = (prefix: string, name: string) => {
      const body = new RegExp(`interface ${name} \\{([\\s\\S]*?)\\n\\}`).exec(view)?.[1] ?? ''
      const found = body.matchAll(/(?:\/\*\* (.*?) \*\/\s*)?readonly (\w+)\??:/g)
      return [...found].map(([, is, field]) => ({ field: `${prefix}${field}`, is }))
    }
    const told = [
      ...fields('', 'ReceiptView'),
      ...fields('records[].', 'RecordRead'),
      ...fields('choices[].', 'ChoiceRead'),
      ...fields('choices[].candidates[].', 'CandidateRead'),
      ...fields('choices[].rounds[].', 'Round'),
      ...fields('attempts[].', 'AttemptRead'),
    ]
    const written = table('field').map(([field, is]) => ({ field: bare(field), is }))
    expect(told.length).toBeGreaterThan(50)
    expect(written.map(({ field }) => field)).toEqual(told.map(({ field }) => field))
    for (const [index, { field, is }] of told.entries()) {
      if (is !== undefined) expect(written[index]?.is, field).toBe(is)
      expect(written[index]?.is?.length, field).toBeGreaterThan(10)
    }
  })
})

describe('docs/observability.md, What it costs', () => {
  const number = (cell = '') => Number(/[\d.,]+/.exec(cell)?.[0].replaceAll(',', ''))
  const prices = new Map(
    table('price').map(([price = '', included, dollars]) => [
      price,
      { included: number(included), aMillion: number(dollars) },
    ]),
  )
  const [, isolates = Number.NaN, services = Number.NaN] = (
    /with ([\d,]+) isolates and (\d+) services/.exec(page) ?? []
  ).map(number)
  const month = 30 * 24 * 3_600
  const flushes = (month * 1000) / EVERY_MS
  const many = {
    requests: isolates * flushes + flushes,
    duration: month * 0.128,
    'rows written': flushes * (16 + 3 * services + 1) + (services * month) / 10 + (services * month) / 300,
  }
  const costs = table('what').map(([what = '', count, dollars]) => ({
    what,
    count: number(count),
    dollars: number(dollars),
  }))

  it.each(Object.entries(many))('counts %s as the code tells and writes', (name, count) => {
    expect(costs.find(({ what }) => what.startsWith(name))?.count).toBe(Math.round(count))
  })

  it('adds up, by its own prices', () => {
    let all = 0
    for (const { what, count, dollars } of costs.slice(0, -1)) {
      const { included, aMillion } = prices.get(what.split(':')[0] ?? '') ?? { included: 0, aMillion: Number.NaN }
      const cost = (Math.max(0, count - included) / 1_000_000) * aMillion
      expect(dollars, what).toBeCloseTo(cost, 1)
      all += cost
    }
    expect(costs.at(-1)?.what).toBe('all')
    expect(costs.at(-1)?.dollars).toBeCloseTo(all, 1)
  })
})
