import { describe, expect, it } from 'vitest'
import { dealt, hasToken, newToken } from '../../../src/cli/dev/vars.ts'

describe('the variables of a run', () => {
  it('are dealt out: what the control plane reads to it, all else to the mesh, the key of grants to both', () => {
    const vars = {
      MESH_FRESH: '1s',
      MESH_GRANT_KEY: 'key',
      ADMIN_TOKEN: 'one',
      ADMIN_TOKENS: '[]',
      REGISTRY_SCAN: '1m',
      AWS_ACCESS_KEY_ID: 'AKIA',
    }
    expect(dealt(vars)).toEqual({
      mesh: { MESH_FRESH: '1s', MESH_GRANT_KEY: 'key', AWS_ACCESS_KEY_ID: 'AKIA' },
      control: { MESH_GRANT_KEY: 'key', ADMIN_TOKEN: 'one', ADMIN_TOKENS: '[]', REGISTRY_SCAN: '1m' },
    })
  })

  it('have a token, or are given one that nobody can guess', () => {
    expect(['ADMIN_TOKEN', 'ADMIN_TOKENS', 'MESH_FRESH'].map((name) => hasToken({ [name]: 'x' }))).toEqual([
      true,
      true,
      false,
    ])
    const tokens = Array.from({ length: 50 }, newToken)
    expect(new Set(tokens).size).toBe(50)
    for (const token of tokens) expect(token).toMatch(/^[0-9a-f]{48}$/)
  })
})
