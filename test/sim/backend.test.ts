import { describe, expect, it } from 'vitest'
import { seeded } from '../../src/core/time/random.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { backend } from '../../src/sim/backend.ts'
import type { BackendEndpoint, Fault } from '../../src/sim/scenario.ts'

const during = { fromMs: 0, toMs: 1000, backend: 'leaf' }

/** An endpoint to which jobs are sent; `answers` are `job status@instant`. */
function given(endpoint: BackendEndpoint, faults: readonly Fault[] = []) {
  const clock = virtualClock({ startAt: 0, flush: async () => {} })
  const receive = backend(endpoint, faults, clock, seeded(3))
  const answers: string[] = []
  const send = (name: string, deadlineAt = Number.POSITIVE_INFINITY, isCancelled = () => false) =>
    receive({ deadlineAt, isCancelled, answer: (status) => answers.push(`${name} ${status}@${clock.now()}`) })
  return { clock, send, answers }
}

describe('an endpoint', () => {
  it('answers all at once where its capacity is not limited', async () => {
    const { clock, send, answers } = given({ latency: 20 })
    for (const name of ['a', 'b', 'c']) send(name)
    await clock.advance(100)
    expect(answers).toEqual(['a 200@20', 'b 200@20', 'c 200@20'])
  })

  it('takes up one after the other, in the order of their arrival', async () => {
    const { clock, send, answers } = given({ latency: 5, capacity: 10 })
    for (const name of ['a', 'b', 'c']) send(name)
    await clock.advance(1000)
    expect(answers).toEqual(['a 200@5', 'b 200@105', 'c 200@205'])
  })

  it('refuses what its queue does not hold', async () => {
    // 200 ms at 10 a second: two wait.
    const { clock, send, answers } = given({ latency: 5, capacity: 10, queueMs: 200 })
    for (const name of ['a', 'b', 'c', 'd']) send(name)
    expect(answers).toEqual(['d 503@0'])
    await clock.advance(1000)
    send('e')
    await clock.advance(10)
    expect(answers.at(-1)).toBe('e 200@1005')
  })

  it('does what nobody waits for, unless it heeds deadlines: then what would be late costs it nothing', async () => {
    const endpoint = { latency: 5, capacity: 10 }
    const [deaf, heeding] = [given(endpoint), given({ ...endpoint, needsMs: 5 })]
    for (const { clock, send } of [deaf, heeding]) {
      send('a')
      send('late', 104)
      send('b')
      await clock.advance(1000)
    }
    expect(deaf.answers).toEqual(['a 200@5', 'late 200@105', 'b 200@205'])
    expect(heeding.answers).toEqual(['a 200@5', 'late 504@100', 'b 200@105'])
  })

  it('passes over what is known to be abandoned', async () => {
    const { clock, send, answers } = given({ latency: 5, capacity: 10 })
    send('a')
    send('gone', Number.POSITIVE_INFINITY, () => true)
    send('b')
    await clock.advance(1000)
    expect(answers).toEqual(['a 200@5', 'b 200@105'])
  })

  it('has less capacity, or another latency, for as long as the fault lasts', async () => {
    const halved = given({ latency: 5, capacity: 10 }, [{ ...during, capacityShare: 0.5 }])
    halved.send('a')
    halved.send('b')
    await halved.clock.advance(500)
    expect(halved.answers).toEqual(['a 200@5', 'b 200@205'])

    const slow = given({ latency: 5 }, [{ ...during, latency: 300 }])
    slow.send('a')
    await slow.clock.advance(1000)
    slow.send('b')
    await slow.clock.advance(100)
    expect(slow.answers).toEqual(['a 200@300', 'b 200@1005'])
  })

  it('fails as large a share as is said, at once', async () => {
    const { clock, send, answers } = given({ latency: 5 }, [{ ...during, failShare: 0.3 }])
    for (let count = 0; count < 1000; count++) send('x')
    await clock.advance(10)
    const failed = answers.filter((answer) => answer === 'x 503@2').length
    expect(failed).toBeGreaterThan(250)
    expect(failed).toBeLessThan(350)
  })

  it('fails for one path alone, as the scenario says', async () => {
    const fault = { ...during, path: '/bad', failShare: 1, status: 500, headers: { 'retry-after': '1' } }
    const clock = virtualClock({ startAt: 0, flush: async () => {} })
    const receive = backend({ latency: 5 }, [fault], clock, seeded(3))
    const answers: string[] = []
    for (const path of ['/bad', '/', undefined])
      receive({
        deadlineAt: Number.POSITIVE_INFINITY,
        isCancelled: () => false,
        ...(path && { path }),
        answer: (status, headers) => answers.push(`${path} ${status} ${headers?.['retry-after']}`),
      })
    await clock.advance(10)
    expect(answers).toEqual(['/bad 500 1', '/ 200 undefined', 'undefined 200 undefined'])
  })

  it('refuses what is beyond so many a second', async () => {
    const { clock, send, answers } = given({ latency: 5 }, [{ ...during, toMs: 5000, perSecond: 2, status: 429 }])
    for (const name of ['a', 'b', 'c']) send(name)
    await clock.advance(1000)
    send('d')
    await clock.advance(10)
    expect(answers).toEqual(['c 429@2', 'a 200@5', 'b 200@5', 'd 200@1005'])
  })

  it('comes and goes', async () => {
    const { clock, send, answers } = given({ latency: 1 }, [{ ...during, failShare: 1, failMs: 1, flapMs: 100 }])
    for (let count = 0; count < 4; count++) {
      send('x')
      await clock.advance(100)
    }
    expect(answers).toEqual(['x 503@1', 'x 200@101', 'x 503@201', 'x 200@301'])
  })
})
