/** The outbound stack over a registry in memory, with a network that the test plays and with what is learned laid open. */

import { uploadOf } from '../../src/core/bytes/upload.ts'
import type { Service } from '../../src/core/engine/service.ts'
import type { Clock } from '../../src/core/time/clock.ts'
import { type VirtualClock, virtualClock } from '../../src/core/time/virtual-clock.ts'
import type { WrittenRate } from '../../src/features/limit/rate-policy.ts'
import { root } from '../../src/mesh/accept.ts'
import type { Named } from '../../src/mesh/call-context.ts'
import type { LiveService } from '../../src/mesh/live-service.ts'
import { type MeshOptions, withDefaults } from '../../src/mesh/options.ts'
import { services } from '../../src/mesh/services.ts'
import { outbound } from '../../src/mesh/stack.ts'
import { type Snapshot, snapshot } from '../../src/registry/snapshot.ts'
import type { Sent } from '../../src/targets/sent.ts'
import { memoryRegistry, seeded, spanRing } from '../../src/testing.ts'
import { pickHeaders } from '../../src/wire/picked.ts'
import { givenAsking } from './given.ts'

export interface World<Time extends Clock = VirtualClock> {
  /** The one that all of it goes by: that of the options, or one of its own. */
  readonly clock: Time
  /** Calls `users`. */
  call(over?: Partial<Named>, request?: Request): Promise<Response>
  /** What this isolate knows of `users`, or of another name. */
  users(name?: string): Promise<LiveService>
  /** Requests in flight to `users`, by endpoint. */
  inFlight(): Promise<number[]>
  readonly snapshot: Snapshot
}

/** Options of a mesh, of which the registry and what is not said are the world's own. */
export type WorldOptions<Time extends Clock = VirtualClock> = Partial<Omit<MeshOptions, 'clock'>> & { clock?: Time }

export function world<Time extends Clock = VirtualClock>(
  record: string | object,
  send: Service<Sent>,
  options: WorldOptions<Time> = {},
): World<Time> {
  const clock = options.clock ?? (virtualClock() as Clock as Time)
  const ring = spanRing()
  const settings = withDefaults({
    log: 'off',
    registry: memoryRegistry({ users: record }),
    random: seeded(7),
    sink: ring,
    ...options,
    clock,
  })
  const names = snapshot(settings.registry, { ...settings, readMs: 1000 })
  const { rates, bindings } = settings
  const raterOf = rates && ((...[rate, key]: [WrittenRate, string]) => rates.rater(rate, key, bindings))
  const live = services({ ...settings, raterOf, unreachableBecause: () => undefined })
  const enter = outbound(settings, names, live, send)
  const users = async (name = 'users') => {
    const found = await names.find(name, givenAsking(settings.clock))
    if (!found) throw new Error(`No record stands under "${name}".`)
    return live.of(found)
  }
  return {
    clock,
    snapshot: names,
    users,
    call: (over, request = new Request('http://users/')) =>
      enter(request, {
        ...root(settings),
        defer: () => {},
        headers: pickHeaders(request.headers),
        name: 'users',
        path: '/',
        upload: uploadOf(request, clock),
        signals: () => [],
        ...over,
      }),
    inFlight: async () => (await users()).candidates.map(({ load }) => load.inFlight(settings.clock.now())),
  }
}
