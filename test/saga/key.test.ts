import { describe, expect, it } from 'vitest'
import { saga } from '../../src/saga/saga.ts'
import { testSaga } from '../../src/testing.ts'
import { participant } from '../../src/transactional/participant.ts'
import { nodeStore } from '../support/node-store.ts'

/** How an undo says whose it is, and how its service reads that. */
const WAYS: readonly (readonly [string, (undoes: string) => string, (path: string, body: string) => string])[] = [
  ['in a path, as it came', (undoes) => undoes, (path) => path],
  ['in a path, decoded', (undoes) => undoes, (path) => decodeURIComponent(path)],
  ['in a path, encoded', encodeURIComponent, (path) => path],
  ['in a path, encoded and decoded', encodeURIComponent, (path) => decodeURIComponent(path)],
  ['in a body, as it came', () => '', (_path, body) => JSON.parse(body)],
  ['in a body, decoded', () => '', (_path, body) => decodeURIComponent(JSON.parse(body))],
]

describe('the key of a step', () => {
  it.each(WAYS)('names the step that is undone %s', async (_way, written, read) => {
    const steps = participant(nodeStore())
    const reserved = new Set<number>()
    const take = saga<number>('take')
      .step(
        'reserve.credit',
        ({ call }) => call('http://credit/reservations/', { method: 'POST' }),
        ({ call, undoes }) =>
          call(`http://credit/reservations/${written(undoes)}`, { method: 'DELETE', body: JSON.stringify(undoes) }),
      )
      .pivot('decide', ({ call }) => call('http://decisions/', { method: 'POST' }))
    const services = {
      async credit(request: Request) {
        const [, , path = ''] = new URL(request.url).pathname.split('/')
        if (request.method === 'DELETE') {
          steps.undo(read(path, await request.text()), (taken: number) => void reserved.delete(taken))
        } else {
          const key = request.headers.get('idempotency-key') ?? ''
          steps.forward(key, () => reserved.add(1).size)
        }
        return Response.json({})
      },
      decisions: () => new Response('no', { status: 422 }),
    }
    expect(await testSaga(take, { services }).run(1)).toMatchObject({ outcome: 'compensated' })
    expect([...reserved]).toEqual([])
  })
})
