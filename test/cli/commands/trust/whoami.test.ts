import { describe, expect, it } from 'vitest'
import { STRANGER } from '../../../../src/core/caller.ts'
import { whoami } from '../../../../src/mesh/trust/whoami.ts'
import { command } from '../../../support/command.ts'

function answering(answer: () => Response) {
  const seen: Request[] = []
  const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    seen.push(new Request(input, init))
    return answer()
  }
  return { seen, selvedge: command({ fetch }) }
}

describe('selvedge whoami', () => {
  it('tells a stranger that it is one, and what would change that', async () => {
    const { selvedge, seen } = answering(() => whoami(STRANGER, false))
    const { code, out, err } = await selvedge('whoami', '-H', 'authorization: Bearer mine', '--token', 'admin')
    expect([code, out]).toEqual([
      0,
      `CALLER      CLASS      PROOF   TRUSTED
(unknown)   stranger   none    no
`,
    ])
    expect(err).toContain('To the mesh you are nobody in particular')
    expect(seen[0]?.url).toBe('http://127.0.0.1:8787/-/whoami')
    // The token is for the admin API: it goes nowhere else.
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer mine')
  })

  it('names a member and its proof', async () => {
    const { selvedge } = answering(() => whoami({ name: 'checkout', proof: 'binding' }, true))
    const { out, err } = await selvedge('whoami')
    expect(out).toMatch(/^checkout {3}member {3}binding {3}yes$/m)
    expect(err).not.toContain('nobody')
    expect(JSON.parse((await selvedge('whoami', '-o', 'json')).out)).toEqual({
      caller: 'checkout',
      class: 'member',
      proof: 'binding',
      trusted: true,
    })
  })

  it.each([
    [
      'an older mesh',
      () => Response.json({ detail: 'Nothing stands under /-/whoami.' }, { status: 404 }),
      '404: Nothing',
    ],
    ['Access in front', () => new Response(null, { status: 302 }), '302.'],
    ['a page', () => new Response('<html>'), '200.'],
  ])('is a fault where %s answers', async (_, answer, said) => {
    const { selvedge } = answering(answer)
    const { code, err } = await selvedge('whoami')
    expect(code).toBe(2)
    expect(err).toContain(`/-/whoami answered ${said}`)
  })
})
