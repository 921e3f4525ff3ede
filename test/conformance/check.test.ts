/** The suite looks at one requirement at a time: what another has set in motion neither counts nor goes on. */
import { expect, it } from 'vitest'
import type { Seen, Upstream } from '../support/servers.ts'
import { type Answered, type Backends, check, type Subject } from './check.ts'

const OK: Answered = { status: 200, headers: {}, cookies: [], body: '{"upstream":"v1"}' }

function given() {
  const seen: Record<string, Seen[]> = { v1: [], v2: [], v3: [] }
  const see = (name: string, headers: Record<string, string>) =>
    seen[name]?.push({ method: 'GET', path: '/', target: '/', query: new URLSearchParams(), headers, received: 0 })
  const backends = Object.fromEntries(Object.entries(seen).map(([name, seen]) => [name, { seen }]))
  return { see, backends: backends as Record<string, Pick<Upstream, 'seen'>> as Backends }
}

it('counts the requests of its own step alone, whatever else arrives meanwhile', async () => {
  const { see, backends } = given()
  const late: Record<string, string>[] = []
  const subject: Subject = {
    name: 'a mesh',
    async call(_service, _step, headers) {
      // What earlier steps, and other requirements, have left behind arrives now.
      for (const headers of [...late, {}]) see('v1', headers)
      late.push(headers)
      see('v1', headers)
      return OK
    },
  }
  const { signal } = new AbortController()
  const says = (service: string, attempts: number) => {
    const steps = [{ expect: { attempts } }, { expect: { attempts } }]
    return check({ says: 'one attempt each', source: 'a test', steps }, service, subject, backends, signal)
  }
  await says('users', 1)
  await expect(says('orders', 2)).rejects.toThrow('step 1, a mesh: 1 attempts, not 2')
})

it('sends nothing more once it is cut off', async () => {
  const { backends } = given()
  const ending = new AbortController()
  let calls = 0
  const subject: Subject = {
    name: 'a mesh',
    async call(_service, _step, _headers, signal) {
      calls += 1
      if (calls === 30) ending.abort(new Error('its time is up'))
      signal.throwIfAborted()
      return OK
    },
  }
  const requirement = { says: 'many', source: 'a test', steps: [{ times: 2000, expect: {} }, { expect: {} }] }
  await expect(check(requirement, 'users', subject, backends, ending.signal)).rejects.toThrow('its time is up')
  await new Promise((resolve) => setImmediate(resolve))
  expect(calls).toBe(30)
})
