import { describe, expect, it } from 'vitest'
import { reserved } from '../../src/worker/reserved.ts'

describe('reserved', () => {
  it('says that it is well, and which version it is', async () => {
    for (const path of ['/-/healthz', '/-/healthz?verbose']) {
      const response = reserved(path)
      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(await response.json()).toEqual({ status: 'ok', version: '0.0.0-test' })
    }
  })

  it.each(['/-/', '/-/healthz/', '/-/api/v1/services?token=secret', '/-/metrics'])(
    'finds nothing under %s',
    async (path) => {
      const response = reserved(path)
      expect(response.status).toBe(404)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      const problem = (await response.json()) as { detail: string; status: number }
      expect(problem.status).toBe(404)
      expect(problem.detail).toContain(path.split('?')[0])
      expect(problem.detail).not.toContain('secret')
    },
  )
})
