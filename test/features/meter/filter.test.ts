import { describe, expect, it } from 'vitest'
import { subrequests } from '../../../src/core/engine/subrequests.ts'
import { meter } from '../../../src/features/meter/filter.ts'
import { failureOf } from '../../support/call.ts'
import { givenBinding, givenEndpoint } from '../../support/given.ts'

const request = new Request('http://users/')
const bound = givenBinding('USERS')

describe('meter', () => {
  it('counts each attempt, and refuses what is more than may be made without sending it', async () => {
    const context = { endpoint: givenEndpoint(), subrequests: subrequests(2) }
    let sent = 0
    const call = () =>
      meter(request, context, async () => {
        sent += 1
        return new Response()
      })
    await call()
    await call()
    expect(await failureOf(call())).toMatchObject({ code: 'limit_subrequests' })
    expect(sent).toBe(2)
  })

  it('holds a connection of a URL endpoint until the response headers', async () => {
    const context = { endpoint: givenEndpoint(), subrequests: subrequests(2) }
    const free: number[] = []
    await meter(request, context, async () => {
      free.push(context.subrequests.freeConnections)
      return new Response('body')
    })
    expect([...free, context.subrequests.freeConnections]).toEqual([5, 6])
  })

  it('gives a connection back that came to nothing', async () => {
    const context = { endpoint: givenEndpoint(), subrequests: subrequests(2) }
    const gone = new Error('gone')
    expect(await failureOf(meter(request, context, () => Promise.reject(gone)))).toBe(gone)
    expect(context.subrequests.freeConnections).toBe(6)
  })

  it('counts a service binding as a subrequest and not as a connection', async () => {
    const context = { endpoint: bound, subrequests: subrequests(2) }
    let free = 0
    await meter(request, context, async () => {
      free = context.subrequests.freeConnections
      return new Response()
    })
    expect(free).toBe(6)
    expect(context.subrequests.left).toBe(1)
  })
})
