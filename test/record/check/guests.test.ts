import { describe, expect, it } from 'vitest'
import { guestFindings, sharedMembers, trustedOf } from '../../../src/record/check/guests.ts'
import { parseRecord } from '../../../src/record/parse.ts'

describe('members of a mesh', () => {
  it.each([
    '*.workers.dev',
    '*.pages.dev',
    '*.a.run.app',
    '*.europe-west1.run.app',
    '*.lambda-url.eu-west-1.on.aws',
    '*.azurewebsites.net',
    '*.amazonaws.com',
    '*.dev',
  ])('are told where anybody may have a host: %s', (member) => {
    expect(sharedMembers([member])).toEqual([expect.stringContaining(`"${member}" is a domain that many share`)])
  })

  it.each([
    '*.acme.workers.dev',
    'mesh.acme.workers.dev',
    'users-123.a.run.app',
    'abc.lambda-url.eu-west-1.on.aws',
    '*.internal.example.com',
    '*.myworkers.dev',
    'localhost',
  ])('are left alone where a host or a domain is of one owner: %s', (member) => {
    expect(sharedMembers([member])).toEqual([])
  })
})

describe('a record in a mesh with issuers', () => {
  const found = (name: string | undefined, rules: object[], suffixes: string[]) => {
    const record = parseRecord(JSON.stringify({ endpoints: ['https://a.example'], access: { default: 'deny', rules } }))
    return guestFindings(name, record, { suffixes }).map(({ kind, path }) => [kind, path.join('.')])
  }
  const rule = (callers?: string[]) => [
    { name: 'scoped', effect: 'allow', ...(callers && { callers }), claims: { scope: ['read'] } },
  ]
  const plain = [{ name: 'plain', effect: 'allow', callers: ['checkout'] }]

  it.each(['checkout.partners', 'a.b.partners', 'partners', '*.partners', 'checkout.partners@v2'])(
    'has the name of a guest: %s',
    (name) => expect(found(name, plain, ['staff', 'partners'])).toEqual([['named', '']]),
  )

  it.each(['checkout', 'mypartners', 'partners.shop', undefined])('has the name of none: %s', (name) => {
    expect(found(name, plain, ['staff', 'partners'])).toEqual([])
  })

  it('asks for claims of who may be a guest', () => {
    const guests = ['*', 'acme.partners', '*.partners', 'partners', '*.acme.partners', '*.example']
    expect(found('users', rule(guests), ['partners', 'staff.example'])).toEqual([])
    expect(found('users', rule(), ['partners'])).toEqual([])
  })

  it('is told where it asks for claims of members, who have none', () => {
    expect(found('users', rule(['*.partners', 'checkout', '*.shop']), ['partners'])).toEqual([
      ['claimless', 'access.rules.0.callers.1'],
      ['claimless', 'access.rules.0.callers.2'],
    ])
  })

  it('is told where it asks for claims and there is no issuer', () => {
    expect(found('users', [...plain, ...rule(['*.partners'])], [])).toEqual([['claimless', 'access.rules.1.claims']])
  })
})

describe('who is trusted', () => {
  it('is read as far as it can be', () => {
    const text = '{ "members": ["a.example", 1], "issuers": [{ "under": "partners" }, null, {}] }'
    expect(trustedOf(text)).toEqual({ members: ['a.example'], suffixes: ['partners'] })
    for (const none of [undefined, 'no JSON', 'null', '{ "members": "a", "issuers": {} }']) {
      expect(trustedOf(none)).toEqual({ members: [], suffixes: [] })
    }
  })
})
