/** Calls that stand for others, in `/-/metrics`: each in the bucket that it is in, and none that nobody can look at any more. */
import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { statsEngine } from '../../../src/durable/stats/stats-engine.ts'
import { exponentialHistogram } from '../../../src/math/exponential-histogram.ts'
import { exposition, type Format } from '../../../src/telemetry/exposition.ts'
import { metricsOf } from '../../../src/telemetry/numbers/metrics.ts'
import type { NumbersDigest } from '../../../src/telemetry/numbers/numbers-digest.ts'
import { NOTHING } from '../../../src/telemetry/numbers/sum.ts'
import { nodeStore } from '../../support/node-store.ts'

const START_AT = 1_760_000_000_000

function digest(ms: number, traceId: string, service = 'users'): NumbersDigest {
  const took = exponentialHistogram()
  took.record(ms)
  return {
    overflow: 0,
    services: { [service]: { ...NOTHING, ends: [1], ms: took.counts(), slowest: { ms, traceId } } },
  }
}

function given() {
  const clock = virtualClock({ startAt: START_AT })
  const stats = statsEngine({ store: nodeStore(), clock })
  let sequence = 0
  const tell = (numbers: NumbersDigest) => stats.digest({ isolate: 'a', sequence: ++sequence, numbers })
  const lines = (format: Format = 'openmetrics') => {
    const { services, isolates } = stats.totals()
    return exposition(metricsOf(services, isolates), format).split('\n')
  }
  const exemplars = () => lines().filter((line) => line.includes(' # '))
  return { clock, stats, tell, lines, exemplars }
}

const id = (digit: string) => digit.repeat(32)
const bucket = (le: string, count: number, reporter = 'mesh') =>
  `selvedge_request_duration_seconds_bucket{service="users",reporter="${reporter}",le="${le}"} ${count}`

describe('exemplars of /-/metrics', () => {
  it('stand in the least bucket that they are in, with their trace, what they took and when that was told', async () => {
    const { clock, tell, exemplars } = given()
    tell(digest(40, id('a')))
    await clock.advance(2_000)
    tell(digest(90_000, id('b')))
    expect(exemplars()).toEqual([
      `${bucket('0.05', 1)} # {trace_id="${id('a')}"} 0.04 ${START_AT / 1000}`,
      `${bucket('+Inf', 2)} # {trace_id="${id('b')}"} 90 ${START_AT / 1000 + 2}`,
    ])
  })

  it('are one for each bucket: the last one', () => {
    const { tell, exemplars } = given()
    tell(digest(40, id('a')))
    tell(digest(30, id('b')))
    expect(exemplars()).toEqual([`${bucket('0.05', 2)} # {trace_id="${id('b')}"} 0.03 ${START_AT / 1000}`])
  })

  it('are none in the older format, which has none', () => {
    const { tell, lines } = given()
    tell(digest(40, id('a')))
    expect(lines('text').filter((line) => line.includes(' # '))).toEqual([])
    expect(lines('text')).toContain(bucket('0.05', 1))
  })

  it('are gone after an hour', async () => {
    const { clock, tell, exemplars } = given()
    tell(digest(40, id('a')))
    await clock.advance(3_600_000)
    expect(exemplars()).toHaveLength(1)
    await clock.advance(1)
    expect(exemplars()).toEqual([])
  })

  it('are of each reporter by itself', () => {
    const { stats, exemplars } = given()
    stats.report('checkout', { isolate: 'b', sequence: 1, numbers: digest(40, id('c')) })
    expect(exemplars()).toEqual([`${bucket('0.05', 1, 'source')} # {trace_id="${id('c')}"} 0.04 ${START_AT / 1000}`])
  })

  it.each(['', 'a', `${id('a')}"} 1\n`, id('g'), id('A')])('are none of "%s", which is no trace', (traceId) => {
    const { tell, exemplars } = given()
    expect(tell(digest(40, traceId))).toBe(true)
    expect(exemplars()).toEqual([])
  })
})
