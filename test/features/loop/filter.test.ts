import { describe, expect, it } from 'vitest'
import { loop } from '../../../src/features/loop/filter.ts'
import { failureOf } from '../../support/call.ts'

const request = new Request('http://users/')

describe('loop', () => {
  it('lets a request through that has made fewer hops than are allowed', async () => {
    const response = new Response()
    expect(await loop(16)(request, { hops: 15 }, async () => response)).toBe(response)
  })

  it('refuses one that has made as many, before anything is done for it', async () => {
    let calls = 0
    const next = async () => {
      calls += 1
      return new Response()
    }
    const error = await failureOf(loop(16)(request, { hops: 16 }, next))
    expect(error.code).toBe('loop_detected')
    expect(error.message).toContain('16')
    expect(calls).toBe(0)
  })
})
