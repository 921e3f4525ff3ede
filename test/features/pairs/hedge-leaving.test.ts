import { describe, expect, it } from 'vitest'
import { world } from '../../support/worlds.ts'
import { endpoints, HEDGED } from './hedged.ts'

describe('hedge × a caller that leaves', () => {
  it('gives both picks back at once, though nothing of the handler is run any more', async () => {
    const record = { endpoints, hedge: HEDGED, retryConstraint: 'off' }
    const { call, inFlight, clock } = world(record, () => new Promise<never>(() => {}))
    const controller = new AbortController()
    call({ signals: () => [controller.signal] }).catch(() => {})
    await clock.advance(100)
    expect(await inFlight()).toEqual([1, 1])
    controller.abort(new DOMException('The client has gone.', 'AbortError'))
    expect(await inFlight()).toEqual([0, 0])
    await clock.advance(0)
    expect(clock.pending).toBe(0)
  })
})
