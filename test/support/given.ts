/** Values to test with: a test spells out only what matters to it. */

import { never } from '../../src/core/deadline.ts'
import type { Endpoint } from '../../src/core/endpoint.ts'
import { cancellation } from '../../src/core/engine/cancellation.ts'
import type { Service } from '../../src/core/engine/service.ts'
import { stack } from '../../src/core/engine/stack.ts'
import { type Subrequests, subrequests } from '../../src/core/engine/subrequests.ts'
import { receipt } from '../../src/core/receipt.ts'
import type { Seal } from '../../src/core/seal.ts'
import type { Clock } from '../../src/core/time/clock.ts'
import { seeded } from '../../src/core/time/random.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { fnv1a } from '../../src/math/hash.ts'
import type { Asking } from '../../src/registry/asking.ts'
import type { KnownTarget } from '../../src/targets/kinds.ts'
import { endpointOf, traitsOf } from '../../src/targets/schema.ts'
import { explain, type SendOptions, send } from '../../src/targets/send.ts'
import type { Sent } from '../../src/targets/sent.ts'

/** An endpoint by URL. */
export function givenEndpoint(url = 'https://users.example.com'): Endpoint {
  return endpointOf(url)
}

/** An endpoint by service binding. */
export function givenBinding(binding: string): Endpoint {
  return endpointOf({ binding })
}

/** An endpoint of any kind. */
export function givenPlace(target: KnownTarget): Endpoint {
  return { ...givenEndpoint(), id: 'there', target, traits: traitsOf(target) }
}

/** A request that asks the registry: it has all the time there is, and keeps what it defers. */
export function givenAsking(clock: Clock, given: Partial<Asking> = {}): Asking & { deferred: Promise<unknown>[] } {
  const deferred: Promise<unknown>[] = []
  return {
    clock,
    deadline: never,
    subrequests: givenSubrequests(),
    defer: (work) => deferred.push(work),
    ...given,
    deferred,
  }
}

/** As many subrequests as anyone could ask for. */
export function givenSubrequests(): Subrequests {
  return subrequests(1000)
}

/** What a transport is given for `GET http://users/42?x=1`. */
export function givenSent(given: Partial<Sent> = {}): Sent {
  return {
    clock: virtualClock(),
    random: seeded(7),
    receipt: receipt(),
    subrequests: givenSubrequests(),
    defer: () => {},
    endpoint: givenEndpoint(),
    name: 'users',
    caller: undefined,
    path: '/42?x=1',
    outgoing: new Headers({ 'x-one': '1' }),
    attempt: { body: null },
    work: cancellation(true),
    ...given,
  }
}

/** The network, with what goes wrong there told in the mesh's words: the lower end of every stack. */
export function givenNetwork(means: SendOptions): Service<Sent> {
  return stack<Sent>().push(explain).over(send(means))
}

/** A seal for virtual time, whose turns wait for nothing but one another: HMAC is done elsewhere, and no clock knows of it. */
export function givenSeal(keys: readonly string[]): Seal {
  const markBy = (key: string | undefined, text: string) => fnv1a(`${key} ${text}`).toString(16).padStart(32, '0')
  return {
    markOf: async (text) => markBy(keys[0], text),
    fits: async (text, mark) => keys.some((key) => markBy(key, text) === mark),
  }
}
