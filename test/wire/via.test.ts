import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loopOf, nextLoop, readHops } from '../../src/wire/via.ts'

const read = (headers: Record<string, string>) => readHops(new Headers(headers))

describe('readHops', () => {
  it.each([
    ['nothing', {}, 0],
    ['ourselves in CDN-Loop', { 'cdn-loop': 'selvedge, selvedge' }, 2],
    ['ourselves among others', { 'cdn-loop': 'cloudflare; loops=1, selvedge,fastly, Selvedge; v=1' }, 2],
    ['others alone', { 'cdn-loop': 'cloudflare, selvedge2, notselvedge' }, 0],
    ['everyone in Via', { via: '1.1 one, 2 two, HTTP/1.1 three (a comment)' }, 3],
    ['whichever says more: Via', { 'cdn-loop': 'selvedge', via: '1.1 one, 1.1 two' }, 2],
    ['whichever says more: CDN-Loop', { 'cdn-loop': 'selvedge, selvedge', via: '1.1 one' }, 2],
  ])('counts %s', (_, headers, hops) => {
    expect(read(headers)).toBe(hops)
  })

  it('counts what came in two headers', () => {
    const headers = new Headers([
      ['cdn-loop', 'selvedge'],
      ['cdn-loop', 'selvedge'],
    ])
    expect(readHops(headers)).toBe(2)
  })
})

describe('the CDN-Loop of the next hop', () => {
  it('counts one hop more than came', () => {
    const member = fc.constantFrom('selvedge', 'cloudflare', 'fastly; a=b')
    fc.assert(
      fc.property(fc.array(member, { minLength: 1, maxLength: 20 }), (members) => {
        const loop = members.join(', ')
        expect(read({ 'cdn-loop': nextLoop(loop) })).toBe(read({ 'cdn-loop': loop }) + 1)
        expect(nextLoop(loop).startsWith(loop)).toBe(true)
      }),
    )
  })

  it.each([0, 1, 7])('of a call that begins after %i hops counts one more', (hops) => {
    expect(read({ 'cdn-loop': loopOf(hops) })).toBe(hops + 1)
  })
})
