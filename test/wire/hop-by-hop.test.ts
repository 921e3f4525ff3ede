import { describe, expect, it } from 'vitest'
import { hopByHopNames, isHopByHop, nominated } from '../../src/wire/hop-by-hop.ts'

describe('isHopByHop', () => {
  it.each([
    'connection',
    'keep-alive',
    'proxy-authenticate',
    'proxy-authorization',
    'proxy-connection',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
  ])('%s belongs to one connection', (name) => {
    expect(isHopByHop(name)).toBe(true)
  })

  it.each(['content-length', 'content-encoding', 'host', 'date', 'via', 'cookie', 'authorization', 'x-keep-alive'])(
    '%s travels on',
    (name) => {
      expect(isHopByHop(name)).toBe(false)
    },
  )
})

describe('nominated', () => {
  it.each([
    [null, []],
    ['close', ['close']],
    ['Keep-Alive, X-Secret', ['keep-alive', 'x-secret']],
    ['x-one,x-two ,  X-THREE', ['x-one', 'x-two', 'x-three']],
  ])('of %j are %j', (connection, names) => {
    expect(nominated(connection)).toEqual(names)
  })
})

describe('hopByHopNames', () => {
  it('finds nothing where nothing has to go', () => {
    expect(hopByHopNames(new Headers({ 'content-type': 'text/plain', etag: '"1"' }))).toEqual([])
  })

  it('finds those of their own nature, and those that Connection names', () => {
    const headers = new Headers({
      Connection: 'close, X-Secret',
      'Keep-Alive': 'timeout=5',
      'X-Secret': '1',
      'X-Open': '2',
    })
    expect(new Set(hopByHopNames(headers))).toEqual(new Set(['connection', 'close', 'x-secret', 'keep-alive']))
  })
})
