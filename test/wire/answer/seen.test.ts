import { describe, expect, it } from 'vitest'
import { seen } from '../../../src/wire/answer/seen.ts'

const of = (headers: HeadersInit) => seen(new Headers(headers))

describe('seen', () => {
  it('finds no header that has to go where there is none', () => {
    expect(of({ 'content-type': 'text/plain', etag: '"1"', 'x-selvedge-kind': 'lace' }).stopped).toEqual([])
  })

  it("finds those of the mesh's own that travel no further, and leaves those that do", () => {
    const { stopped } = of({
      'selvedge-error': 'overloaded',
      'selvedge-retryable': 'true',
      'Selvedge-Retries-Used': '2',
      'selvedge-attempt': '7',
      'selvedge-receipt': 'all of it',
      'selvedge-': '',
    })
    expect(new Set(stopped)).toEqual(
      new Set(['selvedge-retries-used', 'selvedge-attempt', 'selvedge-receipt', 'selvedge-']),
    )
  })

  it('finds those of one connection by their nature, and those that Connection names', () => {
    const { stopped } = of({
      Connection: 'close, X-Secret',
      'Keep-Alive': 'timeout=5',
      'X-Secret': '1',
      'X-Open': '2',
    })
    expect(new Set(stopped)).toEqual(new Set(['connection', 'close', 'x-secret', 'keep-alive']))
  })

  it('reads how many retries were used, where it is said', () => {
    expect(of({ 'selvedge-retries-used': '2' }).retriesUsed).toBe('2')
    expect(of({}).retriesUsed).toBeNull()
  })

  it.each([
    ['an event stream', { 'content-type': 'text/event-stream; charset=utf-8' }, true],
    ['chunks', { 'transfer-encoding': 'chunked' }, true],
    ['chunks of a compressed body', { 'transfer-encoding': 'chunked', 'content-encoding': 'gzip' }, false],
    ['an event stream of known length', { 'content-type': 'text/event-stream', 'content-length': '5' }, false],
    ['a body of known length', { 'content-type': 'text/plain', 'content-length': '5' }, false],
    ['a body of which nothing is said', {}, false],
  ])('of %s says whether it may end at any time', (_, headers, isOpenEnded) => {
    expect(of(headers).isOpenEnded).toBe(isOpenEnded)
  })
})
