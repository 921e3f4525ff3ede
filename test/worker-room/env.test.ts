import { describe, expect, it } from 'vitest'
import { seal } from '../../src/core/seal.ts'
import { type OtlpOptions, otlp } from '../../src/otlp.ts'
import { analytics } from '../../src/stats.ts'
import { access, trust } from '../../src/trust.ts'
import { type Env, workerOptions } from '../../src/worker/env.ts'

const REGISTRY = { getWithMetadata: async () => ({ value: null, metadata: null }) } as unknown as KVNamespace
const given = (env: Partial<Env> & Record<string, unknown> = {}) => workerOptions({ REGISTRY, ...env } as Env, {})

describe('workerOptions', () => {
  it('says the defaults', () => {
    const options = given()
    expect(options.domain).toBe('mesh')
    for (const host of ['localhost', '127.0.0.1', '[::1]', 'mesh.anna.workers.dev']) {
      expect(options.hosts.includes(host)).toBe(true)
    }
    expect(options).not.toHaveProperty('freshMs')
    expect(options).not.toHaveProperty('defaults')
  })

  it('reads every variable', () => {
    const options = given({
      MESH_HOSTS: 'mesh.example.com',
      MESH_DOMAIN: 'internal',
      MESH_FRESH: '1s',
      MESH_MAX_STALE: '2h',
      MESH_MAX_HOPS: '8',
      MESH_IDLE: '1m30s',
      MESH_DEFAULTS: '{"timeouts":{"request":"2s"}}',
      MESH_SECRETS: 'AWS_*, GCP_SERVICE_ACCOUNT,',
      MESH_SESSION_KEY: 'new, old',
    })
    expect(options.hosts.includes('mesh.example.com')).toBe(true)
    expect(options.hosts.includes('localhost')).toBe(false)
    expect(options).toMatchObject({
      domain: 'internal',
      freshMs: 1000,
      maxStaleMs: 7_200_000,
      maxHops: 8,
      idleMs: 90_000,
      defaults: { timeouts: { request: '2s' } },
      secrets: ['AWS_*', 'GCP_SERVICE_ACCOUNT'],
    })
  })

  it('takes defaults that are JSON already', () => {
    expect(given({ MESH_DEFAULTS: { retry: { attempts: 1 } } }).defaults).toEqual({ retry: { attempts: 1 } })
  })

  it('seals sessions with the first key, and knows all', async () => {
    const { seal: ours } = given({ MESH_SESSION_KEY: ' new,old ' })
    expect(await ours?.markOf('a')).toBe(await seal(['new']).markOf('a'))
    expect(await ours?.fits('a', await seal(['old']).markOf('a'))).toBe(true)
    expect(given()).not.toHaveProperty('seal')
  })

  it('lets records name no secret where the list of them is empty, and any where there is none', () => {
    expect(given({ MESH_SECRETS: '' }).secrets).toEqual([])
    expect(given()).not.toHaveProperty('secrets')
  })

  it('gives endpoints the whole environment to name bindings in', () => {
    const USERS = { fetch: () => {} }
    expect((given({ USERS }).env as { USERS: unknown }).USERS).toBe(USERS)
  })

  it.each([
    [{ MESH_FRESH: '5' }, 'MESH_FRESH', '"5"'],
    [{ MESH_MAX_STALE: 'long' }, 'MESH_MAX_STALE', '"long"'],
    [{ MESH_IDLE: '' }, 'MESH_IDLE', '""'],
    [{ MESH_DEFAULTS: '{"timeout":1}' }, 'MESH_DEFAULTS', '$.timeout'],
    [{ MESH_DEFAULTS: '{' }, 'MESH_DEFAULTS', 'JSON'],
    ...['*', 'A*', 'A B', 'A_*_B', '1A'].map((name): [object, string, string] => [
      { MESH_SECRETS: `OK,${name}` },
      'MESH_SECRETS',
      `"${name}"`,
    ]),
    [{ MESH_SESSION_KEY: ' , ' }, 'MESH_SESSION_KEY', 'it is empty'],
    [{ REGISTRY: undefined }, 'KV namespace', 'undefined'],
  ])('names the variable and what stands in it: %j', (env, name, shown) => {
    const read = () => given(env as Partial<Env>)
    expect(read).toThrow(TypeError)
    expect(read).toThrow(name)
    expect(read).toThrow(shown)
  })

  it.each(['OTLP_ENDPOINT', 'OTLP_HEADERS'])('refuses %s where nothing exports, without its value', (name) => {
    const read = () => given({ [name]: 'hunter2' })
    expect(read).toThrow(/^OTLP_ENDPOINT is set, and this Worker is composed without `otlp`/)
    expect(read).toThrow(expect.not.stringContaining('hunter2'))
  })

  it('gives what exports the collector, its headers and the level of the console', () => {
    const collector = { OTLP_ENDPOINT: 'https://otlp.example.com', OTLP_HEADERS: 'a=b', MESH_LOG: 'error' }
    const given: OtlpOptions[] = []
    const part = (options: OtlpOptions) => {
      given.push(options)
      return otlp({ ...options, log: 'info' })
    }
    const options = workerOptions({ REGISTRY, ...collector } as Env, { otlp: part })
    expect(given).toEqual([{ url: 'https://otlp.example.com', headers: 'a=b', print: 'error' }])
    expect(options.sink?.calls).toBeDefined()
    expect(options.log).toBeTypeOf('function')
    expect(workerOptions({ REGISTRY } as Env, { otlp: part })).not.toHaveProperty('sink')
  })

  it('refuses headers for a collector that is not named, without their value', () => {
    const read = () => workerOptions({ REGISTRY, OTLP_HEADERS: 'hunter2' } as Env, { otlp })
    expect(read).toThrow(/^OTLP_HEADERS is set, and OTLP_ENDPOINT is not/)
    expect(read).toThrow(expect.not.stringContaining('hunter2'))
  })

  it('gives trust the environment, where it is a part that reads MESH_TRUST', () => {
    const MESH_TRUST = { domain: 'mesh.example.com' }
    expect(workerOptions({ REGISTRY, MESH_TRUST } as Env, { trust }).trust?.identities).toBeDefined()
    expect(workerOptions({ REGISTRY } as Env, { trust }).trust).toBe(access)
    expect(workerOptions({ REGISTRY } as Env, { trust: access }).trust).toBe(access)
    expect(() => workerOptions({ REGISTRY, MESH_TRUST: '{' } as Env, { trust })).toThrow(/^MESH_TRUST: Not JSON/)
  })

  it('writes data points where it is composed with them, and has a dataset for them', () => {
    const ANALYTICS = { writeDataPoint: () => undefined }
    expect(workerOptions({ REGISTRY } as Env, { analytics })).not.toHaveProperty('points')
    expect(workerOptions({ REGISTRY, ANALYTICS } as Env, {})).not.toHaveProperty('points')
    expect(workerOptions({ REGISTRY, ANALYTICS } as Env, { analytics }).points).toBeDefined()
  })
})
