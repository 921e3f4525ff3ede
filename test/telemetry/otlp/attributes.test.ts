import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { receipt } from '../../../src/core/receipt.ts'
import { openSpan, type Span } from '../../../src/core/span.ts'
import { seeded } from '../../../src/core/time/random.ts'
import { ATTRIBUTES, attributesOf, nameOf } from '../../../src/telemetry/otlp/attributes.ts'
import { addressOf, type Noted } from '../../../src/telemetry/otlp/noted.ts'

const PAGE = readFileSync(fileURLToPath(new URL('../../../docs/tracing.md', import.meta.url)), 'utf8')
const SPANS: Record<Span['kind'], string> = { server: 'request', call: 'call', client: 'attempt' }

function given(kind: Span['kind'], span: Partial<Span> = {}, more: Partial<Noted> = {}): Noted {
  return {
    span: { ...openSpan(kind, 'https://eu.example.com', undefined, 1000, seeded(1)), ...span },
    method: 'GET',
    address: undefined,
    receipt: { ...receipt(), service: 'users', key: 'services/users' },
    caller: undefined,
    state: undefined,
    template: undefined,
    deadlineLeftMs: undefined,
    isHedge: false,
    isCold: false,
    blame: undefined,
    isFailure: false,
    bytes: 1,
    ...more,
  }
}

const said = (noted: Noted, name: string) => Object.fromEntries(attributesOf(noted))[name]

describe('docs/tracing.md', () => {
  it('has every attribute, the spans that have it, and what it says', () => {
    const rows = ATTRIBUTES.map(({ name, on, says }) => {
      const spans = on.length === 3 ? 'all' : on.map((kind) => SPANS[kind]).join(', ')
      return `| \`${name}\` | ${spans} | ${says} |`
    })
    const [, table = ''] = /\| attribute \| on \| is \|\n\| --- \| --- \| --- \|\n((?:\|.*\n)+)/.exec(PAGE) ?? []
    expect(table.trimEnd().split('\n')).toEqual(rows)
  })
})

describe('attributesOf', () => {
  it('has each attribute once', () => {
    const names = ATTRIBUTES.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  it.each([
    ['server', { status: 404 }, {}, undefined],
    ['server', { status: 503 }, {}, '503'],
    ['client', { status: 404 }, {}, '404'],
    ['call', { status: 404 }, {}, undefined],
    ['client', { outcome: 'timeout', error: 'attempt_timed_out' }, { isFailure: true }, 'attempt_timed_out'],
    ['client', { outcome: 'cancelled' }, {}, undefined],
    ['call', { status: 200, outcome: 'failure' }, { isFailure: true }, 'failure'],
    ['call', { error: 'caller_denied', outcome: 'unsent' }, {}, 'caller_denied'],
  ] as const)('says of a %s span that ended %o the error.type %3$s', (kind, span, more, type) => {
    expect(said(given(kind, span, more), 'error.type')).toBe(type)
  })

  it('says of an answer of the mesh its code, where it has become an answer', () => {
    const refused = { ...receipt(), error: 'no_endpoint' as const }
    const noted = given('server', { status: 503 }, { receipt: refused, isFailure: true })
    expect(said(noted, 'error.type')).toBe('no_endpoint')
    expect(said(noted, 'selvedge.code')).toBe('no_endpoint')
    const denied = given('server', { status: 403 }, { receipt: { ...receipt(), error: 'caller_denied' } })
    expect(said(denied, 'error.type')).toBeUndefined()
    expect(said(denied, 'selvedge.code')).toBe('caller_denied')
  })

  it('makes no name of a method that is none', () => {
    const noted = given('server', {}, { method: 'BREW', template: '/pots/*' })
    expect(nameOf(noted)).toBe('HTTP /pots/*')
    expect(said(noted, 'http.request.method')).toBe('_OTHER')
  })
})

describe('addressOf', () => {
  it.each([
    ['https://eu.example.com/v1?x=1', { scheme: 'https', host: 'eu.example.com', port: 443 }],
    ['http://127.0.0.1:8787', { scheme: 'http', host: '127.0.0.1', port: 8787 }],
    ['https://[::1]:9000/a', { scheme: 'https', host: '[::1]', port: 9000 }],
    ['binding:USERS', undefined],
    ['lambda:users', undefined],
  ])('reads %s', (url, address) => {
    expect(addressOf(url)).toEqual(address)
  })
})
