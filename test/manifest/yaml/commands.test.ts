import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { run } from '../../../src/cli/program.ts'
import { timed } from '../../support/cpu.ts'

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
    expect(err).toMatch(/^route\.yaml:4: note: spec: "users\.shop" is given "retryConstraint": "off"/)
  })

  it('writes YAML that validate understands', async () => {
    const { out } = await selvedge('convert', { 'route.yaml': ROUTE }, '--output', 'yaml')
    expect(out).toContain('services/users.shop:\n')
    expect(await selvedge('validate', { 'records.yaml': out })).toMatchObject({
      code: 0,
      out: '1 record is understood.\n',
    })
  })

  it('writes YAML that readers of YAML 1.1 understand alike', async () => {
    const odd = ROUTE.replace('/v2 }', '/v2 }\n          headers: [{ name: "on", value: "0x1F" }]')
    const { out } = await selvedge('convert', { 'route.yaml': odd }, '--output', 'yaml')
    expect(out).toContain('retryConstraint: "off"\n')
    const { out: json } = await selvedge('convert', { 'route.yaml': odd })
    expect(parse(out, { version: '1.1' })).toEqual(JSON.parse(json))
  })

  it('writes the same, whatever the order of the files', async () => {
    const other = ROUTE.replace('name: users,', 'name: a,').replace('/v2', '/v3')
    const grpc = ROUTE.replace('HTTPRoute', 'GRPCRoute').replace(
      / +- matches[\s\S]*?(?= +backendRefs)/,
      '    - name: g\n',
    )
    const hosted = (text: string) => text.replace(/ +parentRefs[\s\S]*?(?= +rules)/, '  hostnames: [a.example.com]\n')
    const [one, two, three] = [ROUTE, other, grpc].map(hosted) as [string, string, string]
    const { out } = await selvedge('convert', { '1.yaml': one, '2.yaml': two, '3.yaml': three })
    expect(await selvedge('convert', { '3.yaml': three, '2.yaml': two, '1.yaml': one })).toMatchObject({ code: 1, out })
    expect((await selvedge('validate', { 'records.json': out })).code).toBe(0)
  })

  it('names file and line of what it cannot convert, converts the rest, and answers 1', async () => {
    const bad = ROUTE.replace('name: users,', 'name: bad,').replace(
      '      backendRefs',
      '      colour: red\n      backendRefs',
    )
    const { code, err } = await selvedge('convert', { 'routes.yaml': `${ROUTE}---\n${bad}` })
    expect(code).toBe(1)
    expect(err).toContain('routes.yaml:22: error: spec.rules[0].colour: is not a field that this version knows.')
    expect(err).toMatch(/\nselvedge: 1 error[.] Left out: HTTPRoute shop\/bad[.]\n$/)
  })

  it('says which routes are left out, and for which names', async () => {
    const at = (name: string, hostnames: string, sectionName: string) =>
      ROUTE.replace('name: users,', `name: ${name},`)
        .replace('{ group: "", kind: Service, name: users }', `{ name: g, sectionName: ${sectionName} }`)
        .replace('  rules', `  hostnames: [${hostnames}]\n  rules`)
    const files = {
      '1.yaml': at('a', 'a.example.com, b.example.com, c.example.com', 'https'),
      '2.yaml': at('b', 'a.example.com, b.example.com', 'http'),
    }
    const { code, err } = await selvedge('convert', files)
    expect(code).toBe(1)
    expect(err).toMatch(
      /\nselvedge: 4 errors[.] Left out: HTTPRoute shop\/a for "a[.]example[.]com", "b[.]example[.]com"; HTTPRoute shop\/b[.]\n$/,
    )
  })

  it('ends with the names whose endpoints are still to be written', async () => {
    const { err } = await selvedge('convert', { 'route.yaml': ROUTE })
    expect(err.split('\n').at(-2)).toBe(
      'route.yaml:11: note: spec.rules[0].backendRefs[0]: "users-v2.shop" needs a record with endpoints: services/users-v2.shop.',
    )
  })

  it('reads a List of kubectl, JSON, and a folder of files', async () => {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'Pod' }] }, null, 2)
    expect((await selvedge('convert', { 'list.json': list })).err).toContain('list.json:7: note: kind: "v1 Pod"')
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
    ['a key twice', 'a: 1\na: 2\n', 'bomb.yaml:2: The key "a" stands twice.'],
    ['a key twice, deep inside', '{"a": [{"b": 1,\n"b": 2}]}', 'bomb.yaml:2: The key "b" stands twice.'],
    ['more than a mebibyte', `a: ${'x'.repeat(1_048_577)}`, '1 MiB'],
    ['no YAML', 'a: [1, 2', 'bomb.yaml:1'],
    ['a list for a key', 'a: 1\n? [b, c]\n: 2\n', 'bomb.yaml:2: A key is a text, not a list or a map.'],
    ['a number that may be octal', 'a:\n  port: 0120\n', 'bomb.yaml:2: 0120 is octal to some readers of YAML'],
    ['nothing at all', '', 'bomb.yaml: nothing is written there.'],
    ['nothing but comments', '# no\n---\n# no\n', 'bomb.yaml: nothing is written there.'],
    ['JSON 300,000 times', '{}'.repeat(300_000), 'bomb.yaml:1: too many keys, values and lines for one file'],
    ['lists 50,000 deep', `{"a":\n${'['.repeat(50_000)}`, 'bomb.yaml:2: more than 100 brackets within each other.'],
    ['maps 50,000 deep', '{"a":'.repeat(50_000), 'bomb.yaml:1: more than 100 brackets within each other.'],
    ['lists 1 MB deep, without brackets', '- '.repeat(500_000), 'bomb.yaml:1: too many keys, values and lines'],
    ['lists 40,000 deep, without brackets', '- '.repeat(40_000), 'too many lists and maps within each other.'],
    [
      'maps 800 deep',
      Array.from({ length: 1400 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''),
      'too many lists and maps within each other.',
    ],
    [
      '250,000 documents',
      '---\n'.repeat(250_000),
      'bomb.yaml:23530: too many keys, values and lines for one file; split it.',
    ],
    ['a million lines', '\n'.repeat(1_000_000), 'too many keys, values and lines for one file'],
    ['a key 200,000 times', 'a: 1\n'.repeat(200_000), 'too many keys, values and lines for one file'],
    ['a list of 500,000', `[${'a,'.repeat(500_000)}]`, 'too many keys, values and lines for one file'],
    ['200,000 aliases', `a: &a x\nb: [${'*a,'.repeat(200_000)}]`, 'bomb.yaml:2: more than 1000 anchors and aliases.'],
    [
      '30,000 anchors and as many aliases',
      Array.from({ length: 30_000 }, (_, index) => `k${index}: &a${index} x\nl${index}: *a${index}\n`).join(''),
      'bomb.yaml:1001: more than 1000 anchors and aliases.',
    ],
    ['keys that are aliases', '? &a [x]\n: *a\n'.repeat(60_000), 'more than 1000 anchors and aliases.'],
    ['a record within itself', '\nusers: &u { rules: *u }', 'bomb.yaml:2: an alias within what it stands for.'],
    ['a route within itself', `${ROUTE}  hostnames: &h [*h]\n`, 'bomb.yaml:1: an alias within what it stands for.'],
  ])('refuses %s with a sentence, in good time', async (_, text, reason) => {
    for (const verb of ['convert', 'validate']) {
      const before = process.cpuUsage()
      const { code, out, err } = await selvedge(verb, { 'bomb.yaml': text })
      const { user } = process.cpuUsage(before)
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toContain(reason)
      expect(err.length).toBeLessThan(200)
      expect(user).toBeLessThan(2_000_000)
    }
  })

  it('reads as much as anybody writes', async () => {
    const rules = Array.from({ length: 16 }, (_, index) => `    - name: r${index}\n      timeouts: { request: 1s }\n`)
    const records = Array.from({ length: 400 }, (_, index) => `users-${index}:\n  rules:\n${rules.join('')}`).join('')
    expect(await selvedge('validate', { 'records.yaml': records })).toMatchObject({ code: 0 })
  })

  it('tells of a field at the line of its key, wherever its value begins', async () => {
    const odd = ROUTE.replace('      backendRefs', '      colour:\n        - red\n      backendRefs')
    const { err } = await selvedge('convert', { 'route.yaml': odd })
    expect(err).toContain('route.yaml:10: error: spec.rules[0].colour: is not a field')
  })

  it.each([
    ['with anchors and merge keys', '\n', '    - &a\n      backendRefs: []\n    - <<: *a\n      name: b\n'],
    ['with the line ends of Windows', '\r\n', '    - backendRefs: []\n    - name: b\n'],
  ])('reads YAML %s, as kubectl does', async (_, lineEnd, rules) => {
    const head = ROUTE.slice(0, ROUTE.indexOf('    - matches'))
    const text = `\uFEFF---\n---\n${head}${rules}...\n---\n# no more\n`
    const { code, out } = await selvedge('convert', { 'route.yaml': text.replaceAll('\n', lineEnd) })
    expect(code).toBe(0)
    expect(Object.values(JSON.parse(out))).toMatchObject([{ rules: [{}, { name: 'b' }] }])
  })

  it.each(['\n', ''])('reads JSON objects one after the other, parted by %j', async (between) => {
    const json = (name: string) =>
      JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `{"${name}` } }, null, 2)
    const { err } = await selvedge('convert', { 'pods.json': ['a', 'b', 'c'].map(json).join(between) })
    const lines = between === '' ? [3, 9, 15] : [3, 10, 17]
    expect(err.split('\n').slice(0, 3)).toEqual(
      lines.map((line) => expect.stringMatching(`^pods[.]json:${line}: note: kind: "v1 Pod"`)),
    )
  })

  it('names the object where several stand in one line', async () => {
    const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop' } })
    const list = (...items: object[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    const told = async (text: string) => {
      const { err } = await selvedge('convert', { 'a.json': text })
      return err.split('\n').flatMap((line) => line.match(/^a[.]json:.*?(?=v1 Pod|manifest)/) ?? [])
    }
    expect(await told(list(pod('a'), { kind: 'Pod' }, pod('b')))).toEqual([
      'a.json:1: note: Pod shop/a: kind: "',
      'a.json:1: error: Expected a ',
      'a.json:1: note: Pod shop/b: kind: "',
    ])
    expect(await told(list(pod('a')))).toEqual(['a.json:1: note: kind: "'])
    expect(await told(`${list(pod('a'))}\n${JSON.stringify(pod('b'))}`)).toEqual([
      'a.json:1: note: kind: "',
      'a.json:2: note: kind: "',
    ])
  })

  it('reads standard input from a socket, and says so', async () => {
    const program = new URL('../../../src/cli/program.ts', import.meta.url)
    const script = `globalThis.SELVEDGE_VERSION = ''
      const { run } = await import('${program}')
      process.exitCode = await run(['convert', '-f', '-'])`
    // The pipes of node are sockets.
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script])
    const [out, err]: [string[], string[]] = [[], []]
    child.stdout.on('data', (chunk) => out.push(String(chunk)))
    child.stderr.on('data', (chunk) => err.push(String(chunk)))
    child.stdin.end(ROUTE)
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect({ code, keys: Object.keys(JSON.parse(out.join(''))) }).toEqual({ code: 0, keys: ['services/users.shop'] })
    expect(err.join('')).toContain('stdin:4: note: spec: ')
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

  it.each([
    ['10,000 rules', { users: { rules: Array.from({ length: 10_000 }, (_, index) => ({ name: `r${index}` })) } }, 1],
    ['20,000 names that are none', Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`K${i}`, 1])), 40_000],
  ])('refuses %s in good time', async (_, records, complaints) => {
    const text = JSON.stringify(records)
    // What the parser of YAML itself takes for so many lines is the measure.
    const parsing = timed(() => parseAllDocuments(text, { uniqueKeys: false }))
    const before = process.cpuUsage()
    const { code, err } = await selvedge('validate', { 'records.json': text })
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(10 * parsing.cpuMs + 1000)
    expect(code).toBe(1)
    expect(err.split('\n').filter((line) => /records\.json(:1: error)?: /.test(line))).toHaveLength(complaints)
  })

  it.each([
    [
      'a name in both spellings',
      'users: https://a.example.com\nservices/users: https://b.example.com\n',
      2,
      'stands twice',
    ],
    ['a manifest without apiVersion', ROUTE.replace(/^apiVersion.*\n/, ''), 1, 'a manifest needs an apiVersion, too'],
  ])('refuses %s', async (_, text, line, reason) => {
    const { code, err } = await selvedge('validate', { 'a.yaml': text })
    expect(code).toBe(1)
    expect(err).toMatch(new RegExp(`^a[.]yaml:${line}: error: [^\n]*${reason}[^\n]*\nselvedge: 1 thing is wrong[.]\n$`))
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

describe('selvedge validate of names', () => {
  const records = `users: https://users.example.com
itself: { alias: itself }
shop:
  rules:
    - filters: [{ type: RequestMirror, requestMirror: { backendRef: { name: copies } } }]
      backendRefs: [{ name: users }, { name: users-v22 }, { name: pay, namespace: bank }]
"*.bank": https://bank.example.com
`

  it('notes those under which no record stands, and refuses a circle of one', async () => {
    const { code, err } = await selvedge('validate', { 'records.yaml': records })
    expect(code).toBe(1)
    expect(err.split('\n')).toEqual([
      'records.yaml:2: error: itself.alias: leads to itself.',
      'records.yaml:5: note: shop.rules[0].filters[0].requestMirror.backendRef: "copies" has no record in what was read.',
      'records.yaml:6: note: shop.rules[0].backendRefs[1]: "users-v22" has no record in what was read.',
      'selvedge: 1 thing is wrong.',
      '',
    ])
  })

  it('knows those of all files and manifests', async () => {
    const others = 'users-v22: https://b.example.com\ncopies: https://c.example.com\n'
    const { err } = await selvedge('validate', { 'records.yaml': records, 'others.yaml': others })
    expect(err).not.toContain('no record')
    const route = ROUTE.replaceAll('users', 'users-v22').replace(', namespace: shop', '')
    const { err: told } = await selvedge('validate', { 'records.yaml': records, 'route.yaml': route })
    expect(told).not.toContain('"users-v22" has no record')
  })
})

describe('selvedge validate of files', () => {
  it('takes a record by itself, as it is put under a key', async () => {
    const record = '{ "$schema": "x.json", "endpoints": ["https://a.example.com"], "timeouts": { "request": "2s" } }'
    expect(await selvedge('validate', { 'users.json': record })).toMatchObject({
      code: 0,
      out: '1 record is understood.\n',
    })
    const { err } = await selvedge('validate', { 'users.json': record.replace('"2s"', '2') })
    expect(err).toContain('users.json:1: error: timeouts.request: Expected a duration')
  })

  it('goes on past one that cannot be read, which remains a fault', async () => {
    const { code, err } = await selvedge('validate', {
      'a.yaml': 'a: {',
      'b.yaml': 'b: { endpoints: 1 }',
      'c.yaml': '[',
    })
    expect(code).toBe(2)
    expect(err).toContain('b.yaml:1: error: b.endpoints: ')
    expect(err).toContain('selvedge: a.yaml:1: ')
    expect(err).toContain('selvedge: c.yaml:1: ')
  })

  it('is told of a misspelled field once, with the field that was meant, and of what else is wrong', async () => {
    const records = `users: { endpoint: [https://a.example.com], timeout: { request: 2 } }
orders: { endpoints: [{ lambdas: { function: f, regoin: eu-west-1, secret: AWS } }] }
pay: { endpoints: [{ url: "https://a", weigth: 2 }], colour: red }
`
    const { code, err } = await selvedge('validate', { 'a.yaml': records })
    const unknown = 'is not a field that this version knows.'
    expect({ code, err: err.split('\n') }).toEqual({
      code: 1,
      err: [
        `a.yaml:1: error: users.endpoint: ${unknown} Did you mean "endpoints"?`,
        `a.yaml:1: error: users.timeout: ${unknown} Did you mean "timeouts"?`,
        'a.yaml:1: error: users.timeout.request: Expected a duration such as "250ms", "2s" or "1m30s", got 2.',
        `a.yaml:2: error: orders.endpoints[0].lambdas: ${unknown} Did you mean "lambda"?`,
        `a.yaml:2: error: orders.endpoints[0].lambdas.regoin: ${unknown} Did you mean "region"?`,
        `a.yaml:3: error: pay.endpoints[0].weigth: ${unknown} Did you mean "weight"?`,
        `a.yaml:3: error: pay.colour: ${unknown}`,
        'selvedge: 7 things are wrong.',
        '',
      ],
    })
  })

  it('hears of a misspelled field of a manifest, too', async () => {
    const text = ROUTE.replace('backendRefs', 'backendRef').replace('parentRefs', 'parentRef')
    for (const verb of ['validate', 'convert']) {
      const { err } = await selvedge(verb, { 'a.yaml': text })
      expect(err).toContain(
        'a.yaml:5: error: spec.parentRef: is not a field that this version knows. Did you mean "parentRefs"?',
      )
      expect(err).toContain('rules[0].backendRef: is not a field that this version knows. Did you mean "backendRefs"?')
    }
  })

  it('reads JSON as JSON: a comma at the end would break the service', async () => {
    const text = '{\n  "users": {\n    "endpoints": ["https://a.example.com"],\n  }\n}\n'
    const { code, err } = await selvedge('validate', { 'a.json': text })
    expect({ code, err }).toEqual({
      code: 2,
      err: 'selvedge: a.json:4: is read as JSON, and has a comma before the closing "}".\n',
    })
    expect((await selvedge('validate', { 'a.yaml': text })).code).toBe(0)
    const two = '{"users": "https://a.example.com"}\n{"orders": "https://b.example.com",}'
    expect((await selvedge('validate', { 'b.json': two })).err).toContain('selvedge: b.json:2: is read as JSON')
    expect((await selvedge('validate', { 'c.json': 'users: https://a.example.com\n' })).code).toBe(2)
  })

  it('takes a merge key of JSON for what it says', async () => {
    const { err } = await selvedge('validate', { 'a.json': '{"<<": {"endpoints": ["https://a.example.com"]}}' })
    expect(err).toContain('error: <<: is not a service name')
  })

  it('may be named without -f, beside it, and none is a fault', async () => {
    const [a, b] = ['a', 'b'].map((name) => join(folder, `${name}.yaml`)) as [string, string]
    writeFileSync(a, 'users: https://users.example.com\n')
    writeFileSync(b, ROUTE)
    const said = async (...argv: string[]) => {
      const out: string[] = []
      const code = await run(argv, { out: (text) => out.push(text), err: (text) => out.push(text) })
      return { code, out: out.join('') }
    }
    expect(await said('validate', a, b)).toMatchObject({ code: 0, out: expect.stringMatching(/2 records are/) })
    expect(await said('validate', a, '-f', b)).toMatchObject({ code: 0, out: expect.stringMatching(/2 records are/) })
    expect(await said('convert', b)).toMatchObject({ code: 0, out: expect.stringMatching(/services\/users.shop/) })
    expect(await said('validate')).toEqual({
      code: 2,
      out: 'selvedge: No file is named: files, folders, or - for standard input.\n',
    })
  })

  it('may say a schema at the top of a map, which is no service', async () => {
    const records = '{ "$schema": "./registry.schema.json", "users": "https://users.example.com" }'
    expect(await selvedge('validate', { 'a.json': records })).toMatchObject({
      code: 0,
      out: '1 record is understood.\n',
      err: '',
    })
    expect((await selvedge('validate', { 'a.json': '{ "$schema": {} }' })).code).toBe(1)
  })

  it.each([
    [
      '--record',
      '{ "timeouts": { "request": "2s" }, "endpoint": ["https://a.example.com"] }',
      'endpoint: is not a field',
    ],
    ['--record', '{ "alias": "https://a.example.com" }', 'alias: Expected a service name'],
  ])('with %s checks a record by itself: %s', async (flag, text, reason) => {
    const { code, err } = await selvedge('validate', { 'a.json': text }, flag)
    expect(code).toBe(1)
    expect(err).toContain(`a.json:1: error: ${reason}`)
    expect(await selvedge('validate', { 'a.yaml': 'https://a.example.com' }, flag)).toMatchObject({ code: 0 })
  })

  it.each([
    ['{ "endpoint": "https://a.example.com" }', 0, ['endpoint', 'endpoints']],
    ['{ "timeouts": { "request": "2s" }, "users": "https://a.example.com" }', 1, ['timeouts', 'timeouts']],
    ['{ "retries": { "attempts": 2 }, "limit": { "maxInFlight": 2 } }', 1, ['limit', 'limits']],
    ['{ "edge": "https://a.example.com", "users": "https://a.example.com" }', 0, undefined],
    ['{ "limits": { "endpoints": ["https://a.example.com"] }, "users": "https://a.example.com" }', 0, undefined],
  ])('warns of fields where names are read: %s', async (text, code, near) => {
    const told = await selvedge('validate', { 'a.json': text })
    expect(told.code).toBe(code)
    if (near === undefined) expect(told.err).toBe('')
    else {
      expect(told.err).toContain(
        `a.json:1: warning: ${near[0]}: is read as the name of a service, and is near to the field "${near[1]}": a record by itself is checked with --record.`,
      )
    }
  })

  it('warns of a name that ends in the domain of the mesh', async () => {
    const records = 'users.mesh: https://users.example.com\n'
    const { code, err } = await selvedge('validate', { 'a.yaml': records })
    expect(code).toBe(0)
    expect(err).toContain('a.yaml:1: warning: users.mesh: is looked up as "users" where it is called')
    expect((await selvedge('validate', { 'a.yaml': records }, '--domain', 'internal')).err).toBe('')
  })
})

describe('aliases', () => {
  it.each([
    ['a: { alias: b }\nb: { alias: a }\n', ['1: error: a.alias: goes in a circle: a → b → a.']],
    [
      'c: { alias: a }\na: { alias: [x, b] }\nx: https://x\nb: { alias: a }\n',
      ['2: error: a.alias: goes in a circle: a → b → a.'],
    ],
    ['"*.x": { alias: a.x }\n', ['1: error: *.x.alias: goes in a circle: a.x → a.x.']],
    ['a: { alias: [b, c] }\nb: { alias: d }\nc: { alias: d }\nd: https://d\n', []],
    [
      `${'abcdefghij'
        .split('')
        .map((name, index) => `${name}: { alias: ${'bcdefghijk'[index]} }\n`)
        .join('')}k: https://k\n`,
      ['1: error: a.alias: is followed 8 names deep, and not to the end: a → b → c → d → e → f → g → h → i → j.'],
    ],
  ])('that cannot be followed are told, each circle once: %j', async (records, told) => {
    const { code, err } = await selvedge('validate', { 'a.yaml': records })
    expect(err.split('\n').filter((line) => line.includes('alias'))).toEqual(told.map((line) => `a.yaml:${line}`))
    expect(code).toBe(told.length === 0 ? 0 : 1)
  })
})

describe('files that cannot be read', () => {
  it('do not end a folder: the others are converted, and the end says so', async () => {
    writeFileSync(join(folder, 'broken.yaml'), 'a: {')
    mkdirSync(join(folder, 'folder.yaml'))
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link.yaml'))
    writeFileSync(join(folder, 'route.yaml'), ROUTE)
    const written = { out: '', err: '' }
    const code = await run(['convert', folder, join(folder, 'missing.yaml')], {
      out: (text) => {
        written.out += text
      },
      err: (text) => {
        written.err += text
      },
    })
    expect(code).toBe(2)
    expect(Object.keys(JSON.parse(written.out))).toEqual(['services/users.shop'])
    expect(written.err.match(/^selvedge: .*/gm)).toEqual([
      expect.stringContaining('broken.yaml:1: '),
      expect.stringContaining('link.yaml'),
      expect.stringContaining('missing.yaml'),
    ])
  })
})

describe('what somebody else wrote', () => {
  const ESC = String.fromCharCode(27)
  const BAD = `a${ESC}[31m\r\n::error::no\u0085\u202e##[error]no\u2028##vso[task]`
  /** Nothing that a terminal or a CI would obey. */
  const isHarmless = (text: string) => {
    expect(text).not.toMatch(/(?![\n\t])[\p{Cc}\u2028\u2029\u202e]/u)
    expect(text).not.toMatch(/^\s*::/m)
    expect(text).not.toMatch(/##\w*\[/)
  }
  const quoted = JSON.stringify(BAD)

  it.each([
    ['a name', 'validate', `${quoted}: { endpoints: 1 }`],
    ['a key', 'validate', `users: { ${quoted}: 1 }`],
    ['a key of a key', 'validate', `users: { timeouts: { ${quoted}: 1 } }`],
    ['a value', 'validate', `users: { endpoints: [${quoted}] }`],
    ['a record', 'validate', `users: ${quoted}`],
    ['a key that stands twice', 'validate', `{ ${quoted}: 1, ${quoted}: 2 }`],
    ['a kind', 'validate', `{ kind: ${quoted} }`],
    ['a kind of something', 'convert', `{ apiVersion: v1, kind: ${quoted}, metadata: { name: ${quoted} } }`],
    ['an apiVersion', 'convert', `{ apiVersion: ${quoted}, kind: HTTPRoute, metadata: { name: ${quoted} } }`],
    ['an annotation', 'convert', ROUTE.replace('namespace: shop', `annotations: { ${quoted}: x }`)],
    ['a name of an object', 'convert', ROUTE.replace('name: users,', `name: ${quoted},`)],
    ['a hostname', 'convert', ROUTE.replace('  rules', `  hostnames: [${quoted}]\n  rules`)],
  ])('does nothing where it is shown: %s', async (_, verb, text) => {
    const { out, err } = await selvedge(verb, { 'a.yaml': `${text}\n` })
    expect(out + err).toContain('a.yaml:')
    isHarmless(out + err)
    const lines = err.trimEnd().split('\n')
    expect(lines.filter((line) => !/^(a\.yaml:\d+: |selvedge: )/.test(line))).toEqual([])
  })

  it.each(['json', 'yaml'])('does nothing in records as %s, which mean the same', async (form) => {
    const value = 'a\u0085b##[error]x\u2028y ::error::z'
    const match = `{ path: { value: /v2 }, headers: [{ name: x, value: ${JSON.stringify(value)} }] }`
    const text = ROUTE.replace('- path: { type: PathPrefix, value: /v2 }', `- ${match}`)
    const { code, out } = await selvedge('convert', { 'a.yaml': text }, '--output', form)
    expect(code).toBe(0)
    isHarmless(out)
    const { rules } = parse(out)['services/users.shop']
    expect(rules[0].matches[0].headers[0].value).toBe(value)
  })

  it('does nothing in the name of a file', async () => {
    const name = `a\n::error::b${ESC}[31m.yaml`
    const { err } = await selvedge('validate', { [name]: 'users: 1\n' })
    isHarmless(err)
    expect(err).toContain('a\\u000a::error::b\\u001b[31m.yaml:1: error: users: ')
  })
})

describe('selvedge validate --config', () => {
  const WRANGLER = `name = "selvedge"
compatibility_date = "2026-10-01"
workers_dev = false
[vars]
API_KEY = "k"
[secrets]
required = ["AWS_ACCESS_KEY_ID"]
[[services]]
binding = "USERS"
service = "users"
[[dispatch_namespaces]]
binding = "DISPATCH"
namespace = "production"
[[durable_objects.bindings]]
name = "ROOMS"
class_name = "Room"
script_name = "rooms"
[[queues.producers]]
binding = "JOBS"
queue = "jobs"
[env.bare]
name = "bare"
`
  const RECORDS = `users:
  endpoints:
    - binding: USERS
    - dispatch: { binding: DISPATCH, script: users }
    - object: { binding: ROOMS, key: "path:1" }
    - queue: { binding: JOBS }
    - { url: "https://a.example.com", credentials: { type: bearer, secret: API_KEY } }
    - https://b.example.com
`

  async function validated(records: string, config: string, ...flags: string[]) {
    const file = join(folder, 'wrangler.toml')
    writeFileSync(file, config)
    const { code, out, err } = await selvedge('validate', { 'records.yaml': records }, '--config', file, ...flags)
    return { code, out: out.replaceAll(`${folder}/`, ''), err: err.replaceAll(`${folder}/`, '') }
  }

  it('says that the Worker has what the records need', async () => {
    expect(await validated(RECORDS, WRANGLER)).toEqual({
      code: 0,
      out: '1 record is understood. wrangler.toml has every binding that they need.\n',
      err: '',
    })
  })

  it('names each binding that is not there, with file and line, and answers 1', async () => {
    const { code, out, err } = await validated(RECORDS, 'name = "selvedge"\ncompatibility_date = "2026-10-01"\n')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    for (const [line, index, name, section] of [
      [3, 0, 'USERS', 'services'],
      [4, 1, 'DISPATCH', 'dispatch_namespaces'],
      [5, 2, 'ROOMS', 'durable_objects.bindings'],
      [6, 3, 'JOBS', 'queues.producers'],
    ]) {
      const place = `records.yaml:${line}: error: users.endpoints[${index}]: `
      expect(err).toContain(`${place}"${name}" is not under ${section} of wrangler.toml: this Worker would pass`)
    }
    expect(err).toContain('4 things are wrong.')
  })

  it('says where a name is bound that is bound as something else', async () => {
    const { code, err } = await validated('users: { endpoints: [{ queue: { binding: USERS } }] }\n', WRANGLER)
    expect(code).toBe(1)
    expect(err).toContain('"USERS" is not under queues.producers of wrangler.toml, but under services')
  })

  it('reads the environment that is meant', async () => {
    const { code, err } = await validated(RECORDS, WRANGLER, '--env', 'bare')
    expect(code).toBe(1)
    expect(err).toContain('"USERS" is not under services')
  })

  it('notes once a secret that no configuration names: it may be set all the same', async () => {
    const lambda = '{ lambda: { function: f, region: eu-west-1, secret: AWS } }'
    const { code, err } = await validated(`a:\n  endpoints: [${lambda}]\nb:\n  endpoints: [${lambda}]\n`, WRANGLER)
    expect(code).toBe(0)
    expect(err).toBe(
      'records.yaml:2: note: a.endpoints[0]: needs the secret "AWS_SECRET_ACCESS_KEY", which wrangler.toml does not name: ' +
        'wrangler secret put AWS_SECRET_ACCESS_KEY.\n',
    )
  })

  const PUBLIC = 'name = "selvedge"\ncompatibility_date = "2026-10-01"\n'
  const PLAIN = 'a: https://a.example.com\nb: https://b.example.com\n'

  it.each([
    ['workers.dev, which is on unless it is switched off', PUBLIC],
    ['a route', `${PUBLIC}workers_dev = false\nroute = "mesh.example.com/*"\n`],
  ])('warns once that anyone may call by %s', async (_, config) => {
    const { code, err } = await validated(PLAIN, config)
    expect(code).toBe(0)
    expect(err).toMatch(
      /^records\.yaml:1: warning: a: lets anyone call, and wrangler\.toml gives the mesh a public entrance: .*\n$/,
    )
  })

  it.each([
    ['records that say who may', 'a: { endpoints: [{ binding: USERS }], access: { default: deny } }\n', ''],
    ['MESH_DEFAULTS that does', PLAIN, `[vars]\nMESH_DEFAULTS = '{ "access": { "default": "deny" } }'\n`],
  ])('has nothing to warn of with %s', async (_, records, more) => {
    const bound = '[[services]]\nbinding = "USERS"\nservice = "users"\n'
    const { code, err } = await validated(records, `${PUBLIC}${more}${bound}`)
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })

  it('warns of a denial that is evaded by leaving the name out, with file and line', async () => {
    const records = `users:
  endpoints: [{ binding: USERS }]
  access:
    rules:
      - { name: no cart, effect: deny, callers: [cart] }
`
    const { code, err } = await validated(records, WRANGLER)
    expect(code).toBe(0)
    expect(err).toMatch(
      /^records\.yaml:5: warning: users\.access\.rules\[0\]\.callers: "no cart" denies .*leaves his name out/,
    )
  })

  it('reads records that are text, and says of refused ones what it said before', async () => {
    const text = `a: '{"endpoints":[{"binding":"NO"}]}'\nb: { endpoints: [] }\n`
    const { code, err } = await validated(text, WRANGLER)
    expect(code).toBe(1)
    expect(err).toContain('records.yaml:1: error: a: "NO" is not under services')
    expect(err).toContain('records.yaml:2: error: b.endpoints: ')
  })

  it.each([
    ['is not there', undefined],
    ['cannot be read', 'name = ['],
  ])('answers 2 where the configuration %s, and says which', async (_, config) => {
    const file = join(folder, 'wrangler.toml')
    if (config !== undefined) writeFileSync(file, config)
    const { code, out, err } = await selvedge('validate', { 'records.yaml': RECORDS }, '--config', file)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^selvedge: wrangler\.toml: ./)
  })
})
