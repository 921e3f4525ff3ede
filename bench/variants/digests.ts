/** Isolates that tell the stats object what they counted in five seconds, all of them once a round; and an object that does nothing with it. */
import type { Outcome } from '../../src/core/outcome.ts'
import { attemptNote, receipt } from '../../src/core/receipt.ts'
import { StatsObject } from '../../src/durable/stats-object.ts'
import type { Digest } from '../../src/telemetry/digest.ts'
import { numbers } from '../../src/telemetry/numbers/numbers.ts'
import type { NumbersDigest } from '../../src/telemetry/numbers/numbers-digest.ts'

/** The object, and a method that takes a digest and leaves it. */
export class Stats extends StatsObject {
  nothing(digest: Digest): boolean {
    return digest.sequence > 0
  }
}

interface Env {
  readonly STATS: DurableObjectNamespace<Stats>
}

export interface Round {
  readonly method: 'digest' | 'nothing'
  readonly isolates: number
  readonly services: number
  readonly sequence: number
}

/** Calls of each service in a digest: 100 of a second or less each, one in twenty fails and is tried again elsewhere. */
const CALLS = 100
const AT_ONCE = 20

/** Some kinds of digests, and not one for each isolate: to count them is not what is measured. */
function digestsOf(services: number): NumbersDigest[] {
  return Array.from({ length: 8 }, (_, kind) => {
    const own = numbers()
    for (let service = 0; service < services; service++) {
      for (let call = 0; call < CALLS; call++) own.count(ended(`service-${service}`, call + kind))
    }
    return own.take() ?? { services: {}, overflow: 0 }
  })
}

function ended(service: string, call: number) {
  const noted = receipt()
  const ends: Outcome[] = call % 20 === 0 ? ['failure', 'success'] : ['success']
  const tookMs = 5 + ((call * 37) % 200)
  noted.rule = 'rules[0]'
  noted.attempts = ends.map((outcome, index) => ({
    ...attemptNote(index + 1, (call + index) % 2 === 0 ? 'https://eu.example' : 'https://us.example', 0),
    outcome,
    tookMs,
  }))
  const caller = call % 3 === 0 ? 'checkout' : 'cart'
  return { service, caller, outcome: 'success' as const, error: undefined, tookMs, receipt: noted }
}

export default {
  async fetch(request: Request, { STATS }: Env): Promise<Response> {
    const { method, isolates, services, sequence } = (await request.json()) as Round
    const kinds = digestsOf(services)
    const object = STATS.getByName('stats')
    let taken = 0
    let next = 0
    const tell = async () => {
      for (let isolate = next++; isolate < isolates; isolate = next++) {
        const digest = { isolate: isolate.toString(16).padStart(32, '0'), sequence, numbers: kinds[isolate % 8] }
        if (await object[method](digest)) taken += 1
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, tell))
    // What waits is written before it is told.
    const told = method === 'digest' ? (await object.totals()).services.length : services
    return Response.json({ taken, told })
  },
}
