import { describe, expect, it } from 'vitest'
import { createTestMesh } from '../../../src/testing.ts'
import { answersIn, quickClock, upstream } from '../../support/upstream.ts'
import { HEDGED, slowAndQuick } from './hedged.ts'

describe('hedge × retry', () => {
  it('both fail: a retry follows, numbered after them, while the rule has an attempt left', async () => {
    const clock = quickClock()
    const users = upstream(answersIn(clock, 100, 503), answersIn(clock, 100, 503), 200)
    const policy = { hedge: HEDGED, retryConstraint: 'off' }
    const mesh = createTestMesh({ users: { endpoints: [users, users, users], ...policy } }, { clock })
    const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }
    expect((await clock.run(mesh.fetch('http://users/', { headers }))).status).toBe(200)
    expect(users.requests.map(({ headers }) => headers.get('selvedge-attempt'))).toEqual(['1', '2', '3'])
    const spans = users.requests.map(({ headers }) => headers.get('traceparent')?.split('-'))
    expect(new Set(spans.map((parts) => parts?.[1])).size).toBe(1)
    expect(new Set(spans.map((parts) => parts?.[2])).size).toBe(3)
    expect(mesh.spans().map(({ attempt }) => attempt)).toEqual([1, 2, 3])
  })

  it('a rule with one retry has none left after the hedge', async () => {
    const clock = quickClock()
    const users = upstream(answersIn(clock, 100, 503))
    const policy = { hedge: HEDGED, retryConstraint: 'off', retry: { attempts: 1 } }
    const mesh = createTestMesh({ users: { endpoints: [users, users, users], ...policy } }, { clock })
    expect((await clock.run(mesh.fetch('http://users/'))).status).toBe(503)
    expect(users.requests).toHaveLength(2)
  })

  it('a rule without retries is not hedged', async () => {
    const { call, sent, clock } = slowAndQuick({ retry: { attempts: 0 } })
    await clock.run(call())
    expect(sent).toHaveLength(1)
  })
})
