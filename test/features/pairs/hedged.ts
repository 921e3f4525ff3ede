/** A service that is hedged: of two endpoints one is slow. */
import type { Sent } from '../../../src/targets/sent.ts'
import { pause } from '../../support/upstream.ts'
import { world } from '../../support/worlds.ts'

export const HEDGED = { delay: '50ms', maxExtraLoad: 100 }
export const endpoints = ['https://a.example.com', 'https://b.example.com']

/** Two endpoints, one slow and one quick, of which nothing is known yet; and what was sent to either. */
export function slowAndQuick(policy: object = {}, slowMs = 1000, quickMs = 10) {
  const sent: { id: string; at: number; signal: AbortSignal | undefined }[] = []
  const record = { endpoints, hedge: HEDGED, retryConstraint: 'off', ...policy }
  const subject = world(record, async (_, { endpoint, work }: Sent) => {
    const isFirst = sent.length === 0
    sent.push({ id: endpoint.id, at: subject.clock.now(), signal: work.signal })
    await pause(subject.clock, isFirst ? slowMs : quickMs, work.signal)
    return new Response()
  })
  return { ...subject, sent }
}
