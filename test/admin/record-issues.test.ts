import { describe, expect, it } from 'vitest'
import { recordIssues } from '../../src/admin/record-issues.ts'

describe('recordIssues', () => {
  it.each([
    ['users', 'https://users.example.com'],
    ['*.shop', '{"endpoints":["https://users.example.com"]}'],
    ['users@pr-7', '{"alias":"people"}'],
  ])('has nothing against %s: %s', (name, text) => {
    expect(recordIssues(name, text)).toEqual([])
  })

  it('tells all that is wrong with a record, with its place', () => {
    const issues = recordIssues('users', '{"endpoints":["https://u.example.com"],"weight":1,"retry":{"attempts":-1}}')
    expect(issues.map(({ path }) => path)).toEqual([['retry', 'attempts'], ['weight']])
  })

  it.each(['', 'users.example.com', '{', '["https://users.example.com"]', '{"endpoints":[]} x'])(
    'refuses what is no record: %j',
    (text) => {
      expect(recordIssues('users', text)).toMatchObject([{ path: [], message: /./ }])
    },
  )

  it('refuses what is nested without an end', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    expect(recordIssues('users', `{"endpoints":${deep}}`)).toMatchObject([{ path: [], message: /levels/ }])
  })

  it.each(['Users', 'a..b', 'users@', '*', 'a b'])('refuses a name that nobody can call: %j', (name) => {
    expect(recordIssues(name, 'https://users.example.com')).toMatchObject([{ path: [], message: /service name/ }])
  })
})
