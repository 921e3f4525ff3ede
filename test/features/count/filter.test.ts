/** How a call is counted, by what its caller saw: what strangers may not do speaks neither for nor against a service. */
import { expect, it } from 'vitest'
import { counting } from '../../../src/mesh/counting.ts'
import { numbers } from '../../../src/telemetry/numbers/numbers.ts'
import { OUTCOMES } from '../../../src/telemetry/numbers/numbers-digest.ts'
import { ratesOf } from '../../../src/telemetry/numbers/summary.ts'
import { memoryRegistry } from '../../../src/testing.ts'
import { access } from '../../../src/trust.ts'
import { world } from '../../support/worlds.ts'

const CLOSED = { default: 'deny', rules: [{ name: 'known', effect: 'allow', callers: ['checkout'] }] }

it.each<[string, string, { caller?: string; name?: string; path?: string }, number, string, string]>([
  ['an answer', 'users', { caller: 'checkout' }, 200, 'users', 'success'],
  ['an answer of 404', 'users', { caller: 'checkout' }, 404, 'users', 'success'],
  ['an answer of 500', 'users', { caller: 'checkout' }, 500, 'users', 'failure'],
  ['a caller that is not let in', 'users', { caller: 'thumb' }, 200, 'users', 'rejected'],
  ['a stranger', 'users', {}, 200, 'users', 'rejected'],
  ['a name that is nobody', 'nobody', { name: 'nobody' }, 200, '', 'rejected'],
  ['a path that no rule takes', 'ruled', { name: 'ruled', path: '/b' }, 200, 'ruled', 'rejected'],
])('counts %s of %s', async (_, __, over, status, service, outcome) => {
  const counted = numbers()
  const registry = memoryRegistry({
    users: { endpoints: ['https://users.example.com'], access: CLOSED },
    ruled: { endpoints: ['https://ruled.example.com'], rules: [{ matches: [{ path: { value: '/a' } }] }] },
  })
  const { clock, call } = world({}, async () => new Response(null, { status }), {
    registry,
    trust: access,
    counting: counting(counted),
  })
  const proof = over.caller === undefined ? 'none' : 'binding'
  await clock.run(call({ proof, caller: undefined, ...over }).catch(() => undefined))
  const { services = {} } = counted.take() ?? {}
  const ends = services[service]?.ends ?? []
  expect(ends.flatMap((many, index) => (many > 0 ? [OUTCOMES[index]] : []))).toEqual([outcome])
})

it('leaves the success of a service to those whom it was to answer', () => {
  const ends = OUTCOMES.map(
    (outcome) => ({ success: 8, failure: 2, rejected: 90, cancelled: 5 })[outcome as string] ?? 0,
  )
  expect(ratesOf(ends, 1000)).toEqual({ requests: 105, rps: 105, success: 0.8 })
})
