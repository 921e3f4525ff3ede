import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { registrySource } from '../../../src/cli/dev/registry-source.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'selvedge-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a registry file', () => {
  it('is written to KV as it is, and tells of records that lead nowhere', async () => {
    const file = join(folder, 'registry.yaml')
    writeFileSync(
      file,
      'shop: { rules: [{ backendRefs: [{ name: a }, { name: b.bank }, { name: c }] }] }\na: https://a\n"*.bank": https://b\n',
    )
    const source = await registrySource(file)
    const written: string[] = []
    const warned: string[] = []
    const store = { put: async (key: string) => void written.push(key), delete: async () => {} }
    const given = { bindings: new Map(), values: new Set<string>() }
    const stop = await source.feed(
      store,
      { given, domain: 'mesh' },
      { note: () => {}, warn: (line) => warned.push(line) },
    )
    stop()
    expect(written).toEqual(['services/shop', 'services/a', 'services/*.bank'])
    expect(warned).toEqual([`${file}:1: shop leads to "c", under which no record stands.`])
  })

  it('tells of what is wrong at its line, and of aliases that go round', async () => {
    const file = join(folder, 'registry.yaml')
    const records = [
      '$schema: ./registry.schema.json',
      'users:',
      '  endpoint: [https://a.example.com]',
      '  timeouts:',
      '    request: 2',
      'services/a: { alias: b }',
      'b:',
      '  alias: a',
    ]
    writeFileSync(file, records.join('\n'))
    const source = await registrySource(file)
    expect(source.keys).toEqual(['services/users', 'services/a', 'services/b'])
    const warned: string[] = []
    const store = { put: async () => {}, delete: async () => {} }
    const mesh = { given: { bindings: new Map(), values: new Set<string>() }, domain: 'mesh' }
    const stop = await source.feed(store, mesh, { note: () => {}, warn: (line) => warned.push(line) })
    stop()
    const refused = 'users is not understood, so the mesh goes on with the last good record, if it has one.'
    expect(warned).toEqual([
      `${file}:5: ${refused} timeouts.request: Expected a duration such as "250ms", "2s" or "1m30s", got 2.`,
      `${file}:3: ${refused} endpoint: is not a field that this version knows. Did you mean "endpoints"?`,
      `${file}:6: The alias of a goes in a circle: a → b → a.`,
    ])
  })
})
