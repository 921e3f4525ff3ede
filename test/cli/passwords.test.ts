/** A password in an address is in nothing that the command prints, whatever is wrong with what it was given. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { run } from '../../src/cli/program.ts'
import { parseRecord, recordChecker } from '../../src/record/parse.ts'

const folder = mkdtempSync(join(tmpdir(), 'selvedge-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function printed(verb: string, text: string): Promise<string> {
  const file = join(folder, 'given.yaml')
  writeFileSync(file, text)
  const told: string[] = []
  const tell = (text: string) => void told.push(text)
  expect(await run([verb, '-f', file], { out: tell, err: tell })).toBeGreaterThan(0)
  return told.join('')
}

const ADDRESSES = [
  'https://admin:hunter2@users.example.com',
  'https://hunter2@users.example.com',
  'admin:hunter2@users.example.com',
  'https:admin:hunter2@users.example.com',
  'https://admin:hunter2 hunter2@users.example.com',
  'https://admin:hunter2/hunter2@users.example.com',
  `https://admin:${'hunter2'.repeat(20)}@users.example.com`,
]

describe.each(ADDRESSES)('%s', (address) => {
  it.each([
    ['an endpoint', { users: { endpoints: [address] } }],
    ['the record itself', { users: address }],
    ['a field of an endpoint', { users: { endpoints: [{ url: address, weight: 1 }] } }],
    ['an object where a text may stand', { users: { alias: { url: address } } }],
    ['the name of a field', { users: { endpoints: ['https://a'], [address]: 1 } }],
    ['a service name', { [address]: 'https://a' }],
    ['an alias', { users: { alias: address } }],
  ])('as %s is printed without the password by validate', async (_, records) => {
    expect(await printed('validate', JSON.stringify(records))).not.toContain('hunter2')
  })

  it('is not printed by convert', async () => {
    const manifest = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'users' },
      spec: { hostnames: [address], parentRefs: [{ kind: address, name: address }], rules: address },
    }
    expect(await printed('convert', JSON.stringify(manifest))).not.toContain('hunter2')
  })

  it('is in no issue of a record', () => {
    const check = recordChecker()
    for (const record of [address, { endpoints: [address] }, { [address]: 1 }, { alias: { url: [address] } }]) {
      const issues = check(record)
      expect(issues).not.toEqual([])
      expect(issues.map(({ message }) => message).join()).not.toContain('hunter2')
    }
  })

  it('is not repeated of a text that is no JSON', () => {
    for (const text of [
      `{"endpoints":[${address}]}`,
      `{"endpoints":["a"]}${address}`,
      `{"a":"${address}":1}`,
      address,
    ]) {
      const refusal = refusalOf(text)
      expect(refusal).toMatch(/^(Not JSON|Expected)/)
      expect(refusal).not.toContain('hunter2')
    }
  })
})

describe.each([
  [
    'a secret where its name belongs',
    { endpoints: [{ url: 'https://a', credentials: { type: 'bearer', secret: 'hunter2/+=' } }] },
  ],
  ['a key in the query of an address', { endpoints: ['https://a.example/api?code=hunter2'] }],
])('%s', (_, record) => {
  it('is printed by nobody, and in no issue', async () => {
    const text = JSON.stringify(record)
    expect(await printed('validate', `users: ${text}`)).not.toContain('hunter2')
    expect(JSON.stringify(recordChecker()(record))).not.toContain('hunter2')
    for (const refused of [text, `${text.slice(0, -2)} ]`, 'https://a.example/api?code=hunter2'])
      expect(refusalOf(refused)).toMatch(/^(?!.*hunter2)(Not JSON|Expected|\$)/)
  })
})

function refusalOf(text: string): string {
  try {
    parseRecord(text)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

describe('a file that cannot be parsed', () => {
  it.each([
    ['users: https://admin:hunter2@a: b'],
    ['users: "https://admin:hunter2@a" https://admin:hunter2@b'],
    ['https://admin:hunter2@a: 1\nhttps://admin:hunter2@a: 1'],
    ['users: [https://admin:hunter2@a'],
    ['users: *https://admin:hunter2@a'],
  ])('is told of without the password: %s', async (text) => {
    expect(await printed('validate', text)).not.toContain('hunter2')
  })
})
