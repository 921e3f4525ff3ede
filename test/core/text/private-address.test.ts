import { describe, expect, it } from 'vitest'
import { isPrivateAddress } from '../../../src/core/text/private-address.ts'

describe('isPrivateAddress', () => {
  it.each(['https://mesh.example.com', 'http://localhost:8787/x', 'http://127.0.0.1', 'http://[::1]:1'])(
    'holds of %s',
    (url) => {
      expect(isPrivateAddress(url)).toBe(true)
    },
  )

  it.each(['http://mesh.example.com', 'http://127.0.0.1.example.com', 'mesh.example.com', 'https://', ''])(
    'does not hold of "%s"',
    (url) => {
      expect(isPrivateAddress(url)).toBe(false)
    },
  )
})
