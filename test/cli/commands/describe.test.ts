import { describe, expect, it } from 'vitest'
import { command } from '../../support/command.ts'
import { givenAdmin } from '../../support/given-admin.ts'

async function given() {
  const { client, clock, run } = await givenAdmin()
  const users = {
    endpoints: ['https://users.example.com', { binding: 'USERS', weight: 0 }],
    rules: [
      { name: 'slow', matches: [{ path: { value: '/report' } }], timeouts: { request: '60s' } },
      { backendRefs: [{ name: 'users-v2' }, { name: 'users-v3' }] },
    ],
    timeouts: { request: '2s' },
  }
  await client.put('users', users, { ifNoneMatch: '*', message: 'reports take longer' })
  await client.put('people', { alias: 'users' }, { ifNoneMatch: '*' })
  await run()
  await clock.advance(180_000)
  return command({ clock, clientOf: () => client })
}

describe('selvedge describe', () => {
  it('shows a record, its policy with the source of each value, and who refers to it', async () => {
    const selvedge = await given()
    const { code, out } = await selvedge('describe', 'users')
    expect(code).toBe(0)
    expect(out.replace(/\d+m\d*s? ago|\d+s ago/, 'AGE ago')).toBe(`users
Revision: 1, by admin, AGE ago: reports take longer
State: published

Endpoints
  ENDPOINT                    WEIGHT   STATE       BECAUSE
  https://users.example.com   1        reachable   -
  binding:USERS               0        drained     Its weight is 0: only a session leads there.

Rules
  RULE       LEADS_TO            POLICY
  slow       its own endpoints   timeouts.request="60s"
  rules[1]   users-v2,users-v3   -

Policy
  FIELD              VALUE   SOURCE
  timeouts.request   2s      record

Referred to by
  NAME     WHERE
  people   alias
`)
    const wide = await selvedge('describe', 'users', '-o', 'wide')
    expect(wide.out).toContain('retry.attempts                        2                built in')
    expect(JSON.parse((await selvedge('describe', 'users', '-o', 'json')).out)).toMatchObject({ name: 'users' })
  })

  it('says for whom an alias stands', async () => {
    const selvedge = await given()
    const { out } = await selvedge('describe', 'people')
    expect(out).toContain('Alias of: users. Rules and policy are those of the first that can be used.\n')
    expect(out).toContain('Referred to by\n  nobody\n')
  })

  it('ends with 1 where there is no such record, and says what may have been meant', async () => {
    const selvedge = await given()
    const { code, err } = await selvedge('describe', 'user')
    expect([code, err]).toEqual([1, expect.stringContaining('There is no record of "user". Did you mean users?')])
  })
})
