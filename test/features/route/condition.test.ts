import { describe, expect, it } from 'vitest'
import { asked } from '../../../src/features/route/asked.ts'
import { matcher } from '../../../src/features/route/match.ts'
import type { Match } from '../../../src/features/route/policy.ts'
import { stepsOf } from '../../../src/math/pattern/pattern.ts'
import { createTestMesh, type MeshError } from '../../../src/testing.ts'
import { failureOf } from '../../support/call.ts'

const LOOKS = 5_000_000
/** Of 405 steps, so that it reads 12,345 characters. */
const LONG = '.*a.{400}x'
const MOST = Math.floor(LOOKS / stepsOf(LONG))
const type = 'RegularExpression' as const
const onPath = (value: string): Match => ({ path: { type, value } })
const onHeader = (name: string, value: string): Match => ({ headers: [{ type, name, value }] })
const onQuery = (name: string, value: string): Match => ({ queryParams: [{ type, name, value }] })

/** As the platform would hand it over, whatever the length. */
const ask = (path: string, headers: Record<string, string> = {}) =>
  asked(
    { method: 'GET', headers: { get: (name: string) => headers[name] ?? null } } as unknown as Request,
    path,
    'users',
  )
const find = (matches: readonly Match[], path: string, headers?: Record<string, string>) =>
  matcher([{ matches }, { matches: [{}] }])(ask(path, headers))
const refusal = (run: () => number) => {
  try {
    return run()
  } catch (error) {
    const { code, meaning, message } = error as MeshError
    return `${meaning.status} ${code}: ${message}`
  }
}

describe('what an expression reads', () => {
  it('may be as long as its steps allow, and no longer', () => {
    expect(MOST).toBe(12_345)
    const path = (length: number) => `/${'a'.repeat(length - 1)}`
    expect(find([onPath(LONG)], path(MOST))).toBe(1)
    expect(refusal(() => find([onPath(LONG)], path(MOST + 1)))).toBe(
      '414 uri_too_long: The path has 12346 characters; the regular expressions of the record read 12345.',
    )
    const long = 'b'.repeat(MOST + 1)
    expect(refusal(() => find([onHeader('X-Long', LONG)], '/', { 'x-long': long }))).toMatch(
      /^431 header_too_large: The header x-long has 12346 characters/,
    )
    expect(refusal(() => find([onQuery('q', LONG)], `/?q=${long}`))).toMatch(/^414 uri_too_long: The query q has/)
  })

  it('is counted together for all that a request brings', () => {
    const both = [{ ...onHeader('x-one', LONG), path: { value: '/' } }, onHeader('x-other', LONG)]
    const half = 'b'.repeat(MOST / 2)
    expect(find(both, '/', { 'x-one': half, 'x-other': half })).toBe(1)
    expect(refusal(() => find(both, '/', { 'x-one': half, 'x-other': `${half}bb` }))).toContain('header_too_large')
    // Each alone is read.
    expect(find(both, '/', { 'x-other': `${half}bb` })).toBe(1)
  })

  it('is counted for each request anew', () => {
    const match = matcher([{ matches: [onPath(LONG)] }, {}])
    for (let count = 0; count < 3; count++) expect(match(ask(`/${'a'.repeat(MOST - 1)}`))).toBe(1)
  })

  it('is not counted up to 100 characters, and is long where the expression is short', () => {
    const many = Array.from({ length: 16 }, (_, index) => onHeader(`x-${index}`, `(?:.*a.{400}x)*b{${index}}`))
    const headers = Object.fromEntries(many.map((_, index) => [`x-${index}`, 'c'.repeat(100)]))
    expect(find(many, '/', headers)).toBe(1)
    expect(find([onHeader('cookie', '.*; a=1;.*')], '/', { cookie: `${'b=2; '.repeat(10_000)}a=1; ` })).toBe(0)
  })

  it('is as long as it likes where nothing reads it by an expression', () => {
    const long = `/${'a'.repeat(100_000)}`
    expect(find([{ path: { type: 'Exact', value: long } }, onPath(LONG)], long)).toBe(0)
    expect(find([onHeader('x-one', LONG)], long, { 'x-other': long })).toBe(1)
    // Its path is of another rule, and so its header is never read.
    expect(find([{ path: { value: '/b' }, ...onHeader('x-one', LONG) }], '/a', { 'x-one': long })).toBe(1)
  })
})

describe('a request that is too long for a record', () => {
  const rules = [{ matches: [onPath(LONG)], backendRefs: [{ name: 'v1' }] }, { backendRefs: [{ name: 'v2' }] }]
  const long = `http://users/${'a'.repeat(MOST)}`

  it('is refused, and goes nowhere: neither by another rule nor by a wildcard', async () => {
    const reached: string[] = []
    const says = (name: string) => () => {
      reached.push(name)
      return new Response(name)
    }
    const mesh = createTestMesh({ v1: says('v1'), v2: says('v2'), '*.shop': says('wild') })
    mesh.registry.set('users', { rules })
    mesh.registry.set('users.shop', { rules: rules.slice(0, 1) })
    for (const url of [long, long.replace('users', 'users.shop')]) {
      const error = await failureOf(mesh.clock.run(mesh.fetch(url)))
      expect(error).toMatchObject({ code: 'uri_too_long', meaning: { status: 414, retryable: false } })
    }
    expect(reached).toEqual([])
    expect(await (await mesh.clock.run(mesh.fetch('http://users/a'))).text()).toBe('v2')
  })
})
