import { describe, expect, it } from 'vitest'
import { recordComplaint } from '../../../src/cli/dev/record-complaint.ts'

const complaint = (key: string, value: string) => recordComplaint(key, value, new Set(['ORDER']))

describe('recordComplaint', () => {
  it.each([
    ['services/users', 'https://users.example.com'],
    ['services/*.shop', '{ "endpoints": [{ "binding": "ORDER" }] }'],
    ['services/users.shop@pr-12', '{ "alias": "users" }'],
  ])('has nothing to say of %s', (key, value) => {
    expect(complaint(key, value)).toBeUndefined()
  })

  it('says what the mesh will refuse, with the path', () => {
    expect(complaint('services/users', '{ "endpoints": ["ftp://x"] }')).toMatch(
      /^users is not understood.*\$\.endpoints/,
    )
  })

  it('names a binding that is not there', () => {
    expect(complaint('services/users', '{ "endpoints": [{ "binding": "USERS" }] }')).toContain('"USERS"')
  })

  it.each(['services/Users', 'services/a_b', 'services/', 'services/a.*.b', 'services/@x'])(
    'finds no name in %s',
    (key) => {
      expect(complaint(key, 'https://users.example.com')).toContain('is not a service name')
    },
  )
})
