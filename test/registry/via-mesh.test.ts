import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { timeoutPolicy } from '../../src/features/deadline/policy.ts'
import { snapshot } from '../../src/registry/snapshot.ts'
import { viaMesh } from '../../src/registry/via-mesh.ts'
import { givenAsking } from '../support/given.ts'

const options = { freshMs: 5000, maxStaleMs: 3_600_000, readMs: 1000, maxRecords: 100 }

describe('viaMesh', () => {
  it.each(['users', 'users.shop', 'api.example.com'])('sends %s through the mesh', async (name) => {
    const found = await snapshot(viaMesh(), options).find(name, givenAsking(virtualClock()))
    expect(found?.record.endpoints.map(({ target }) => target)).toEqual([{ kind: 'binding', binding: 'MESH' }])
    expect(found?.key).toBe(`services/${name}`)
  })

  it('sends through the binding that is named', async () => {
    const [entry] = await viaMesh('EDGE').read(['services/users'])
    expect(JSON.parse(entry?.text ?? '')).toMatchObject({ endpoints: [{ binding: 'EDGE' }] })
  })

  it('sets no time limit of its own', async () => {
    const found = await snapshot(viaMesh(), options).find('users', givenAsking(virtualClock()))
    expect(timeoutPolicy(found?.record.policy.timeouts).requestMs).toBe(Number.POSITIVE_INFINITY)
  })

  it.each([
    ['https://mesh.example.com', 'https://mesh.example.com/svc/users.shop'],
    ['https://example.com/mesh/', 'https://example.com/mesh/svc/users.shop'],
    ['http://127.0.0.1:8787', 'http://127.0.0.1:8787/svc/users.shop'],
  ])('sends to %s, where functions elsewhere reach it', async (to, url) => {
    const found = await snapshot(viaMesh(to), options).find('users.shop', givenAsking(virtualClock()))
    expect(found?.record.endpoints.map(({ target }) => target)).toEqual([{ kind: 'url', url }])
    expect(found?.key).toBe('services/users.shop')
  })

  it.each(['http://mesh.example.com', 'ftp://mesh', 'https:'])(
    'takes no address like %s: others could read along',
    (to) => {
      expect(() => viaMesh(to)).toThrow(TypeError)
    },
  )
})
