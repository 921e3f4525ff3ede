/** `selvedge init`: what it writes, and what it leaves alone. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { localWorker } from '../../../src/cli/dev/local-worker.ts'
import { readJsonc } from '../../../src/cli/init/jsonc.ts'
import { selvedge } from '../../support/selvedge.ts'

const root = mkdtempSync(join(tmpdir(), 'selvedge-init-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let made = 0
/** A folder with these files in it. */
function given(files: Readonly<Record<string, string>> = {}, name = `folder-${++made}`) {
  const dir = join(root, String(++made), name)
  mkdirSync(dir, { recursive: true })
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true })
    writeFileSync(join(dir, file), text)
  }
  const registry = join(dir, 'registry.yaml')
  return {
    dir,
    read: (file: string) => readFileSync(join(dir, file), 'utf8'),
    init: (...flags: string[]) => selvedge('init', dir, '--registry', registry, ...flags),
  }
}

/** The services that wrangler finds in the configuration of a folder. */
async function servicesOf(dir: string) {
  const { unstable_readConfig: readConfig } = await import('wrangler')
  const file = ['wrangler.toml', 'wrangler.jsonc', 'wrangler.json']
    .map((one) => join(dir, one))
    .find((one) => existsSync(one))
  return readConfig({ config: file as string }, { hideWarnings: true }).services
}

const MESH = { binding: 'MESH', service: 'selvedge', entrypoint: 'MeshEntrypoint' }
const TOML =
  'name = "cart_api" # ours\nmain = "index.ts"\ncompatibility_date = "2026-10-01"\n\n[[services]]\nbinding = "USERS"\nservice = "users"\n\n[env.staging]\nname = "x"'

describe('selvedge init, of a new Worker', () => {
  it('writes a configuration, a source and a record, which build', async () => {
    const { dir, read, init } = given({}, 'Order History')
    const { code, out, err } = await init()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('Call it: curl http://127.0.0.1:8787/svc/order-history/')
    expect(await servicesOf(dir)).toEqual([{ ...MESH, props: { caller: 'order-history' } }])
    expect(parse(read('registry.yaml'))).toEqual({
      'order-history': { endpoints: [{ binding: 'ORDER_HISTORY' }], timeouts: { request: '5s' } },
    })
    expect((await localWorker(dir)).name).toBe('order-history')
  })

  it('writes a record that is understood, and that the mesh needs no more than its binding for', async () => {
    const { dir, init } = given({}, 'users')
    await init()
    expect((await selvedge('validate', join(dir, 'registry.yaml'))).code).toBe(0)
  })

  it('writes over nothing, unless that is asked for', async () => {
    const { read, init } = given({ 'src/index.ts': 'export default {}\n' }, 'users')
    expect((await init()).out).toMatch(/left +.*index\.ts/)
    expect(read('src/index.ts')).toBe('export default {}\n')
    expect((await init('--force')).out).toMatch(/wrote +.*index\.ts/)
    expect(read('src/index.ts')).toContain('env.MESH.fetch(')
  })

  it('takes the name that is given, and refuses one that nobody could call', async () => {
    const { read, init } = given({}, 'users')
    expect((await init('--name', 'Users!')).err).toContain('"Users!" is not a service name')
    expect(await init('--name', 'people.shop', '--mesh', 'our-mesh')).toMatchObject({ code: 0 })
    expect(read('wrangler.toml')).toMatch(
      /name = "people-shop"[\s\S]*service = "our-mesh"[\s\S]*caller = "people\.shop"/,
    )
    expect(parse(read('registry.yaml'))).toMatchObject({ 'people.shop': { endpoints: [{ binding: 'PEOPLE_SHOP' }] } })
  })
})

describe('selvedge init, of a Worker that is there', () => {
  it('adds a binding behind what stands in a wrangler.toml', async () => {
    const { dir, read, init } = given({ 'wrangler.toml': TOML, 'index.ts': 'export default {}' })
    expect(await init()).toMatchObject({ code: 0 })
    expect(read('wrangler.toml').startsWith(`${TOML}\n`)).toBe(true)
    const services = await servicesOf(dir)
    expect(services).toEqual([
      { binding: 'USERS', service: 'users' },
      { ...MESH, props: { caller: 'cart-api' } },
    ])
    expect(parse(read('registry.yaml'))).toHaveProperty('cart-api')
    expect(existsSync(join(dir, 'src/index.ts'))).toBe(false)
  })

  it.each([
    ['nothing else', '{ "name": "cart" }', 1],
    ['nothing', '{}', 1],
    [
      'comments and a comma at the end',
      '{\n  // Ours.\n  "name": "cart", /* "services": [ */\n  "main": "a//b.ts", // "}"\n}\n',
      1,
    ],
    [
      'services',
      '{\n  "name": "cart",\n  "services": [\n    { "binding": "USERS", "service": "users" }, // theirs\n  ],\n  "vars": { "services": [] }\n}\n',
      2,
    ],
    ['a list that is empty', '{ "name": "cart", "vars": { "services": "no" }, "services": [] }', 1],
  ])('adds a binding to a wrangler.jsonc that has %s, and keeps the rest', async (_, text, count) => {
    const { dir, read, init } = given({ 'wrangler.jsonc': text }, 'cart')
    expect(await init()).toMatchObject({ code: 0 })
    const after = readJsonc(read('wrangler.jsonc')) as { services: unknown[] }
    expect(after.services).toHaveLength(count)
    expect(after).toMatchObject({ ...readJsonc(text), services: after.services })
    for (const comment of text.match(/\/\/ .*|\/\*.*?\*\//g) ?? []) expect(read('wrangler.jsonc')).toContain(comment)
    expect((await servicesOf(dir))?.at(-1)).toMatchObject(MESH)
  })

  it.each([
    [
      'wrangler.toml',
      'name = "cart"\nservices = [{ binding = "A", service = "a" }]\n',
      '[[services]]\nbinding = "MESH"',
    ],
    ['wrangler.jsonc', '{ "name": "cart", "services": "none" }', '"services": [{"binding":"MESH"'],
    ['wrangler.json', '{ "name": "cart", ', '"services": [{"binding":"MESH"'],
  ])('says what to add where a %s cannot be changed safely, and leaves it', async (file, text, toAdd) => {
    const { read, init } = given({ [file]: text }, 'cart')
    const { code, out } = await init()
    expect(code).toBe(1)
    expect(out).toContain('which cannot be changed safely:')
    expect(out).toContain(toAdd)
    expect(read(file)).toBe(text)
  })

  it('changes nothing the second time', async () => {
    const { read, init } = given({ 'wrangler.toml': TOML })
    await init()
    const before = [read('wrangler.toml'), read('registry.yaml')]
    const { code, out } = await init()
    expect(code).toBe(0)
    expect(out).toMatch(/has it +.*wrangler\.toml\nhas it +.*registry\.yaml/)
    expect([read('wrangler.toml'), read('registry.yaml')]).toEqual(before)
  })
})

describe('selvedge init, of a registry that is there', () => {
  it('adds the record behind the others, with their comments', async () => {
    const { read, init } = given({ 'registry.yaml': '# Ours.\norders: https://orders.example.com # for now' }, 'users')
    await init()
    expect(read('registry.yaml')).toMatch(/^# Ours\.\norders: .* # for now\nusers:\n/)
    expect(parse(read('registry.yaml'))).toMatchObject({
      orders: 'https://orders.example.com',
      users: { endpoints: [{ binding: 'USERS' }] },
    })
  })

  it.each(['{}\n', '{ "orders": "https://orders.example.com" }\n'])(
    'says what to add to one in one line: %s',
    async (text) => {
      const { read, init } = given({ 'registry.yaml': text }, 'users')
      const { code, out } = await init()
      expect(code).toBe(1)
      expect(out).toContain('users:\n  endpoints:\n    - binding: USERS\n')
      expect(read('registry.yaml')).toBe(text)
    },
  )

  it('leaves one that it cannot read', async () => {
    const { read, init } = given({ 'registry.yaml': 'users: [' }, 'users')
    expect(await init()).toMatchObject({ code: 2 })
    expect(read('registry.yaml')).toBe('users: [')
  })
})
