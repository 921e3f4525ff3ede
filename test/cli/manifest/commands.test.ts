import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../../../src/cli/program.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'selvedge-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function selvedge(verb: string, files: Record<string, string>, ...flags: string[]) {
  const out: string[] = []
  const err: string[] = []
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const names = Object.keys(files).map((name) => join(folder, name))
  const code = await run([verb, '-f', ...names, ...flags], {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  })
  return { code, out: out.join(''), err: err.join('').replaceAll(`${folder}/`, '') }
}

const ROUTE = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: users, namespace: shop }
spec:
  parentRefs:
    - { group: "", kind: Service, name: users }
  rules:
    - matches:
        - path: { type: PathPrefix, value: /v2 }
      backendRefs:
        - { name: users-v2, port: 8080, weight: 10 }
`

describe('selvedge convert', () => {
  it('writes records to stdout and notes to stderr', async () => {
    const { code, out, err } = await selvedge('convert', { 'route.yaml': ROUTE })
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      'services/users.shop': {
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: '/v2' } }],
            backendRefs: [{ name: 'users-v2', namespace: 'shop', port: 8080, weight: 10 }],
            retry: { attempts: 0 },
          },
        ],
        retryConstraint: 'off',
      },
    })
    expect(err).toMatch(/^route\.yaml:5: note: spec: "users\.shop" is given "retryConstraint": "off"/)
  })

  it('writes YAML that validate understands', async () => {
    const { out } = await selvedge('convert', { 'route.yaml': ROUTE }, '--output', 'yaml')
    expect(out).toContain('services/users.shop:\n')
    expect(await selvedge('validate', { 'records.yaml': out })).toMatchObject({
      code: 0,
      out: '1 record is understood.\n',
    })
  })

  it('names file and line of what it cannot convert, converts the rest, and answers 1', async () => {
    const bad = ROUTE.replace('name: users,', 'name: bad,').replace(
      '      backendRefs',
      '      colour: red\n      backendRefs',
    )
    const { code, err } = await selvedge('convert', { 'routes.yaml': `${ROUTE}---\n${bad}` })
    expect(code).toBe(1)
    expect(err).toContain('routes.yaml:22: error: spec.rules[0].colour: is not a field that this version knows.')
  })

  it('reads a List of kubectl, JSON, and a folder of files', async () => {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'Pod' }] }, null, 2)
    expect((await selvedge('convert', { 'list.json': list })).err).toContain('list.json:7: error: kind: "v1 Pod"')
    writeFileSync(join(folder, 'route.yml'), ROUTE)
    const out: string[] = []
    await run(['convert', '-f', folder], { out: (text) => out.push(text), err: () => {} })
    expect(out.join('')).toContain('services/users.shop')
  })

  it.each([
    [
      'a bomb of aliases',
      `a: &a [x]\n${'bcdefghijk'
        .split('')
        .map((name, index) => `${name}: &${name} [${`*${'abcdefghijk'[index]},`.repeat(9)}]`)
        .join('\n')}\n`,
      'alias',
    ],
    ['a key twice', 'a: 1\na: 2\n', 'bomb.yaml:2'],
    ['more than a mebibyte', `a: ${'x'.repeat(1_048_577)}`, '1 MiB'],
    ['no YAML', 'a: [1, 2', 'bomb.yaml:1'],
  ])('refuses %s with a sentence', async (_, text, reason) => {
    const { code, out, err } = await selvedge('convert', { 'bomb.yaml': text })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(reason)
  })

  it('says which file is not there', async () => {
    const err: string[] = []
    expect(await run(['convert', '-f', 'nowhere.yaml'], { out: () => {}, err: (text) => err.push(text) })).toBe(2)
    expect(err.join('')).toContain('nowhere.yaml')
  })
})

describe('selvedge validate', () => {
  it('counts what the mesh would obey', async () => {
    const records = 'users: https://users.example.com\nservices/orders: { endpoints: [{ binding: ORDERS }] }\n'
    expect(await selvedge('validate', { 'records.yaml': records, 'route.yaml': ROUTE })).toMatchObject({
      code: 0,
      out: '3 records are understood.\n',
    })
  })

  it('names file, line and field of everything that is wrong, and answers 1', async () => {
    const records = 'users:\n  endpoints: []\n  timeouts: { request: 10 }\nNo Name: https://a.example.com\n'
    const { code, out, err } = await selvedge('validate', { 'records.yaml': records })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('records.yaml:2: error: users.endpoints: ')
    expect(err).toContain('records.yaml:3: error: users.timeouts.request: ')
    expect(err).toContain('records.yaml:4: error: No Name: is not a service name')
  })
})
