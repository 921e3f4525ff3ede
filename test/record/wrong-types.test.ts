/** Whatever stands in whatever field: a record, a policy or a manifest is taken or refused, at once, and nothing is thrown but what says so. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MeshError } from '../../src/core/errors.ts'
import { convert } from '../../src/manifest/convert.ts'
import { parsePolicy, parseRecord, recordChecker } from '../../src/record/parse.ts'
import { timed } from '../support/cpu.ts'
import { WRITTEN_RECORDS } from '../support/written-records.ts'

const V1 = 'gateway.networking.k8s.io/v1'
const metadata = { name: 'a', namespace: 'shop', creationTimestamp: '2026-01-01T00:00:00Z' }
const parentRefs = [{ group: '', kind: 'Service', name: 'users', namespace: 'shop', port: 80, sectionName: 'http' }]
const backendRefs = [{ group: '', kind: 'Service', name: 'users', namespace: 'shop', port: 80, weight: 1 }]
const [fullest] = WRITTEN_RECORDS.toSorted((one, other) => JSON.stringify(other).length - JSON.stringify(one).length)
const rulesOf = WRITTEN_RECORDS.flatMap((record) => ('rules' in record ? [record.rules as unknown[]] : []))
const HTTP = rulesOf.map((rules) => ({
  apiVersion: V1,
  kind: 'HTTPRoute',
  metadata,
  spec: { parentRefs, hostnames: ['a.example', '*.b.example'], rules },
}))
const GRPC = {
  apiVersion: V1,
  kind: 'GRPCRoute',
  metadata,
  spec: {
    parentRefs,
    hostnames: ['a.example'],
    rules: [
      {
        name: 'get',
        matches: [
          { method: { type: 'Exact', service: 'shop.Orders', method: 'Get' }, headers: [{ name: 'v', value: '1' }] },
        ],
        filters: [{ type: 'RequestMirror', requestMirror: { backendRef: backendRefs[0], percent: 1 } }],
        backendRefs,
        sessionPersistence: { type: 'Header', sessionName: 'x-s' },
      },
    ],
  },
}
const POLICY = {
  apiVersion: 'gateway.networking.x-k8s.io/v1alpha1',
  kind: 'XBackendTrafficPolicy',
  metadata,
  spec: {
    targetRefs: [{ group: '', kind: 'Service', name: 'users' }],
    retryConstraint: { budget: { percent: 20, interval: '10s' }, minRetryRate: { count: 1, interval: '1s' } },
    sessionPersistence: {},
  },
}

/** Of every kind, and what each has for its corners. JSON and YAML hold no more than these. */
const ODD: readonly unknown[] = [
  [null, true, false, 0, -0, -1, 1.5, 1e21, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, Number.MIN_VALUE],
  ['', ' ', '\0', '\n', '\ud800', '\udfff\ud800', '😀', '__proto__', '*', '(', '1s', 'x'.repeat(100_000)],
  ['a.'.repeat(50_000), '/'.repeat(50_000), '%'.repeat(5000), '('.repeat(5000), '{"endpoints":[]}'],
  [[], [null], [[]], [undefined], new Array(3), new Array(2000).fill({}), {}, { length: 1 }, { '': '' }],
  [{ toString: 1 }, { constructor: 1 }, { valueOf: null }, { type: { toString: null } }, { name: [] }],
  [JSON.parse('{"__proto__":{"type":"CORS"}}'), JSON.parse('{"type":"__proto__"}'), Object.create(null)],
  [{ type: 'constructor' }, { kind: 'constructor' }, JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`)],
].flat()
const odd = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...ODD) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
)
const KEYS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'type', 'kind', 'name', 'length', '', 'then']

type Path = readonly (string | number)[]

/** Paths to every value, the root's own first. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [path, ...entries.flatMap(([key, part]) => pathsOf(part, [...path, key]))]
}

const isMap = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A copy with this value at a place; beside it, under a key, where one is given. */
function changed(whole: unknown, path: Path, value: unknown, key?: string): unknown {
  const [first, ...rest] = path
  if (first === undefined && (key === undefined || !isMap(whole))) return value
  const copy = (Array.isArray(whole) ? [...whole] : { ...(whole as object) }) as Record<string | number, unknown>
  const at = first ?? (key as string)
  const made = first === undefined ? value : changed(copy[first], rest, value, key)
  Object.defineProperty(copy, at, { value: made, enumerable: true, writable: true, configurable: true })
  return copy
}

/** An edit of one of these at some place. */
function edited(all: readonly unknown[]) {
  const places = all.flatMap((whole) => pathsOf(whole).map((path) => ({ whole, path })))
  const key = fc.option(fc.constantFrom(...KEYS), { nil: undefined, freq: 4 })
  return fc
    .tuple(fc.constantFrom(...places), odd, key)
    .map(([{ whole, path }, value, key]) => changed(whole, path, value, key))
}

/** Milliseconds of CPU that a look at one may take. */
const AT_ONCE_MS = 500

function atOnce<Result>(look: () => Result): Result {
  const { result, cpuMs } = timed(look)
  expect(cpuMs).toBeLessThan(AT_ONCE_MS)
  return result
}

function takenOrRefused(parse: (text: string) => unknown, text: string): void {
  try {
    parse(text)
  } catch (error) {
    expect(error).toBeInstanceOf(MeshError)
    expect((error as MeshError).code).toBe('record_invalid')
    expect((error as MeshError).message.length).toBeLessThan(1500)
  }
}

describe('whatever stands in a field of a record', () => {
  it('of a kind that is wrong is refused, or right', () => {
    const issuesOf = recordChecker()
    for (const record of [fullest, ...WRITTEN_RECORDS]) {
      for (const path of pathsOf(record)) {
        for (const value of ODD) {
          const issues = atOnce(() => issuesOf(changed(record, path, value)))
          for (const { message, path } of issues) {
            expect(message.length).toBeGreaterThan(5)
            expect(path.every((key) => typeof key === 'string' || typeof key === 'number')).toBe(true)
          }
        }
      }
    }
  }, 60_000)

  it('is taken or refused, as a text and as a value alike (seed 5)', () => {
    const issuesOf = recordChecker()
    fc.assert(
      fc.property(edited(WRITTEN_RECORDS), (record) => {
        const text = JSON.stringify(record)
        atOnce(() => takenOrRefused(parseRecord, text))
        atOnce(() => takenOrRefused(parsePolicy, text))
        const plain = JSON.parse(text)
        const isTaken = atOnce(() => issuesOf(plain)).length === 0
        if (isMap(plain)) expect(refuses(text)).toBe(!isTaken)
      }),
      { numRuns: 2000, seed: 5 },
    )
  }, 60_000)

  function refuses(text: string): boolean {
    try {
      parseRecord(text)
      return false
    } catch {
      return true
    }
  }
})

describe('whatever stands in a field of a manifest', () => {
  it('of a kind that is wrong is told of, or right', () => {
    const [longest] = HTTP.toSorted((one, other) => JSON.stringify(other).length - JSON.stringify(one).length)
    for (const manifest of [longest, GRPC, POLICY]) {
      for (const path of pathsOf(manifest)) {
        const { findings } = convert(ODD.map((value) => ({ value: changed(manifest, path, value) })))
        for (const { reason } of findings) expect(reason.length).toBeGreaterThan(5)
      }
    }
  }, 60_000)

  it.each([
    ['HTTPRoute', HTTP],
    ['GRPCRoute', [GRPC]],
    ['XBackendTrafficPolicy', [POLICY]],
  ])(
    '%s: it is converted to what is a record, or told of (seed 6)',
    (_, manifests) => {
      const seen = { converted: 0, refused: 0 }
      fc.assert(
        fc.property(edited(manifests as readonly unknown[]), (manifest) => {
          const { records, findings } = atOnce(() => convert([{ value: GRPC }, { value: manifest }]))
          for (const { path, reason } of findings) {
            expect(reason.length).toBeGreaterThan(5)
            expect(path.every((key) => typeof key === 'string' || typeof key === 'number')).toBe(true)
          }
          if (findings.some(({ severity }) => severity === 'error')) seen.refused += 1
          else seen.converted += 1
          for (const record of records.values()) expect(() => parseRecord(JSON.stringify(record))).not.toThrow()
        }),
        { numRuns: 1500, seed: 6 },
      )
      expect(seen.refused).toBeGreaterThan(300)
    },
    60_000,
  )
})
