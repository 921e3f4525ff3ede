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
    const stop = await source.feed(store, given, { note: () => {}, warn: (line) => warned.push(line) })
    stop()
    expect(written).toEqual(['services/shop', 'services/a', 'services/*.bank'])
    expect(warned).toEqual([`${file}: shop leads to "c", under which no record stands.`])
  })
})
