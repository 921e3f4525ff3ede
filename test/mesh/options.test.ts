import { describe, expect, it } from 'vitest'
import { type MeshOptions, withDefaults } from '../../src/mesh/options.ts'
import { memoryRegistry } from '../../src/testing.ts'

const registry = memoryRegistry()

describe('withDefaults', () => {
  it('says the defaults', () => {
    expect(withDefaults({ registry })).toMatchObject({
      registry,
      bindings: {},
      defaults: {},
      domain: 'mesh',
      freshMs: 5000,
      maxStaleMs: 3_600_000,
      maxRecords: 2000,
      maxHops: 16,
      idleMs: 300_000,
    })
  })

  it('keeps what is said', () => {
    const said = {
      registry,
      env: { A: 1 },
      domain: 'internal',
      freshMs: 0,
      maxHops: 32,
      idleMs: Number.POSITIVE_INFINITY,
    }
    const { env, ...rest } = said
    expect(withDefaults(said)).toMatchObject({ bindings: env, ...rest })
  })

  it.each([
    ['freshMs', -1],
    ['freshMs', Number.NaN],
    ['maxStaleMs', 86_400_001],
    ['maxRecords', 1],
    ['maxHops', 0],
    ['maxHops', 33],
    ['idleMs', 0],
  ])('refuses %s of %d, and says what may be', (name, value) => {
    const make = () => withDefaults({ registry, [name]: value })
    expect(make).toThrow(TypeError)
    expect(make).toThrow(name)
    expect(make).toThrow(String(value))
  })

  it.each(['', 'Checkout', 'a b', 'checkout@pr-1'])('refuses to be called "%s"', (name) => {
    expect(() => withDefaults({ registry, name })).toThrow(TypeError)
    expect(() => withDefaults({ registry, name })).toThrow(`name is a service name, such as "checkout"; got "${name}".`)
    expect(withDefaults({ registry, name: 'checkout' }).name).toBe('checkout')
  })

  it('says that a registry is needed, with an example', () => {
    for (const options of [undefined, {}, { registry: {} }]) {
      expect(() => withDefaults(options as unknown as MeshOptions)).toThrow(/createMesh\(\{ registry: kvRegistry/)
    }
  })

  it('asks the fetch of the platform each time, so that one which is replaced is heard', async () => {
    const before = globalThis.fetch
    const { fetch } = withDefaults({ registry })
    globalThis.fetch = async () => new Response('replaced')
    try {
      expect(await (await fetch('http://users/')).text()).toBe('replaced')
    } finally {
      globalThis.fetch = before
    }
  })
})
