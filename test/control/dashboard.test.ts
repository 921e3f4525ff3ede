import { describe, expect, it } from 'vitest'
import { api } from '../../src/control/api.ts'

const files = { '': '<!doctype html><title>Page</title>', 'dashboard/app.js': 'run()', 'dashboard/style.css': 'a {}' }
const control = api({ dashboard: files })
const TOKEN = { ADMIN_TOKEN: 'a-token-of-thirty-two-characters' }

const asked = (path: string, init: RequestInit = {}, env: object = TOKEN) =>
  control.fetch(new Request(`http://localhost${path}`, init), env)

describe('the dashboard', () => {
  it.each([
    ['/-/', 'text/html; charset=utf-8', files['']],
    ['/-/dashboard/app.js', 'text/javascript; charset=utf-8', 'run()'],
    ['/-/dashboard/style.css', 'text/css; charset=utf-8', 'a {}'],
  ])('stands at %s, and may be asked for again cheaply', async (path, type, text) => {
    const response = await asked(path)
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([200, type, text])
    expect(response.headers.get('cache-control')).toBe('no-cache')
    const etag = response.headers.get('etag') as string
    const again = await asked(path, { headers: { 'if-none-match': etag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    expect(again.headers.get('content-security-policy')).toBe(response.headers.get('content-security-policy'))
  })

  it('lets nothing run but what stands there, asks nobody else, and is in no frame', async () => {
    const { headers } = await asked('/-/')
    const policy = Object.fromEntries(
      (headers.get('content-security-policy') ?? '').split('; ').map((part) => {
        const [name = '', ...sources] = part.split(' ')
        return [name, sources.join(' ')]
      }),
    )
    expect(policy).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'connect-src': "'self'",
      'worker-src': "'self'",
      'img-src': 'data:',
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    })
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  it.each(Object.keys(files))('is not there while no token is configured: /-/%s', async (path) => {
    for (const method of ['GET', 'POST']) {
      const response = await asked(`/-/${path}`, { method }, {})
      expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
    }
    expect((await asked(`/-/${path}`, {}, { ADMIN_TOKENS: '[]' })).status).toBe(200)
  })

  it('is looked at, and not written', async () => {
    const head = await asked('/-/', { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const response = await asked('/-/', { method: 'POST' })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it('has no more than was built', async () => {
    for (const path of ['/-/dashboard', '/-/dashboard/', '/-/dashboard/app.ts', '/-/index.html', '/-/..%2f'])
      expect((await asked(path)).status, path).toBe(404)
  })
})
