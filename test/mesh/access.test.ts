/** Who may call, decided by the records on the way: the one that is called, the one whose endpoints are used, and nobody's word. */
import { describe, expect, it } from 'vitest'
import type { Proof } from '../../src/core/caller.ts'
import type { LogEntry } from '../../src/core/log.ts'
import { createMesh } from '../../src/mesh/mesh.ts'
import type { MeshOptions } from '../../src/mesh/options.ts'
import { proxy } from '../../src/mesh/proxy.ts'
import { viaMesh } from '../../src/registry/via-mesh.ts'
import { memoryRegistry, seeded } from '../../src/testing.ts'
import { access } from '../../src/trust.ts'
import { quickClock } from '../support/upstream.ts'

interface By {
  caller?: string
  proof?: Proof
  trusted?: boolean
}

const STRANGER: By = {}
const CHECKOUT: By = { caller: 'checkout', proof: 'binding', trusted: true }
const THUMB: By = { caller: 'thumb', proof: 'binding', trusted: true }

function given(records: Record<string, object>, defaults = {}) {
  const clock = quickClock()
  const logged: LogEntry[] = []
  const sent: Request[] = []
  const fetch = async (url: string, init: RequestInit) => {
    sent.push(new Request(url, init))
    return new Response('ok')
  }
  const enter = proxy({
    registry: memoryRegistry(records),
    env: { USERS: { fetch }, ADMIN: { fetch } },
    clock,
    random: seeded(7),
    log: (entry) => logged.push(entry),
    trust: access,
    defaults,
  })
  const works: Promise<unknown>[] = []
  const ask = async (url: string, { caller, proof, trusted = false }: By, init: RequestInit = {}) => {
    const request = new Request(url, init)
    const { host, pathname, search } = new URL(url)
    const identify = () => ({ name: host, path: pathname + search })
    const response = await clock.run(
      enter(request, { trusted, caller, proof, defer: (work) => works.push(work), identify }),
    )
    await Promise.allSettled(works)
    return response
  }
  return { ask, sent, logged }
}

const USERS = { endpoints: [{ binding: 'USERS' }] }
const ONLY_CHECKOUT = { default: 'deny', rules: [{ name: 'readers', effect: 'allow', callers: ['checkout'] }] }

describe('access', () => {
  it('lets in whom the record allows, and tells nobody that it did', async () => {
    const { ask, sent, logged } = given({ users: { ...USERS, access: ONLY_CHECKOUT } })
    expect((await ask('http://users/42', CHECKOUT)).status).toBe(200)
    expect([sent.length, logged.length]).toEqual([1, 0])
  })

  it('refuses a member that no rule allows with record, rule, caller and proof', async () => {
    const { ask, sent } = given({ users: { ...USERS, access: ONLY_CHECKOUT } })
    const answer = await ask('http://users/42', THUMB)
    expect(answer.status).toBe(403)
    expect(answer.headers.get('proxy-status')).toContain('error=http_request_denied')
    expect(answer.headers.get('selvedge-error')).toBe('caller_denied')
    expect(answer.headers.get('selvedge-retryable')).toBe('false')
    const { detail, caller, service } = (await answer.json()) as Record<string, string>
    expect([caller, service]).toEqual(['thumb', 'users'])
    expect(detail).toMatch(/services\/users.*"thumb".*binding.*GET \/42.*default is deny/)
    expect(sent).toEqual([])
  })

  it('tells a stranger the code, and how to say who it is, and nothing of the record', async () => {
    const { ask, logged } = given({ users: { ...USERS, access: ONLY_CHECKOUT } })
    const answer = await ask('http://users/42', STRANGER)
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    const text = await answer.text()
    expect(text).toContain('caller_unknown')
    expect(text + [...answer.headers].join()).not.toMatch(/readers|services\/users|deny/)
    expect(logged.map(({ code, message }) => [code, message?.includes('no rule allows it')])).toEqual([
      ['caller_unknown', true],
    ])
  })

  it.each([
    ['grpc', { 'content-type': 'application/grpc-web' }, 'grpc-status', '16'],
    ['connect', { 'connect-protocol-version': '1' }, 'content-type', 'application/json'],
  ])('says so in %s', async (_, headers, name, value) => {
    const { ask } = given({ users: { ...USERS, access: ONLY_CHECKOUT } })
    const answer = await ask('http://users/42', STRANGER, { method: 'POST', body: 'x', headers })
    expect(answer.headers.get(name)).toBe(value)
  })

  it('believes no header', async () => {
    const { ask, sent } = given({ users: { ...USERS, access: ONLY_CHECKOUT } })
    for (const name of ['selvedge-caller', 'Selvedge-Caller', 'selvedge-identity', 'x-selvedge-caller', 'caller'])
      expect((await ask('http://users/42', STRANGER, { headers: { [name]: 'checkout' } })).status).toBe(401)
    expect(sent).toEqual([])
  })

  it('tells what it would deny in audit, and denies nothing', async () => {
    const { ask, logged } = given({ users: { ...USERS, access: { ...ONLY_CHECKOUT, mode: 'audit' } } })
    expect((await ask('http://users/42', THUMB)).status).toBe(200)
    expect(logged).toMatchObject([{ event: 'would_deny', key: 'services/users', caller: 'thumb', service: 'users' }])
  })

  it('takes default and mode of the mesh where the record has none', async () => {
    const defaults = { access: { default: 'deny', mode: 'audit' } as const }
    const { ask, logged } = given({ users: USERS, open: { ...USERS, access: { default: 'allow' } } }, defaults)
    await ask('http://users/', THUMB)
    await ask('http://open/', THUMB)
    expect(logged.map(({ event, key }) => [event, key])).toEqual([['would_deny', 'services/users']])
  })

  it('asks the record whose endpoints are used, too: a route is no way around it', async () => {
    const { ask, sent } = given({
      public: { rules: [{ backendRefs: [{ name: 'admin' }] }] },
      admin: { endpoints: [{ binding: 'ADMIN' }], access: ONLY_CHECKOUT },
    })
    expect((await ask('http://public/', THUMB)).status).toBe(403)
    expect((await ask('http://public/', CHECKOUT)).status).toBe(200)
    expect(sent.length).toBe(1)
  })

  it('judges the path that a backend is sent', async () => {
    const rewrite = {
      type: 'URLRewrite',
      urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: '/secret' } },
    }
    const { ask } = given({
      public: { rules: [{ filters: [rewrite], backendRefs: [{ name: 'admin' }] }] },
      admin: {
        endpoints: [{ binding: 'ADMIN' }],
        access: { rules: [{ name: 'no secrets', effect: 'deny', paths: ['/secret'] }] },
      },
    })
    expect((await ask('http://public/open', CHECKOUT)).status).toBe(403)
  })

  it('asks the exact record where a wildcard answers: a hole in its rules is no hole in its policy', async () => {
    const { ask } = given({
      'a.shop': {
        ...USERS,
        rules: [{ matches: [{ path: { type: 'Exact', value: '/only' } }] }],
        access: ONLY_CHECKOUT,
      },
      '*.shop': { ...USERS, rules: [{}] },
    })
    expect((await ask('http://a.shop/other', THUMB)).status).toBe(403)
    expect((await ask('http://a.shop/other', CHECKOUT)).status).toBe(200)
    expect((await ask('http://b.shop/other', THUMB)).status).toBe(200)
  })

  it('goes by the record at the end of an alias', async () => {
    const { ask } = given({ old: { alias: 'users' }, users: { ...USERS, access: ONLY_CHECKOUT } })
    expect((await ask('http://old/', THUMB)).status).toBe(403)
  })

  it('sends the copy of a library without a name, whose call nobody judges here either', async () => {
    const mirror = { type: 'RequestMirror', requestMirror: { backendRef: { name: 'shadow' } } }
    const sent: string[] = []
    const fetch = async (url: string) => {
      sent.push(url)
      return new Response('ok')
    }
    const works: Promise<unknown>[] = []
    const mesh = createMesh({
      registry: memoryRegistry({
        users: { ...USERS, access: ONLY_CHECKOUT, rules: [{ filters: [mirror] }] },
        shadow: { ...USERS, access: ONLY_CHECKOUT },
      }),
      env: { USERS: { fetch } },
      waitUntil: (work) => works.push(work),
      log: 'off',
      trust: access,
    })
    expect((await mesh.fetch('http://users/')).status).toBe(200)
    await Promise.all(works)
    expect(sent).toEqual(['http://users/', 'http://users/'])
  })

  it('sends no copy that its service would refuse, and the request all the same', async () => {
    const mirror = { type: 'RequestMirror', requestMirror: { backendRef: { name: 'shadow' } } }
    const { ask, sent, logged } = given({
      users: { ...USERS, rules: [{ filters: [mirror] }] },
      shadow: { endpoints: [{ binding: 'ADMIN' }], access: ONLY_CHECKOUT },
    })
    expect((await ask('http://users/', THUMB)).status).toBe(200)
    expect([sent.length, logged.map(({ event }) => event)]).toEqual([1, ['copy_denied']])
    await ask('http://users/', CHECKOUT)
    expect(sent.length).toBe(3)
  })

  it('lets a preflight pass, which has no credentials', async () => {
    const cors = { allowOrigins: ['https://app.example'], allowMethods: ['GET'] }
    const { ask } = given({
      users: { ...USERS, rules: [{ filters: [{ type: 'CORS', cors }] }], access: ONLY_CHECKOUT },
    })
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'GET' }
    expect((await ask('http://users/', STRANGER, { method: 'OPTIONS', headers })).status).toBeLessThan(300)
  })

  it('tells members beneath it who called, and nobody else', async () => {
    const { ask, sent } = given({ users: USERS, out: { endpoints: ['https://out.example.com'] } })
    await ask('http://users/', CHECKOUT)
    await ask('http://users/', STRANGER, { headers: { 'selvedge-caller': 'forged' } })
    expect(sent.map(({ headers }) => headers.get('selvedge-caller'))).toEqual(['checkout', null])
  })
})

describe('a mesh without trust', () => {
  const options = (users: object) => ({
    registry: memoryRegistry({ users }),
    env: { USERS: { fetch: async () => new Response('ok') } },
    log: 'off' as const,
  })

  it('refuses a record that says who may call, since nobody would ask', async () => {
    const mesh = createMesh(options({ ...USERS, access: ONLY_CHECKOUT }))
    await expect(mesh.fetch('http://users/')).rejects.toMatchObject({ code: 'record_invalid' })
    await expect(mesh.fetch('http://users/')).rejects.toThrow(/\$\.access.*selvedge\/trust/)
  })

  it('goes on with the last good record', async () => {
    const clock = quickClock()
    const registry = memoryRegistry({ users: USERS })
    const mesh = createMesh({ ...options(USERS), registry, clock, waitUntil: () => {}, freshMs: 0 })
    await clock.run(mesh.fetch('http://users/'))
    registry.set('users', { ...USERS, access: ONLY_CHECKOUT })
    for (let calls = 0; calls < 3; calls++) expect((await clock.run(mesh.fetch('http://users/'))).status).toBe(200)
  })

  it('is not made with defaults that say who may call', () => {
    expect(() => createMesh({ ...options(USERS), defaults: { access: { default: 'deny' } } })).toThrow(
      /defaults\.access/,
    )
  })
})

describe('the library of a caller', () => {
  const given = (name?: string) => {
    let calls = 0
    const env = { USERS: { fetch: async () => new Response(String(++calls)) } }
    const registry = memoryRegistry({ users: { ...USERS, access: ONLY_CHECKOUT } })
    const mesh = createMesh({ registry, env, trust: access, log: 'off', ...(name ? { name } : {}) })
    return { mesh, calls: () => calls }
  }

  it('spares a trip that would be refused', async () => {
    const { mesh, calls } = given('thumb')
    await expect(mesh.fetch('http://users/')).rejects.toMatchObject({ code: 'caller_denied' })
    expect(calls()).toBe(0)
  })

  it.each(['checkout', undefined])('goes there where it is called %s', async (name) => {
    expect((await given(name).mesh.fetch('http://users/')).status).toBe(200)
  })
})

describe('a function that is called by its name', () => {
  const record = { ...USERS, access: { ...ONLY_CHECKOUT, rules: [...ONLY_CHECKOUT.rules] } }
  const given = () => {
    const mesh = createMesh({ registry: memoryRegistry({ users: record }), name: 'users', trust: access, log: 'off' })
    const handler = { fetch: async () => new Response('served') }
    const ctx = (props?: object) => ({ waitUntil() {}, props }) as unknown as ExecutionContext
    const ask = (props?: object, headers: Record<string, string> = {}, options = {}) =>
      mesh.serve(handler, options).fetch(new Request('https://users.example.com/42', { headers }), {}, ctx(props))
    return { mesh, ask, ctx }
  }

  it.each<[string, object | undefined, Record<string, string>, number]>([
    ['its binding', { caller: 'checkout' }, {}, 200],
    ['another binding', { caller: 'thumb' }, {}, 403],
    ['nobody', undefined, {}, 401],
    ['a forged header', {}, { 'selvedge-caller': 'checkout' }, 401],
    ['a mesh that vouches', { vouches: true }, { 'selvedge-caller': 'checkout' }, 200],
    ['a mesh that vouches for another', { vouches: true }, { 'selvedge-caller': 'thumb' }, 403],
  ])('is guarded by serve: who calls is told by %s', async (_, props, headers, status) => {
    expect((await given().ask(props, headers)).status).toBe(status)
  })

  it('takes the word of a mesh where nobody else can reach it', async () => {
    const { ask } = given()
    expect((await ask(undefined, { 'selvedge-caller': 'checkout' }, { trust: () => true })).status).toBe(200)
  })

  it('is closed without a record where all that is not said is denied, and open where it is not', async () => {
    const ask = async (defaults: MeshOptions['defaults'], records: Record<string, object> = {}) => {
      const registry = memoryRegistry(records)
      const mesh = createMesh({ registry, name: 'users', trust: access, log: 'off', ...(defaults && { defaults }) })
      const ctx = { waitUntil() {}, props: { caller: 'checkout' } } as unknown as ExecutionContext
      const served = mesh.serve({ fetch: async () => new Response('served') })
      return (await served.fetch(new Request('https://users.example.com/42'), {}, ctx)).status
    }
    expect(await ask({ access: { default: 'deny' } })).toBe(403)
    expect(await ask({ access: { default: 'deny' } }, { users: { alias: 'gone' } })).toBe(403)
    expect(await ask({ access: { default: 'deny' } }, { users: record })).toBe(200)
    expect(await ask({ access: { default: 'deny', mode: 'audit' } })).toBe(200)
    expect(await ask({ access: { default: 'allow' } })).toBe(200)
    expect(await ask(undefined)).toBe(200)
  })

  it('is closed, and says why, where its registry knows no records and nobody has said what holds', async () => {
    const logged: LogEntry[] = []
    const ask = async (defaults?: MeshOptions['defaults']) => {
      const log = (entry: LogEntry) => logged.push(entry)
      const registry = viaMesh()
      const mesh = createMesh({ registry, name: 'users', trust: access, log, ...(defaults && { defaults }) })
      const ctx = { waitUntil() {}, props: { caller: 'checkout' } } as unknown as ExecutionContext
      const served = mesh.serve({ fetch: async () => new Response('served') })
      return served.fetch(new Request('https://users.example.com/42'), {}, ctx)
    }
    const refused = await ask()
    expect([refused.status, refused.headers.get('selvedge-error')]).toEqual([500, 'internal'])
    expect(JSON.stringify(logged)).toContain('users obeys its record, and its registry knows none')
    expect((await ask({ access: { default: 'allow' } })).status).toBe(200)
    expect((await ask({ access: { default: 'deny' } })).status).toBe(403)
  })

  it('is guarded by a Call, too', async () => {
    const { mesh, ctx } = given()
    const request = new Request('https://users.example.com/42')
    await expect(mesh.for(request, ctx({ caller: 'thumb' })).admit()).rejects.toMatchObject({ code: 'caller_denied' })
    await expect(mesh.for(request, ctx({ caller: 'checkout' })).admit()).resolves.toBeUndefined()
  })
})
