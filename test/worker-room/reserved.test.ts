import { describe, expect, it } from 'vitest'
import { recordJsonSchema } from '../../scripts/schema/record-schema.ts'
import { reserved } from '../../src/worker/reserved.ts'

const asked = (path: string, init: RequestInit = {}) => reserved(new Request(`http://localhost${path}`, init), path)

describe('reserved', () => {
  it('says that it is well, and which version it is', async () => {
    for (const path of ['/-/healthz', '/-/healthz?verbose']) {
      const response = asked(path)
      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(await response.json()).toEqual({ status: 'ok', version: '0.0.0-test' })
    }
  })

  it.each(['/-/', '/-/healthz/', '/-/api/v1/services?token=secret', '/-/metrics'])(
    'finds nothing under %s',
    async (path) => {
      const response = asked(path)
      expect(response.status).toBe(404)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      const problem = (await response.json()) as { detail: string; status: number }
      expect(problem.status).toBe(404)
      expect(problem.detail).toContain(path.split('?')[0])
      expect(problem.detail).not.toContain('secret')
    },
  )

  const SCHEMA = '/-/api/v1/schema'

  it('gives anyone the schema of a record, for an editor to ask again cheaply', async () => {
    const response = asked(SCHEMA)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/schema+json')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(await response.json()).toEqual(recordJsonSchema())
    const etag = response.headers.get('etag') as string
    expect(etag).toMatch(/^"[0-9a-f]{16}"$/)
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = asked(`${SCHEMA}?v=1`, { headers: { 'if-none-match': known } })
      expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, ''])
    }
    expect(asked(SCHEMA, { headers: { 'if-none-match': '"other"' } }).status).toBe(200)
  })

  it('lets the schema be looked at, and not written', async () => {
    const head = asked(SCHEMA, { method: 'HEAD' })
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([
      200,
      asked(SCHEMA).headers.get('etag'),
      '',
    ])
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const response = asked(SCHEMA, { method })
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
      expect(response.headers.get('content-type')).toBe('application/problem+json')
    }
  })

  it.each([`${SCHEMA}/`, '/-/api/v1/schemas', '/-/api/openapi.json'])('knows no %s', (path) => {
    expect(asked(path).status).toBe(404)
  })
})
