import { describe, expect, it } from 'vitest'
import { createTestMesh } from '../../../src/testing.ts'
import { failureOf } from '../../support/call.ts'
import { answersIn, hang, quickClock, upstream, withHeaders } from '../../support/upstream.ts'

describe('retry × deadline', () => {
  it('starts no retry that could not be answered in time', async () => {
    const clock = quickClock()
    const users = upstream(
      answersIn(clock, 400),
      answersIn(clock, 400),
      answersIn(clock, 400),
      answersIn(clock, 100, 503),
      200,
    )
    const record = { endpoints: [users], timeouts: { request: '10s' } }
    const mesh = createTestMesh({ users: record }, { clock })
    for (let call = 0; call < 3; call++) await clock.run(mesh.fetch('http://users/'))
    // 400 ms are typical: after 100 ms and the wait, 380 ms are too few.
    const response = await clock.run(mesh.fetch('http://users/', { headers: { 'selvedge-timeout-ms': '500' } }))
    expect(response.status).toBe(503)
    expect(users.requests).toHaveLength(4)
  })

  it('shares one deadline among all attempts', async () => {
    const clock = quickClock()
    const users = upstream(200, hang)
    const timeouts = { request: '500ms', backendRequest: '200ms' }
    const record = { endpoints: [users], timeouts, retry: { attempts: 10, backoff: '1ms' }, retryConstraint: 'off' }
    const mesh = createTestMesh({ users: record }, { clock })
    // It answers as an application does: from now on it is lent nothing, and a lost answer costs nothing.
    await clock.run(mesh.fetch('http://users/'))
    const before = clock.now()
    await failureOf(clock.run(mesh.fetch('http://users/')))
    expect(clock.now() - before).toBeLessThanOrEqual(500)
    expect(users.requests).toHaveLength(1 + 3)
  })

  it('returns the answer that there is, rather than wait for Retry-After beyond the deadline', async () => {
    const clock = quickClock()
    const users = upstream(withHeaders(429, { 'retry-after': '30' }))
    const mesh = createTestMesh({ users }, { clock })
    const before = clock.now()
    const response = await clock.run(mesh.fetch('http://users/'))
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('30')
    expect(clock.now()).toBe(before)
  })
})
