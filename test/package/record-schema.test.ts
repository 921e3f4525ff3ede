/** The JSON Schema of a record agrees with the parser that the mesh obeys: in both directions, but for what it cannot say. */
import { readdirSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { ELSEWHERE, PARTLY } from '../../scripts/schema/checks.ts'
import { plainPattern } from '../../scripts/schema/plain-pattern.ts'
import { recordJsonSchema } from '../../scripts/schema/record-schema.ts'
import { registryJsonSchema } from '../../scripts/schema/registry-schema.ts'
import type { Json } from '../../scripts/schema/structure.ts'
import { schemaText } from '../../scripts/schema/written.ts'
import { subscriptionsChecker } from '../../src/record/events/subscriptions.ts'
import { parseRecord, recordChecker } from '../../src/record/parse.ts'
import { KINDS } from '../../src/targets/kinds.ts'
import { features } from '../conformance/suite.ts'
import { WRITTEN_RECORDS } from '../support/written-records.ts'

const recordIssues = recordChecker()

const root = new URL('../../', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, root), 'utf8')
const schema = recordJsonSchema()
const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: false })
for (const word of ['defaultSnippets', 'enumDescriptions', 'patternErrorMessage']) ajv.addKeyword(word)
const isValid = ajv.compile(schema)

type Written = Readonly<Record<string, unknown>>

/** Records and policies in the fenced blocks of the documentation. */
const pages = ['README.md', ...readdirSync(new URL('docs', root)).map((file) => `docs/${file}`)]
const shown = pages
  .filter((page) => page.endsWith('.md'))
  .flatMap((page) => [...read(page).matchAll(/^```jsonc?\n([\s\S]*?)^```$/gm)].map(([, text = '']) => ({ page, text })))
  .map(({ page, text }) => ({
    page,
    value: parseYaml(text.replace(/\/\/ .*$/gm, '').replace('{ … }', '{}')) as Written,
  }))
  .filter(({ value }) => ['endpoints', 'rules', 'alias'].some((field) => field in value))
/** Inline in prose and tables. */
const inline = pages
  .filter((page) => page.endsWith('.md'))
  .flatMap((page) => [...read(page).matchAll(/`(\{"?[^`]*\})`/g)].map(([, text = '']) => text))
  .flatMap((text) => {
    try {
      return [JSON.parse(text) as Written]
    } catch {
      return []
    }
  })
/** Endpoints among them: the table of docs/targets.md has one of each kind. */
const endpoints: Written[] = inline
  .filter((value) => Object.keys(value).some((field) => field in KINDS) && !JSON.stringify(value).includes('…'))
  .map((endpoint) => ({ endpoints: [endpoint] }))
const shop = Object.values(parseYaml(read('examples/shop/registry.yaml')) as Record<string, Written | string>)
const requirements = features.flatMap(({ requirements }) => requirements)
const conforming: Written[] = requirements.map(({ rules, record }) => ({ rules, ...record }))

/** Complaints that JSON Schema cannot make, by what they say. */
const beyond = [...Object.keys(ELSEWHERE), ...Object.keys(PARTLY)]
const isBeyond = (message: string) => beyond.some((what) => message.startsWith(`Expected ${what}`))

/** Whether parser and schema agree on a record, and else what each said. */
function disagreement(record: unknown): unknown {
  const issues = recordIssues(record)
  const valid = isValid(record)
  if (issues.length === 0) return valid ? undefined : JSON.stringify({ refusedBySchemaAlone: isValid.errors, record })
  const sayable = issues.filter(({ message }) => !isBeyond(message))
  return valid && sayable.length > 0 ? JSON.stringify({ refusedByParserAlone: sayable, record }) : undefined
}

describe('every record that is shown or tested', () => {
  it('is found', () => {
    expect(shown.length).toBeGreaterThanOrEqual(11)
    expect(inline.length).toBeGreaterThan(10)
    expect(endpoints.length).toBeGreaterThan(5)
    expect(conforming.length).toBeGreaterThan(100)
  })

  it.each(shown)('in $page is valid where the mesh would obey it', ({ value }) => {
    expect(recordIssues(value)).toEqual([])
    expect(isValid(value) || isValid.errors).toBe(true)
  })

  it('of a single endpoint is valid', () => {
    for (const record of endpoints) expect([recordIssues(record), isValid(record)]).toEqual([[], true])
  })

  it('of the examples is valid', () => {
    for (const record of shop.filter((record) => typeof record === 'object')) expect(isValid(record)).toBe(true)
  })

  it.each(WRITTEN_RECORDS.map((record) => [JSON.stringify(record), record]))(
    'of the fixtures is valid: %s',
    (text, record) => {
      expect(() => parseRecord(text as string)).not.toThrow()
      expect(isValid(record) || isValid.errors).toBe(true)
    },
  )

  it('is refused where the parser refuses it, for what can be said', () => {
    for (const record of [...inline, ...conforming]) expect(disagreement(record)).toBeUndefined()
    const refused = conforming.filter((record) => recordIssues(record).length > 0)
    expect(refused.filter((record) => !isValid(record)).length).toBeGreaterThan(15)
  })
})

describe('any record', () => {
  const corpus = [...WRITTEN_RECORDS, ...shown.map(({ value }) => value), ...conforming]
  const places = corpus.map((record) => ({ record, paths: pathsOf(record) }))
  const words = [
    ...new Set(corpus.flatMap((record) => JSON.stringify(record).match(/(?<=")[^"\\]+(?=")/g) ?? [])),
    '',
    '*',
    'a b',
    'A',
    '/a//b',
    '/a/../b',
    '/%2F',
    '/%zz',
    '1h1m',
    '1d',
    '0s',
    'p99',
    'https://u@a.example',
    'HTTPS://A.example/',
    'https:a.example',
    'selvedge-x',
    'Host',
    'HOST',
    'a'.repeat(300),
    'a'.repeat(5000),
    '*.example.com',
    'users@',
    'users@a@b',
    '-a',
    'a..b',
  ]
  const junk = fc.oneof(
    fc.constantFrom(...words),
    fc.constantFrom(null, true, false, 0, -1, 1, 1.5, 10, 65_536, 1_000_001, 2 ** 31, [], {}, [null], [[]]),
    fc.jsonValue({ maxDepth: 2 }),
  )
  const edit = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('replace', 'remove', 'add', 'double', 'move'),
    key: fc.constantFrom(...words),
    value: junk,
    from: fc.nat(),
  })

  it('that is almost right is taken or refused by both alike', () => {
    const seen = { taken: 0, refused: 0 }
    fc.assert(
      fc.property(fc.nat(), fc.array(edit, { minLength: 1, maxLength: 2 }), (which, edits) => {
        const { record } = places[which % places.length] as (typeof places)[number]
        let edited = structuredClone(record) as unknown
        for (const change of edits) edited = changed(edited, change)
        expect(disagreement(edited)).toBeUndefined()
        if (recordIssues(edited).length === 0) seen.taken += 1
        else seen.refused += 1
      }),
      { numRuns: 4000, seed: 25 },
    )
    // Neither side of the question goes unasked.
    expect(seen.taken).toBeGreaterThan(500)
    expect(seen.refused).toBeGreaterThan(1000)
  })

  it('that is anything at all is taken or refused by both alike', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(disagreement(value)).toBeUndefined()
      }),
    )
  })

  interface Edit {
    readonly at: number
    readonly kind: string
    readonly key: string
    readonly value: unknown
    readonly from: number
  }

  /** The record after one edit, at a place of its own. */
  function changed(record: unknown, { at, kind, key, value, from }: Edit): unknown {
    const paths = pathsOf(record)
    const path = paths[at % paths.length] as readonly (string | number)[]
    const last = path.at(-1)
    if (last === undefined) return kind === 'replace' ? structuredClone(value) : record
    const holder = path.slice(0, -1).reduce((part, step) => (part as Record<string, unknown>)[step], record) as Record<
      string,
      unknown
    >
    if (kind === 'remove') {
      if (Array.isArray(holder)) holder.splice(last as number, 1)
      else delete holder[last]
    } else if (kind === 'double' && Array.isArray(holder)) holder.push(structuredClone(holder[last as number]))
    else if (kind === 'add' && !Array.isArray(holder)) holder[key] = structuredClone(value)
    else if (kind === 'move') {
      const source = paths[from % paths.length] as readonly (string | number)[]
      holder[last] =
        structuredClone(source.reduce((part, step) => (part as Record<string, unknown>)?.[step], record as unknown)) ??
        null
    } else holder[last] = structuredClone(value)
    return record
  }
})

describe('what it cannot say', () => {
  const url = 'https://a.example'
  const at = (endpoint: object) => ({ endpoints: [endpoint] })
  const match = (match: object) => ({ rules: [{ matches: [match] }] })
  const filter = (...filters: object[]) => ({ rules: [{ filters }] })
  const lambda = { function: 'users', region: 'eu-west-1', secret: 'AWS' }
  const fraction = { numerator: 3, denominator: 2 }
  const cors = { type: 'CORS', cors: {} }
  const value = { name: 'a', value: '1' }
  const aws = { type: 'aws-sigv4', service: 'lambda', region: 'eu-west-2', secret: 'AWS' }
  const queued = (more: object) => ({ endpoints: [{ queue: { binding: 'JOBS', deliverTo: 'resizer', ...more } }] })
  const examples: Record<string, object> = {
    'an http:// or https:// URL without query or fragment': { endpoints: ['https://a.example:99999'] },
    'a host that a URL may have: a DNS name in lower case, without a port': filter({
      type: 'URLRewrite',
      urlRewrite: { hostname: 'www.123' },
    }),
    'a duration from 1s to 1h': { endpoints: [url], retryConstraint: { budget: { interval: '2h' } } },
    'a duration from 100ms to 1h': { endpoints: [url], outlierDetection: { baseEjection: '99ms' } },
    'a duration from 0s to 12h': queued({ delay: '13h' }),
    'a duration from 1s to 12h': queued({ delivery: { backoff: '0s' } }),
    'a duration from 1s to 336h': queued({ delivery: { expire: '337h' } }),
    'a duration from 1s to 10m': queued({ delivery: { timeout: '11m' } }),
    '"p95" or a duration from 1ms to 1h': { endpoints: [url], hedge: { delay: '0s' } },
    'each endpoint once': { endpoints: [url, `${url}/`] },
    'https://, or an address of this machine': at({
      lambda: { function: 'a', region: 'eu-west-1', secret: 'AWS', endpointUrl: 'http://a.example' },
    }),
    'https://, or an address of this machine, where credentials are shown': at({
      url: 'http://a.example',
      credentials: { type: 'bearer', secret: 'TOKEN' },
    }),
    'the region that the function URL names': at({
      url: 'https://xyz.lambda-url.eu-west-1.on.aws',
      credentials: aws,
    }),
    'one region, in "region" or in the ARN, or the same in both': at({ lambda: { function: 'users', secret: 'AWS' } }),
    'one qualifier, in "qualifier" or in "function"': at({
      lambda: { ...lambda, function: 'users:live', qualifier: 'live' },
    }),
    'backendRequest to be no longer than request': {
      endpoints: [url],
      timeouts: { request: '1s', backendRequest: '2s' },
    },
    'baseEjection to be no longer than maxEjection': {
      endpoints: [url],
      outlierDetection: { baseEjection: '2s', maxEjection: '1s' },
    },
    'a numerator no greater than the denominator': filter({
      type: 'RequestMirror',
      requestMirror: { backendRef: { name: 'a' }, fraction },
    }),
    'each name of a rule once': { rules: [{ name: 'a' }, { name: 'a', retry: {} }] },
    'each name once': match({ headers: [value, { ...value, value: '2' }] }),
    'each type of filter once, but for RequestMirror': filter(cors, { ...cors, cors: { maxAge: 1 } }),
    'each header once in "set", "add" and "remove" together': filter({
      type: 'RequestHeaderModifier',
      requestHeaderModifier: { set: [value], remove: ['A'] },
    }),
    '128 matches in all rules together': {
      rules: [1, 2, 3].map(() => ({ matches: Array.from({ length: 64 }, () => ({ method: 'GET' })) })),
    },
    'a regular expression of the RE2 kind': match({ path: { type: 'RegularExpression', value: '(' } }),
    'regular expressions of 10000 steps in all rules together': {
      rules: [
        { matches: Array.from({ length: 21 }, () => ({ path: { type: 'RegularExpression', value: 'a{480}' } })) },
      ],
    },
  }

  it('is listed, with the reason', () => {
    expect(Object.keys(examples).sort()).toEqual(beyond.toSorted())
    for (const why of [...Object.values(ELSEWHERE), ...Object.values(PARTLY).map(({ why }) => why)]) {
      expect(why.length).toBeGreaterThan(5)
    }
  })

  it.each(Object.entries(examples))('is for the parser alone: %s', (what, record) => {
    expect(recordIssues(record).map(({ message }) => message.startsWith(`Expected ${what}`))).toEqual([true])
    expect(isValid(record)).toBe(true)
  })
})

describe('the schema', () => {
  it('has words for every field, and every field is written in a record of the fixtures, or in an endpoint of the docs', () => {
    const written = new Set([...WRITTEN_RECORDS, ...endpoints].flatMap((record) => pathsOf(record).map(spelled)))
    const fields = fieldsOf(schema)
    expect(fields.length).toBeGreaterThan(150)
    for (const { path, part } of fields) {
      expect(part.description, path).toMatch(/[.:?]$/)
      // Filters of a backend are those of a rule.
      expect(written, path).toContain(path.replace('.backendRefs[].filters', '.filters'))
    }
  })

  it('has a word for each of the words that may stand there, where it explains them', () => {
    for (const { path, part } of fieldsOf(schema)) {
      for (const form of [part, ...((part.anyOf as Json[] | undefined) ?? [])]) {
        if (form.enumDescriptions) expect((form.enumDescriptions as []).length, path).toBe((form.enum as []).length)
      }
    }
  })

  it('says in words how much a number may be, and how many a list may have', () => {
    for (const { path, part } of fieldsOf(schema)) {
      const said = String(part.description).replaceAll(',', '')
      for (const limit of [part.minimum, part.maximum, part.maxItems]) {
        if (limit !== undefined) expect(said, path).toMatch(new RegExp(`\\b${limit}\\b`))
      }
    }
  })

  it('gives examples, defaults and snippets that are right where they stand', () => {
    for (const { path, part } of fieldsOf(schema)) {
      const here = ajv.compile({ ...part, definitions: schema.definitions })
      for (const example of [
        ...((part.examples as unknown[] | undefined) ?? []),
        ...('default' in part ? [part.default] : []),
      ])
        expect(here(example) || `${path}: ${JSON.stringify(example)}`).toBe(true)
    }
    for (const { body } of schema.defaultSnippets as { body: unknown }[]) {
      const filled = JSON.parse(JSON.stringify(body).replace(/\$\{\d:([^}]*)\}/g, '$1'))
      expect(recordIssues(filled)).toEqual([])
    }
  })

  it('of a file of records is that of each, by its name', () => {
    const isFile = ajv.compile(registryJsonSchema())
    for (const record of WRITTEN_RECORDS) expect(isFile({ users: record }) || isFile.errors).toBe(true)
    expect(
      isFile({ users: 'https://a.example.com', 'services/*.shop': { alias: 'users@pr-1' }, 'users@pr-1': 'http://b' }),
    ).toBe(true)
    for (const wrong of ['ftp://a', 'users', 42, null, { endpoint: [] }]) expect(isFile({ users: wrong })).toBe(false)
    for (const name of ['Users', 'a b', '', 'services/', 'a.*'])
      expect(isFile({ [name]: 'https://a' }), name).toBe(false)
  })

  it('of a file of records has subscriptions, by their key, as the parser has them', () => {
    const isFile = ajv.compile(registryJsonSchema())
    const one = { id: 'billing', sink: 'http://billing/events' }
    const filters = [
      { exact: { subject: 'eu' } },
      { any: [{ prefix: { source: 'http://a/' } }, { not: { suffix: { type: '.x' } } }] },
    ]
    const protocolsettings = { contentmode: 'structured', method: 'PUT', headers: { 'x-a': 'b' } }
    const whole = { ...one, filters, protocol: 'HTTP', protocolsettings, delivery: { attempts: 12, expire: '168h' } }
    const check = subscriptionsChecker()
    for (const subscription of [one, whole]) {
      const value = { subscriptions: [subscription] }
      expect(isFile({ users: 'https://a.example', 'events/com.example.*': value }) || isFile.errors).toBe(true)
      expect(check(value)).toEqual([])
    }
    const wrongs = [
      { id: 'a b' },
      { sink: 'ftp://a' },
      { filters: [{ sql: 'TRUE' }] },
      { filters: [{ all: [] }] },
      { delivery: { attempts: 0 } },
      { x: 1 },
    ]
    for (const wrong of wrongs) {
      const value = { subscriptions: [{ ...one, ...wrong }] }
      expect(isFile({ 'events/a': value }), JSON.stringify(wrong)).toBe(false)
      expect(check(value)).not.toEqual([])
    }
    for (const key of ['events/*', 'events/a', 'events/a.*'])
      expect(isFile({ [key]: { subscriptions: [] } })).toBe(true)
    for (const key of ['events/', 'events/a b', 'events/*.a'])
      expect(isFile({ [key]: { subscriptions: [] } }), key).toBe(false)
  })

  it('is what the Worker serves: `npm run schema` was run', () => {
    // Said in a line: the file is one line of forty kilobytes, and a diff shows it twice.
    const isStale = read('src/control/record-schema.txt') !== schemaText()
    if (isStale) expect.fail('src/control/record-schema.txt is stale: run `npm run schema`.')
  })
})

describe('plainPattern', () => {
  it('leaves an expression without flags as it is, and spells both cases of one that ignores them', () => {
    expect(plainPattern(/^a[b-d]\w$/)).toBe('^a[b-d]\\w$')
    expect(plainPattern(/^(?:ab|[x-z0-9-])c-d\s$/i)).toBe('^(?:[Aa][Bb]|[X-Zx-z0-9-])[Cc]-[Dd]\\s$')
    expect(() => plainPattern(/a/m)).toThrow('of all flags "i" alone')
  })
})

/** Paths to every value of a record, the record's own first. */
function pathsOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [path, ...entries.flatMap(([key, part]) => pathsOf(part, [...path, key]))]
}

function spelled(path: readonly (string | number)[]): string {
  return path
    .map((key) => (typeof key === 'number' ? '[]' : `.${key}`))
    .join('')
    .replace(/^\./, '')
}

/** Every field that the schema knows, with its path; in references and forms, too. */
function fieldsOf(part: Json, path = ''): { path: string; part: Json }[] {
  const { $ref, ...here } = part
  const met =
    typeof $ref === 'string'
      ? { ...((schema.definitions as Json)[$ref.split('/').at(-1) as string] as Json), ...here }
      : part
  const inner = [
    ...Object.entries((met.properties ?? {}) as Readonly<Record<string, Json>>).flatMap(([name, field]) =>
      fieldsOf(field, path ? `${path}.${name}` : name),
    ),
    ...(met.items ? fieldsOf(met.items as Json, `${path}[]`) : []),
    ...((met.anyOf ?? []) as Json[]).flatMap((form) => fieldsOf(form, path).filter((field) => field.path !== path)),
  ]
  return path === '' ? inner : [{ path, part: met }, ...inner]
}
