import { describe, expect, it } from 'vitest'
import { cors, corsPlan } from '../../../src/features/cors/filter.ts'
import { idle } from '../../../src/features/idle/filter.ts'
import { propagate } from '../../../src/features/propagate/filter.ts'
import { rewrite, rewritePlan } from '../../../src/features/rewrite/filter.ts'
import { settled } from '../../../src/features/settle/filter.ts'
import { remade } from '../../../src/wire/answer/remade.ts'
import { givenCall } from '../../support/call.ts'

/** One that the network brought: nobody could make it. */
function arrived(status: number, body: BodyInit | null = 'tea'): Response {
  const headers = { 'transfer-encoding': 'chunked', connection: 'keep-alive' }
  const response = new Response(body, { headers })
  return Object.defineProperty(response, 'status', { value: status })
}

describe('remade', () => {
  it.each([200, 404, 599])('makes one of %i anew, with headers that can be written', async (status) => {
    const response = new Response('tea', { status, headers: { 'x-own': '1' } })
    const answer = remade(response)
    answer?.headers.set('x-more', '2')
    expect([answer?.status, answer?.headers.get('x-own'), await answer?.text()]).toEqual([status, '1', 'tea'])
    expect(response.headers.get('x-more')).toBeNull()
  })

  it.each([204, 205, 304])('gives one of %i no content', (status) => {
    expect(remade(arrived(status))?.body).toBeNull()
  })

  it.each([101, 199, 600, 799, 999])('leaves one of %i as it is', (status) => {
    expect(remade(arrived(status))).toBeUndefined()
  })
})

describe('an answer whose status nobody can make', () => {
  const request = new Request('http://users/', { headers: { origin: 'https://shop.example.com' } })

  it.each([101, 600, 999])('passes through whatever would change it: %i', async (status) => {
    const answer = arrived(status)
    const next = async () => answer
    const call = givenCall()
    const way = {
      cors: corsPlan({ allowOrigins: ['*'] }),
      rewrite: rewritePlan([], [], [{ remove: ['server'] }], '/'),
    }
    expect(await cors(request, { ...call, way }, next)).toBe(answer)
    expect(await rewrite(request, { ...call, way }, next)).toBe(answer)
    expect(await idle(1000)(request, call, next)).toBe(answer)
    expect(await propagate(request, call, next)).toBe(answer)
    expect(settled(answer, call.allowance, call.receipt)).toBe(answer)
    expect(await answer.text()).toBe('tea')
  })
})
