import { describe, expect, it } from 'vitest'
import { session } from '../../../src/features/route/session.ts'

const NOW = 1_700_000_000_000
const TICKET = { backend: 'b', endpoint: 'e' }

async function given(written: Parameters<typeof session>[0] = { cookie: { name: 'sid' } }) {
  const sessions = session(written, 'services/shop rules[0]')
  const [, told] = await sessions.write(TICKET, NOW, false)
  const value = told.split(';')[0] as string
  return { sessions, value }
}

describe('the ticket of a session', () => {
  it.each([
    ['alone', (own: string) => own],
    ['among others', (own: string) => `a=1; ${own}; b=2`],
    ['behind another header, joined by a comma', (own: string) => `a=1, ${own}`],
    ['before another header', (own: string) => `${own}, a=1`],
    ['between headers of several cookies', (own: string) => `a=1; b=2, ${own}, c=3; d=4`],
    ['behind one of the same name of another rule', (own: string) => `sid=x.y.z., ${own}`],
  ])('is found in a cookie %s', async (_, header) => {
    const { sessions, value } = await given()
    expect(await sessions.read(new Headers({ cookie: header(value) }), NOW)).toMatchObject(TICKET)
  })

  it('is found where its header came twice', async () => {
    const { sessions, value } = await given({ type: 'Header', header: { name: 'x-s' } })
    expect(await sessions.read(new Headers({ 'x-s': `other, ${value}` }), NOW)).toMatchObject(TICKET)
  })

  it.each(['', 'a=1', 'sidx=1', 'sid=', 'sid=nonsense', 'sid=a.b.c.d'])('is none in "%s"', async (cookie) => {
    const { sessions } = await given()
    expect(await sessions.read(new Headers({ cookie }), NOW)).toBeUndefined()
  })
})
