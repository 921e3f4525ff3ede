import { describe, expect, it } from 'vitest'
import { HOP_BY_HOP, nominated } from '../../src/wire/hop-by-hop.ts'

describe('HOP_BY_HOP', () => {
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
    expect(HOP_BY_HOP.has(name)).toBe(true)
  })

  it.each(['content-length', 'content-encoding', 'host', 'date', 'via', 'cookie', 'authorization', 'x-keep-alive'])(
    '%s travels on',
    (name) => {
      expect(HOP_BY_HOP.has(name)).toBe(false)
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
