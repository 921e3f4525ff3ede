import { describe, expect, it } from 'vitest'
import { MEANINGS, MeshError, type MeshErrorCode } from '../../../src/core/errors.ts'
import { toldOf } from '../../../src/wire/problem/told.ts'

const CODES = Object.keys(MEANINGS) as MeshErrorCode[]
const SECRET = 'Endpoint https://10.0.0.7 of binding USERS said "hunter2".'

describe.each(CODES)('toldOf %s', (code) => {
  const error = new MeshError(code, SECRET, { cause: new Error(SECRET), service: 'users' })

  it('is what happened, to those who are believed', () => {
    expect(toldOf(error, true)).toBe(SECRET)
  })

  it('is a sentence for anyone else, that holds nothing of what happened', () => {
    const told = toldOf(error, false)
    expect(told).toMatch(/^[A-Z].+\.$/)
    expect(told).not.toMatch(/10\.0\.0\.7|USERS|hunter2/)
  })
})

describe('toldOf', () => {
  it('names the service that was called where there is none, and not what its aliases lead to', () => {
    const error = new MeshError('service_not_found', 'No service is called "b" (a → b).', { service: 'a' })
    expect(toldOf(error, false)).toBe('No service is called "a".')
  })
})
