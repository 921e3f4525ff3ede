import { describe, expect, it } from 'vitest'
import { recordJsonSchema } from '../../scripts/schema/record-schema.ts'
import { api } from '../../src/control/api.ts'

const control = api()
const asked = (path: string, init: RequestInit = {}) => control.fetch(new Request(`http://localhost${path}`, init), {})

const SCHEMA = '/-/api/v1/schema'

describe('the control plane', () => {
  it('gives anyone the schema of a record, for an editor to ask again cheaply', async () => {
    const response = await asked(SCHEMA)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/schema+json')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('cache-control')).toBe('no-cache')
    expect(await response.json()).toEqual(recordJsonSchema())
    const etag = response.headers.get('etag') as string
    expect(etag).toMatch(/^"[0-9a-f]{40}"$/)
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await asked(`${SCHEMA}?v=1`, { headers: { 'if-none-match': known } })
      expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, ''])
      expect(again.headers.get('access-control-allow-origin')).toBe('*')
    }
    expect((await asked(SCHEMA, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  })

  it('lets the schema be looked at, and not written', async () => {
    const head = await asked(SCHEMA, { method: 'HEAD' })
    const etag = (await asked(SCHEMA)).headers.get('etag')
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, ''])
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const response = await asked(SCHEMA, { method })
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
      expect(response.headers.get('content-type')).toBe('application/problem+json')
    }
  })

  it.each([`${SCHEMA}/`, '/-/api/v1/schemas', '/-/api', '/-/', '/-/api/v1/services?token=secret'])(
    'finds nothing under %s',
    async (path) => {
      const response = await asked(path)
      expect(response.status).toBe(404)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      const { detail, status } = (await response.json()) as { detail: string; status: number }
      expect(status).toBe(404)
      expect(detail).toContain(path.split('?')[0])
      expect(detail).not.toContain('secret')
    },
  )

  it('fails where something in it fails, and says nothing of why', async () => {
    const failing = api().get('/-/failing', () => {
      throw new Error('a secret')
    })
    await expect(async () => failing.fetch(new Request('http://localhost/-/failing'))).rejects.toThrow('a secret')
  })
})
