import { describe, expect, it } from 'vitest'
import type { Rule } from '../../src/record/rule.ts'
import { createTestMesh, type MeshError, type TestService, virtualClock } from '../../src/testing.ts'
import { failureOf } from '../support/call.ts'
import { givenSeal } from '../support/given.ts'
import { hang } from '../support/upstream.ts'

/** A mesh whose `users` is a record with these rules; each of these services answers with its name, its path and its host. */
function given(rules: readonly Rule[], services: Record<string, TestService> = {}, more: object = {}, options = {}) {
  const says = (name: string) => (request: Request) => {
    const { host, pathname, search } = new URL(request.url)
    return new Response(name, { headers: { 'x-saw': `${host}${pathname}${search}`, server: 'nginx' } })
  }
  // The isolate lives on.
  const waitUntil = () => {}
  const mesh = createTestMesh({ v1: says('v1'), v2: says('v2'), ...services }, { waitUntil, ...options })
  mesh.registry.set('users', { rules, ...more }, '7')
  const get = (path: string, init?: RequestInit) => mesh.clock.run(mesh.fetch(`http://users${path}`, init))
  return { ...mesh, get }
}

const to = (...names: string[]) => names.map((name) => ({ name }))
const at = (value: string) => [{ path: { value } }]
const body = async (response: Response | Promise<Response>) => (await response).text()

describe('a record with rules', () => {
  it('sends each request where its rule says', async () => {
    const { get } = given([
      { matches: at('/'), backendRefs: to('v1') },
      { matches: [{ headers: [{ name: 'x-env', value: 'canary' }] }], backendRefs: to('v2') },
    ])
    expect(await body(get('/'))).toBe('v1')
    expect(await body(get('/', { headers: { 'x-env': 'canary' } }))).toBe('v2')
  })

  it('sees the path as the endpoint would', async () => {
    const { get, fetch, clock } = given([{ matches: at('/admin'), backendRefs: to('v2') }, { backendRefs: to('v1') }])
    expect(await body(get('/public/../admin'))).toBe('v2')
    const raw = Object.defineProperty(new Request('http://users/'), 'url', {
      value: 'http://users/public/%2e%2e/admin',
    })
    expect(await body(clock.run(fetch(raw)))).toBe('v2')
  })

  it('sees no fragment: it is never sent', async () => {
    const { get } = given([
      { matches: [{ path: { type: 'Exact', value: '/a' } }], backendRefs: to('v1') },
      { matches: [{ queryParams: [{ name: 'x', value: '1' }] }], backendRefs: to('v2') },
    ])
    expect(await body(get('/a#top'))).toBe('v1')
    expect(await body(get('/b?x=1#top'))).toBe('v2')
  })

  it('answers route_not_found where none matches, and says for what', async () => {
    const { get } = given([{ matches: at('/a'), backendRefs: to('v1') }])
    const error = await failureOf(get('/b?c=d', { method: 'PUT' }))
    expect(error).toMatchObject({ code: 'route_not_found', message: 'No rule matches PUT /b.' })
    expect((error as MeshError).meaning.status).toBe(404)
  })

  it('leaves a request that none of its rules matches to the less specific wildcards, in turn', async () => {
    const { registry, fetch, clock } = given([])
    registry.set('eu.users.shop', { rules: [{ matches: at('/exact'), backendRefs: to('v1') }] })
    registry.set('*.users.shop', { rules: [{ matches: at('/near'), backendRefs: to('v2') }] })
    registry.set('*.shop', { endpoints: [{ binding: 'SERVICE_0' }] })
    const ask = (name: string, path: string) => clock.run(fetch(`http://${name}${path}`))
    expect(await body(ask('eu.users.shop', '/exact'))).toBe('v1')
    expect(await body(ask('eu.users.shop', '/near/x'))).toBe('v2')
    expect(await body(ask('eu.users.shop', '/far'))).toBe('v1')
    expect(await body(ask('us.users.shop', '/far'))).toBe('v1')
    registry.set('a.b', { rules: [{ matches: at('/x') }] })
    registry.set('*.b', { rules: [{ matches: at('/y') }] })
    expect((await failureOf(ask('a.b', '/z'))).code).toBe('route_not_found')
  })
})

describe('backends', () => {
  it('share the requests by their weights', async () => {
    const { fetch } = given([
      {
        backendRefs: [
          { name: 'v1', weight: 90 },
          { name: 'v2', weight: 10 },
          { name: 'gone', weight: 0 },
        ],
      },
    ])
    const seen: Record<string, number> = {}
    for (let count = 0; count < 10_000; count++) {
      const name = await body(fetch('http://users/'))
      seen[name] = (seen[name] ?? 0) + 1
    }
    expect(Math.abs((seen.v1 as number) - 9000)).toBeLessThan(10)
    expect(Object.keys(seen).sort()).toEqual(['v1', 'v2'])
  })

  it('that name nothing take their share, too, as errors', async () => {
    const { fetch } = given([{ name: 'half', backendRefs: to('v1', 'gone') }])
    let failed = 0
    for (let count = 0; count < 100; count++) {
      const error = await fetch('http://users/').then(
        () => undefined,
        (error) => error,
      )
      if (error) failed += 1
      if (error)
        expect(error).toMatchObject({
          code: 'backend_not_found',
          message: 'half sends to "gone", which names no service.',
        })
    }
    expect(Math.abs(failed - 50)).toBeLessThan(3)
  })

  it.each<[string, Rule]>([
    ['that name nothing', { backendRefs: to('gone') }],
    ['that all have no weight', { backendRefs: [{ name: 'v1', weight: 0 }] }],
    ['that are left out where the record has no endpoints', {}],
  ])('%s are an error with status 500', async (_, rule) => {
    const error = (await failureOf(given([rule]).get('/'))) as MeshError
    expect([error.code, error.meaning.status]).toEqual(['backend_not_found', 500])
  })

  it('mean the endpoints of a record and not its rules', async () => {
    const { get, registry } = given([{ backendRefs: to('front') }])
    registry.set('front', { endpoints: [{ binding: 'SERVICE_1' }], rules: [{ backendRefs: to('front') }] })
    expect(await body(get('/'))).toBe('v2')
  })

  it('may be the record itself, an alias, a tag and a name in a namespace', async () => {
    const { get, registry } = given(
      [
        { matches: at('/self'), backendRefs: to('users') },
        { matches: at('/own') },
        { matches: at('/alias'), backendRefs: to('people') },
        { matches: at('/tag'), backendRefs: to('users@pr-7') },
        { matches: at('/space'), backendRefs: [{ name: 'users', namespace: 'shop', port: 80 }] },
      ],
      {},
      { endpoints: [{ binding: 'SERVICE_0' }] },
    )
    registry.set('people', { alias: 'v2' })
    registry.set('users@pr-7', { alias: 'v2' })
    registry.set('users.shop', { alias: 'v2' })
    const asked = ['/self', '/own', '/alias', '/tag', '/space']
    const answers: string[] = []
    for (const path of asked) answers.push(await body(get(path)))
    expect(answers).toEqual(['v1', 'v1', 'v2', 'v2', 'v2'])
  })

  it('that go round are told', async () => {
    const { get, registry } = given([{ backendRefs: to('a') }])
    registry.set('a', { alias: 'b' })
    registry.set('b', { alias: 'a' })
    expect((await failureOf(get('/'))).code).toBe('loop_detected')
  })
})

describe('an alias of several names', () => {
  it('means the first that has an endpoint that can be reached', async () => {
    const { fetch, registry, clock } = given([])
    registry.set('out', { endpoints: [{ binding: 'NOWHERE' }] })
    registry.set('people', { alias: ['missing', 'out', 'v2', 'v1'] })
    expect(await body(clock.run(fetch('http://people/')))).toBe('v2')
    registry.set('nobody', { alias: ['missing', 'out'] })
    expect((await failureOf(clock.run(fetch('http://nobody/')))).code).toBe('no_endpoint')
    registry.set('nothing', { alias: ['missing', 'lost'] })
    expect((await failureOf(clock.run(fetch('http://nothing/')))).code).toBe('service_not_found')
  })
})

describe('the timeouts and retries of a rule', () => {
  it('win over those of the service it leads to, which holds for what the rule does not say', async () => {
    let calls = 0
    const count = () => {
      calls += 1
      return new Response(null, { status: 500 })
    }
    const failing = {
      endpoints: [count],
      retry: { codes: [500], attempts: 1, backoff: '1ms' },
      retryConstraint: 'off',
    }
    const { get } = given(
      [
        { matches: at('/more'), retry: { attempts: 3 }, backendRefs: to('failing') },
        { matches: at('/none'), retry: { attempts: 0 }, backendRefs: to('failing') },
        { matches: at('/own'), backendRefs: to('failing') },
      ],
      { failing },
    )
    const callsOf = async (path: string) => {
      calls = 0
      await get(path)
      return calls
    }
    expect(await callsOf('/more')).toBe(4)
    expect(await callsOf('/none')).toBe(1)
    expect(await callsOf('/own')).toBe(2)
  })

  it('are told as a timeout where they leave no time for another attempt', async () => {
    const failing = (headers: Record<string, string> = {}) => ({
      endpoints: [() => new Response(null, { status: 503, headers })],
      retry: { backoff: '400ms' },
      retryConstraint: 'off',
      timeouts: { request: '200ms' },
    })
    const [bounded, retry] = [{ timeouts: { request: '200ms' } }, { retry: { attempts: 3 } }]
    const { get, clock } = given(
      [
        { matches: at('/bounded'), ...bounded, ...retry, backendRefs: to('failing') },
        { matches: at('/told'), ...bounded, ...retry, backendRefs: to('busy') },
        { matches: at('/own'), ...retry, backendRefs: to('failing') },
        { matches: at('/last'), ...bounded, retry: { attempts: 0 }, backendRefs: to('failing') },
        { matches: at('/unbounded'), timeouts: { request: '0s' }, ...retry, backendRefs: to('failing') },
      ],
      { failing: failing(), busy: failing({ 'retry-after': '20' }) },
    )
    const before = clock.now()
    const error = await failureOf(get('/bounded'))
    expect(error).toMatchObject({ code: 'deadline_insufficient', meaning: { status: 504 } })
    expect(clock.now() - before).toBeLessThan(200)
    // What the answer itself says is of more use; and what no rule bounds is answered as it came.
    for (const path of ['/told', '/own', '/last']) expect((await get(path)).status, path).toBe(503)
    const hurried = { headers: { 'selvedge-timeout-ms': '200' } }
    expect((await get('/unbounded', hurried)).status).toBe(503)
  })

  it('bound the call', async () => {
    const { get, clock } = given([{ timeouts: { request: '300ms' }, backendRefs: to('slow') }], {
      slow: { endpoints: [(request) => hang(request)], timeouts: { request: '5s' } },
    })
    const before = clock.now()
    expect((await failureOf(get('/'))).code).toBe('deadline_exceeded')
    expect(clock.now() - before).toBe(300)
  })
})

describe('URLRewrite', () => {
  it('changes path and host, at the rule and then at the backend', async () => {
    const { get } = given([
      {
        matches: at('/api'),
        filters: [
          {
            type: 'URLRewrite',
            urlRewrite: { hostname: 'people.example', path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/v1' } },
          },
        ],
        backendRefs: to('v1'),
      },
      {
        matches: at('/old'),
        filters: [{ type: 'URLRewrite', urlRewrite: { hostname: 'a.example' } }],
        backendRefs: [
          {
            name: 'v2',
            filters: [
              { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: '/one' } } },
            ],
          },
        ],
      },
    ])
    expect((await get('/api/42?x=1')).headers.get('x-saw')).toBe('people.example/v1/42?x=1')
    expect((await get('/old/42?x=1')).headers.get('x-saw')).toBe('a.example/one?x=1')
  })
})

describe('header modifiers', () => {
  it('set, add and remove headers of the request and of the answer', async () => {
    let seen = new Headers()
    const { get } = given(
      [
        {
          filters: [
            {
              type: 'RequestHeaderModifier',
              requestHeaderModifier: {
                set: [{ name: 'X-Set', value: 'new' }],
                add: [{ name: 'x-add', value: 'two' }],
                remove: ['X-Gone'],
              },
            },
            {
              type: 'ResponseHeaderModifier',
              responseHeaderModifier: {
                set: [{ name: 'server', value: 'mesh' }],
                add: [{ name: 'x-a', value: '2' }],
                remove: ['x-b'],
              },
            },
          ],
          backendRefs: [
            {
              name: 'app',
              filters: [
                { type: 'RequestHeaderModifier', requestHeaderModifier: { add: [{ name: 'x-add', value: 'three' }] } },
              ],
            },
          ],
        },
      ],
      {
        app: (request) => {
          seen = request.headers
          return new Response('ok', { headers: { server: 'nginx', 'x-a': '1', 'x-b': '1' } })
        },
      },
    )
    const { headers } = await get('/', { headers: { 'x-set': 'old', 'x-add': 'one', 'x-gone': '1', 'x-kept': '1' } })
    expect([seen.get('x-set'), seen.get('x-add'), seen.get('x-gone'), seen.get('x-kept')]).toEqual([
      'new',
      'one, two, three',
      null,
      '1',
    ])
    expect([headers.get('server'), headers.get('x-a'), headers.get('x-b')]).toEqual(['mesh', '1, 2', null])
  })
})

describe('RequestRedirect', () => {
  it.each<[object, string, number, string]>([
    [{ hostname: 'a.example' }, '/x?y=1', 302, 'http://a.example/x?y=1'],
    [{ scheme: 'https', statusCode: 301 }, '/x', 301, 'https://users/x'],
    [{ port: 8080, statusCode: 307 }, '/x', 307, 'http://users:8080/x'],
    [{ port: 80, statusCode: 308 }, '/x', 308, 'http://users/x'],
    [{ scheme: 'https', port: 443, statusCode: 303 }, '/x', 303, 'https://users/x'],
    [{ scheme: 'https', port: 80 }, '/x', 302, 'https://users:80/x'],
    [{ path: { type: 'ReplaceFullPath', replaceFullPath: '/one' } }, '/x?y=1', 302, 'http://users/one?y=1'],
    [{ path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/one' } }, '/x?y=1', 302, 'http://users/one/x?y=1'],
  ])('of %j answers %s with %i, %s', async (requestRedirect, path, status, location) => {
    const { get } = given([{ filters: [{ type: 'RequestRedirect', requestRedirect }] }])
    const response = await get(path)
    expect([response.status, response.headers.get('location')]).toEqual([status, location])
    expect(response.headers.get('proxy-status')).toContain('redirected by a rule')
  })

  it('answers an address that can stand in a header, whatever the path', async () => {
    const path = { type: 'ReplaceFullPath' as const, replaceFullPath: '/日/a%2Fb' }
    const { get } = given([{ filters: [{ type: 'RequestRedirect', requestRedirect: { path } }] }])
    expect((await get('/x?y=1')).headers.get('location')).toBe('http://users/%E6%97%A5/a%2Fb?y=1')
  })

  it('keeps the port of the request unless a scheme or a port is given', async () => {
    const { fetch } = given([
      { matches: at('/a'), filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: 'a.example' } }] },
      { filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }] },
    ])
    expect((await fetch('http://users:8787/a')).headers.get('location')).toBe('http://a.example:8787/a')
    expect((await fetch('http://users:8787/b')).headers.get('location')).toBe('https://users/b')
  })
})

describe('RequestMirror', () => {
  const mirror = (name: string, more: object = {}) => ({
    type: 'RequestMirror' as const,
    requestMirror: { backendRef: { name }, ...more },
  })
  const allDone = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  function shadow() {
    const seen: string[] = []
    const answer = async (request: Request) => {
      seen.push(
        `${request.method} ${new URL(request.url).pathname} ${request.headers.get('x-a')} ${await request.text()}`,
      )
      return new Response('nobody reads this', { status: 500 })
    }
    return { seen, answer }
  }

  it('sends a copy as it leaves, with its body, to each service once', async () => {
    const [one, other] = [shadow(), shadow()]
    const { get } = given(
      [
        {
          matches: at('/a'),
          filters: [
            { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-a', value: '1' }] } },
            { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/b' } } },
            mirror('one'),
            mirror('other'),
            mirror('gone'),
          ],
          backendRefs: to('echo'),
        },
      ],
      { one: one.answer, other: other.answer, echo: async (request) => new Response(`echo ${await request.text()}`) },
    )
    expect(await body(get('/a/c'))).toBe('echo ')
    expect(await body(get('/a/c', { method: 'POST', body: 'hello' }))).toBe('echo hello')
    await allDone()
    expect(one.seen).toEqual(['GET /b/c 1 ', 'POST /b/c 1 hello'])
    expect(other.seen).toEqual(one.seen)
  })

  it('neither delays nor fails the request', async () => {
    let never = 0
    const { fetch } = given(
      [{ filters: [mirror('hangs'), mirror('throws'), mirror('loops')], backendRefs: to('v1') }],
      {
        hangs: (request) => {
          never += 1
          return hang(request)
        },
        throws: () => {
          throw new Error('broken')
        },
      },
    )
    // The clock stands still: nothing that waits could be waited for.
    expect(await body(fetch('http://users/'))).toBe('v1')
    await allDone()
    expect(never).toBe(1)
  })

  it('is of no account to the request: its receipt, its attempts and its allowance are its own', async () => {
    const { answer, seen } = shadow()
    const { get, spans } = given([{ filters: [mirror('shadow')], backendRefs: to('v1') }], {
      shadow: { endpoints: [answer], retry: { codes: [500], attempts: 3 } },
    })
    const response = await get('/')
    await allDone()
    expect(response.headers.get('selvedge-retries-used')).toBeNull()
    expect(seen).toHaveLength(1)
    expect(spans().filter(({ kind }) => kind === 'client')).toHaveLength(2)
  })

  it('leaves out a body of more than 64 KiB, which reaches its backend whole', async () => {
    const { answer, seen } = shadow()
    const { get } = given([{ filters: [mirror('shadow')], backendRefs: to('echo') }], {
      shadow: answer,
      echo: async (request) => new Response(String((await request.arrayBuffer()).byteLength)),
    })
    const stream = (length: number) => new Blob([new Uint8Array(length)]).stream()
    const put = (length: number) => get('/', { method: 'POST', body: stream(length), duplex: 'half' } as RequestInit)
    expect(await body(put(65_537))).toBe('65537')
    expect(
      await body(get('/', { method: 'POST', body: 'x'.repeat(70_000), headers: { 'content-length': '70000' } })),
    ).toBe('70000')
    await allDone()
    expect(seen).toHaveLength(0)
    expect(await body(put(65_536))).toBe('65536')
    await allDone()
    expect(seen).toHaveLength(1)
  })

  it.each<[object, number]>([
    [{ percent: 10 }, 100],
    [{ percent: 0 }, 0],
    [{ fraction: { numerator: 1, denominator: 4 } }, 250],
    [{ fraction: { numerator: 5 } }, 50],
    [{}, 1000],
  ])('of %j copies %i of 1,000', async (share, copies) => {
    const { answer, seen } = shadow()
    const { fetch } = given([{ filters: [mirror('shadow', share)], backendRefs: to('v1') }], { shadow: answer })
    for (let count = 0; count < 1000; count++) await fetch('http://users/')
    await allDone()
    expect(Math.abs(seen.length - copies)).toBeLessThanOrEqual(2)
  })
})

describe('CORS', () => {
  const cors = (cors: object): Rule[] => [{ filters: [{ type: 'CORS', cors }], backendRefs: to('v1') }]
  const ask = (origin: string, more: Record<string, string> = {}) => ({
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'PUT', ...more },
  })
  const told = ({ headers }: Response) =>
    Object.fromEntries(
      [...headers]
        .filter(([name]) => name.startsWith('access-control-'))
        .map(([name, value]) => [name.slice('access-control-'.length), value]),
    )

  it('answers a preflight by itself', async () => {
    const { get, spans } = given(
      cors({
        allowOrigins: ['https://app.example'],
        allowMethods: ['PUT', 'DELETE'],
        allowHeaders: ['x-a', 'X-B'],
        exposeHeaders: ['x-c'],
        allowCredentials: true,
        maxAge: 60,
      }),
    )
    const response = await get('/', ask('https://app.example'))
    expect(response.status).toBe(204)
    expect(told(response)).toEqual({
      'allow-origin': 'https://app.example',
      'allow-credentials': 'true',
      'allow-methods': 'PUT, DELETE',
      'allow-headers': 'x-a, X-B',
      'expose-headers': 'x-c',
      'max-age': '60',
    })
    expect(response.headers.get('vary')).toBe('origin')
    expect(told(await get('/', ask('https://evil.example')))).toEqual({})
    expect(spans().filter(({ kind }) => kind === 'client')).toHaveLength(0)
  })

  it('lets everyone read where everything is allowed, and remembers it for 5 s', async () => {
    const { get } = given(cors({ allowOrigins: ['*'], allowMethods: ['*'], allowHeaders: ['*'] }))
    expect(told(await get('/', ask('https://a.example')))).toEqual({
      'allow-origin': '*',
      'allow-methods': '*',
      'allow-headers': '*',
      'max-age': '5',
    })
  })

  it('never says * where credentials go along', async () => {
    const { get } = given(
      cors({
        allowOrigins: ['*'],
        allowMethods: ['*'],
        allowHeaders: ['*'],
        exposeHeaders: ['*'],
        allowCredentials: true,
      }),
    )
    expect(
      told(await get('/', ask('https://a.example', { 'access-control-request-headers': 'x-a, x-b' }))),
    ).toMatchObject({ 'allow-origin': 'https://a.example', 'allow-methods': 'PUT', 'allow-headers': 'x-a, x-b' })
    expect(told(await get('/', ask('https://a.example')))).not.toHaveProperty('allow-headers')
    expect(told(await get('/', { headers: { origin: 'https://a.example' } }))['expose-headers']).toContain('server')
  })

  it('adds to the answer what a page of an allowed origin needs', async () => {
    const { get } = given(cors({ allowOrigins: ['https://app.example'], exposeHeaders: ['x-saw'] }))
    const response = await get('/', { headers: { origin: 'https://app.example' } })
    expect(await response.clone().text()).toBe('v1')
    expect(told(response)).toEqual({ 'allow-origin': 'https://app.example', 'expose-headers': 'x-saw' })
    expect(told(await get('/', { headers: { origin: 'https://evil.example' } }))).toEqual({})
    expect(told(await get('/'))).toEqual({})
    expect(await body(get('/', { method: 'OPTIONS', headers: { origin: 'https://app.example' } }))).toBe('v1')
  })

  it('lets no backend say otherwise, and no cache give one page the answer of another', async () => {
    const own = { 'access-control-allow-origin': 'https://own.example', 'access-control-allow-credentials': 'true' }
    const backend: TestService = () => new Response('own', { headers: { ...own, vary: 'accept' } })
    const some = given(cors({ allowOrigins: ['https://app.example'] }), { v1: backend })
    const ask = async (origin?: string) => {
      const response = await some.get('/', origin ? { headers: { origin } } : {})
      return { ...told(response), vary: response.headers.get('vary') }
    }
    expect(await ask('https://app.example')).toEqual({ 'allow-origin': 'https://app.example', vary: 'accept, origin' })
    expect(await ask('https://own.example')).toEqual({ vary: 'accept, origin' })
    expect(await ask()).toEqual({ vary: 'accept, origin' })
    const all = given(cors({ allowOrigins: ['*'] }), { v1: backend })
    for (const init of [{}, { headers: { origin: 'https://any.example' } }]) {
      const response = await all.get('/', init)
      expect(told(response)).toEqual({ 'allow-origin': '*' })
      expect(response.headers.get('vary')).toBe('accept')
    }
  })

  it.each([
    ['https://*.example.com', 'https://a.b.example.com', true],
    ['https://*.example.com', 'https://example.com', false],
    ['https://*.example.com', 'http://a.example.com', false],
    ['https://*.example.com', 'https://a.example.com:8443', false],
    ['https://*.example.com:8443', 'https://a.example.com:8443', true],
    ['https://*.example.com', 'https://a.example.com:443', true],
    ['http://example.com:80', 'http://example.com', true],
    ['https://*', 'https://anything.example', true],
    ['https://*', 'http://anything.example', false],
    ['https://example.com', 'https://EXAMPLE.com', true],
    ['https://example.com', 'https://example.com.evil.net', false],
    ['https://example.com', 'null', false],
    ['*', 'null', true],
  ])('by %s allows %s: %s', async (allowed, origin, answer) => {
    const { get } = given(cors({ allowOrigins: [allowed] }))
    expect('allow-origin' in told(await get('/', { headers: { origin } }))).toBe(answer)
  })
})

describe('sessionPersistence', () => {
  const pair: TestService = [() => new Response('one'), () => new Response('other')]
  const sticky = (more: object = { cookie: {} }, backendRefs: Rule['backendRefs'] = to('pair')) =>
    [{ sessionPersistence: more, backendRefs }] as Rule[]
  const cookieOf = (response: Response) => response.headers.get('set-cookie') as string
  const pairOf = (cookie: string) => cookie.split(';')[0] as string

  it('keeps a caller with a cookie at its endpoint, and says so once', async () => {
    const { get } = given(sticky(), { pair })
    const first = await get('/')
    const name = await body(first)
    expect(cookieOf(first)).toMatch(/^selvedge-session-\w+=[\w.]+; Path=\/; HttpOnly; SameSite=Strict$/)
    for (let count = 0; count < 50; count++) {
      const again = await get('/', { headers: { cookie: `a=b; ${pairOf(cookieOf(first))}; c=d` } })
      expect(await again.text()).toBe(name)
      expect(again.headers.get('set-cookie')).toBeNull()
    }
  })

  it('finds another endpoint, and says so, where the one is gone', async () => {
    const { get, registry, clock } = given(sticky({ cookie: {} }, to('v1')))
    const cookie = pairOf(cookieOf(await get('/')))
    registry.set('users', { rules: sticky({ cookie: {} }, to('v2')) })
    await clock.advance(6000)
    await get('/')
    const moved = await get('/', { headers: { cookie } })
    expect(await moved.text()).toBe('v2')
    expect(pairOf(cookieOf(moved))).not.toBe(cookie)
  })

  it('begins anew where the record of its backend is gone, or has nothing that can be reached', async () => {
    const rules = (old: number) => [
      {
        sessionPersistence: { cookie: {} },
        backendRefs: [
          { name: 'v1', weight: old },
          { name: 'v2', weight: 1 - old },
        ],
      },
    ]
    for (const gone of ['nothing', 'unreachable']) {
      const { get, registry, clock } = given(rules(1), {}, {}, { seal: givenSeal(['key']) })
      const cookie = pairOf(cookieOf(await get('/')))
      registry.set('users', { rules: rules(0) })
      if (gone === 'nothing') registry.delete('v1')
      else registry.set('v1', { endpoints: [{ binding: 'NOT_THERE' }] })
      // Past the hour for which a record that is gone may still serve.
      await clock.advance(4_000_000)
      await get('/', { headers: { cookie } }).catch(() => {})
      await clock.advance(6000)
      const moved = await get('/', { headers: { cookie } })
      expect(await moved.text(), gone).toBe('v2')
      expect(pairOf(cookieOf(moved))).not.toBe(cookie)
    }
  })

  it('ends after absoluteTimeout', async () => {
    const { get, clock } = given(
      sticky({ cookie: { name: 'sid', path: '/a', lifetimeType: 'Permanent' }, absoluteTimeout: '1m30s' }),
      { pair },
    )
    const cookie = cookieOf(await get('/'))
    expect(cookie).toMatch(/^sid=[\w.]+; Path=\/a; HttpOnly; SameSite=Strict; Max-Age=90$/)
    await clock.advance(89_000)
    expect((await get('/', { headers: { cookie: pairOf(cookie) } })).headers.get('set-cookie')).toBeNull()
    await clock.advance(2000)
    expect((await get('/', { headers: { cookie: pairOf(cookie) } })).headers.get('set-cookie')).not.toBeNull()
  })

  it('is of the endpoint whose answer it was, where a hedge failed meanwhile', async () => {
    const clock = virtualClock()
    const slow = () => new Promise<Response>((done) => void clock.after(100, () => done(new Response('slow'))))
    const broken = () => new Response('broken', { status: 503 })
    const session = { type: 'Header', header: { name: 'x-session' } }
    const mesh = createTestMesh(
      { pair: { endpoints: [slow, broken], hedge: { delay: '10ms', maxExtraLoad: 100 } } },
      { clock, strategies: { balancers: () => () => (candidates) => candidates[0] as never } },
    )
    mesh.registry.set('users', { rules: sticky(session) })
    const get = (init?: RequestInit) => clock.run(mesh.fetch('http://users/', init))
    const wasHedged = () => mesh.spans().some(({ status }) => status === 503)
    // A hedge is paid for by calls before it.
    let first = await get()
    for (let count = 0; count < 5 && !wasHedged(); count++) first = await get()
    expect([wasHedged(), await first.text()]).toEqual([true, 'slow'])
    const again = await get({ headers: { 'x-session': first.headers.get('x-session') as string } })
    expect(again.headers.get('x-session')).toBeNull()
  })

  it('goes by a header, too', async () => {
    const { get } = given(sticky({ type: 'Header', header: { name: 'X-Session' } }), { pair })
    const first = await get('/')
    const session = first.headers.get('x-session') as string
    const name = await body(first)
    for (let count = 0; count < 20; count++)
      expect(await body(get('/', { headers: { 'x-session': session } }))).toBe(name)
  })

  it('by header is not mixed with one of the backend', async () => {
    const header = sticky({ type: 'Header', header: { name: 'x-session' } })
    const { get } = given(header, { pair: () => new Response('own', { headers: { 'x-session': 'own' } }) })
    const session = (await get('/')).headers.get('x-session') as string
    expect(session).not.toContain('own')
    expect((await get('/', { headers: { 'x-session': session } })).headers.get('x-session')).toBe('own')
  })

  it('that is permanent is never over before it began', async () => {
    const { get } = given(sticky({ cookie: { name: 'sid', lifetimeType: 'Permanent' }, absoluteTimeout: '900ms' }), {
      pair,
    })
    expect(cookieOf(await get('/'))).toMatch(/; Max-Age=1$/)
  })

  it('is of one rule, though another gives its cookie the same name', async () => {
    const persistence = { cookie: { name: 'sid' } }
    const { get } = given(
      [
        { matches: at('/a'), sessionPersistence: persistence, backendRefs: to('pair') },
        { matches: at('/b'), sessionPersistence: persistence, backendRefs: to('pair') },
      ],
      { pair },
    )
    const [a, b] = [pairOf(cookieOf(await get('/a'))), pairOf(cookieOf(await get('/b')))]
    const both = { headers: { cookie: `${a}; ${b}` } }
    expect((await get('/a', both)).headers.get('set-cookie')).toBeNull()
    expect((await get('/b', both)).headers.get('set-cookie')).toBeNull()
    expect((await get('/b', { headers: { cookie: a } })).headers.get('set-cookie')).not.toBeNull()
  })
})
