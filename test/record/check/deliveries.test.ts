import { describe, expect, it } from 'vitest'
import { queuesIn } from '../../../src/cli/worker-config.ts'
import { deliveryFindings } from '../../../src/record/check/deliveries.ts'
import { parseRecord } from '../../../src/record/parse.ts'
import { deliveryPolicy } from '../../../src/targets/queue/delivery.ts'

const producers = [{ binding: 'JOBS', queue: 'jobs' }]

function found(queue: object, consumer: object | undefined, isKept = true) {
  const record = parseRecord(
    JSON.stringify({ endpoints: ['https://a.example', { queue: { binding: 'JOBS', ...queue } }] }),
  )
  const consumers = consumer ? [{ queue: 'jobs', dead_letter_queue: 'jobs-dlq', max_retries: 100, ...consumer }] : []
  return deliveryFindings(record, queuesIn({ queues: { producers, consumers } }), isKept).map(
    ({ severity, path, message }) => {
      expect(path).toEqual(['endpoints', 1])
      return `${severity}: ${message}`
    },
  )
}

const deliverTo = 'resizer'

describe('deliveryFindings', () => {
  it('asks the same of a topic, whose subscriptions say how often by themselves', () => {
    const record = parseRecord(JSON.stringify({ endpoints: [{ topic: { binding: 'JOBS' } }] }))
    const queues = {
      produced: new Map([['JOBS', 'jobs']]),
      consumed: new Map([['jobs', { maxRetries: 3, deadLetterQueue: 'dlq' }]]),
    }
    expect(deliveryFindings(record, queues, true)).toMatchObject([
      { severity: 'error', message: expect.stringContaining('max_retries = 3') },
    ])
    expect(deliveryFindings(record, { ...queues, consumed: new Map() }, true)).toMatchObject([
      { message: expect.stringContaining('has no consumer') },
    ])
  })

  it('finds nothing where the consumer does as the record says, or the queue is not delivered by name', () => {
    expect(found({ deliverTo }, {})).toEqual([])
    expect(found({ deliverTo }, { max_retries: 7 })).toEqual([])
    expect(found({ deliverTo, delivery: { attempts: 2 } }, { max_retries: 1 })).toEqual([])
    expect(found({}, { max_retries: 0 }, false)).toEqual([])
  })

  it('finds a consumer that gives up before the record does; three retries where it does not say', () => {
    expect(found({ deliverTo }, { max_retries: 6 })).toEqual([
      expect.stringMatching(/^error: is delivered 8 times, .* after 7 deliveries/),
    ])
    expect(found({ deliverTo }, { max_retries: undefined })).toEqual([expect.stringContaining('max_retries = 3')])
    expect(found({ deliverTo, delivery: { attempts: 100 } }, { max_retries: 100 })).toEqual([])
  })

  it('notes what has no net, no place and no consumer', () => {
    expect(found({ deliverTo }, { dead_letter_queue: undefined })).toEqual([
      expect.stringContaining('note: The consumer of "jobs" has no dead_letter_queue'),
    ])
    expect(found({ deliverTo }, {}, false)).toEqual([expect.stringContaining('note: This Worker has no DEAD_LETTERS')])
    expect(found({ deliverTo, delivery: { deadLetter: 'DLQ' } }, {}, false)).toEqual([])
    expect(found({ deliverTo }, undefined)).toEqual([expect.stringContaining('note: "jobs" has no consumer')])
  })

  it('knows how often a message is delivered where the record does not say', () => {
    const { attempts } = deliveryPolicy()
    expect(found({ deliverTo }, { max_retries: attempts - 1 })).toEqual([])
    expect(found({ deliverTo }, { max_retries: attempts - 2 })).toEqual([
      expect.stringContaining(`is delivered ${attempts} times`),
    ])
  })
})
