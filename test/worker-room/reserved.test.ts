import { describe, expect, it } from 'vitest'
import { reserved } from '../../src/worker/reserved.ts'

/** A binding of the control plane, and what came to it. */
function controlled(answer: () => Response) {
  const seen: Request[] = []
  const control = {
    fetch: async (request: Request) => {
      seen.push(request)
      return answer()
    },
  }
  return { seen, control: control as unknown as Fetcher }
}

const asked = (path: string, control?: Fetcher) => reserved(new Request(`http://localhost${path}`), path, control)

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const problem = (await response.json()) as { detail: string; status: number }
  expect(problem.status).toBe(response.status)
  return problem
}

describe('reserved', () => {
  it('says by itself that it is well, and which version it is', async () => {
    const { control, seen } = controlled(() => new Response('not asked'))
    for (const path of ['/-/healthz', '/-/healthz?verbose']) {
      const response = await asked(path, control)
      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(await response.json()).toEqual({ status: 'ok', version: '0.0.0-test' })
    }
    expect(seen).toEqual([])
  })

  const OTHERS = ['/-/', '/-/healthz/', '/-/api/v1/schema', '/-/api/v1/services?token=secret', '/-/metrics']

  it.each(OTHERS)('finds nothing under %s without a control plane', async (path) => {
    const response = await asked(path)
    expect(response.status).toBe(404)
    const { detail } = await problemOf(response)
    expect(detail).toContain(path.split('?')[0])
    expect(detail).not.toContain('secret')
  })

  it.each(OTHERS)('hands %s on to the control plane as it came, and its answer back', async (path) => {
    const answer = new Response('theirs', { status: 418 })
    const { control, seen } = controlled(() => answer)
    const request = new Request(`http://localhost${path}`, { method: 'POST', body: 'mine' })
    expect(await reserved(request, path, control)).toBe(answer)
    expect(seen).toHaveLength(1)
    expect(seen[0]).toBe(request)
  })

  it('says that the control plane failed, and not why', async () => {
    const { control } = controlled(() => {
      throw new Error('a secret')
    })
    for (const broken of [control, {} as Fetcher]) {
      const response = await asked('/-/api/v1/schema', broken)
      expect(response.status).toBe(503)
      expect((await problemOf(response)).detail).not.toMatch(/secret|function/)
    }
  })
})
