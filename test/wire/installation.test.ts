import { describe, expect, it } from 'vitest'
import { INSTALLATION, type Installation, readInstallation, writtenInstallation } from '../../src/wire/installation.ts'

const MESH: Installation = {
  version: '0.2.0',
  cloud: false,
  bindings: { REGISTRY: 'kv' },
  variables: { MESH_DOMAIN: 'mésh' },
}

const read = (text: string) => readInstallation(new Headers({ [INSTALLATION]: text }))

describe('selvedge-installation', () => {
  it('is read as it was written, in ASCII, with compatibility flags or without', () => {
    const written = writtenInstallation({ ...MESH, flags: ['enable_request_signal'] })
    expect(written).toMatch(/^[ -~]+$/)
    expect(read(written)).toEqual({ ...MESH, flags: ['enable_request_signal'] })
    expect(read(writtenInstallation({ ...MESH, flags: undefined }))).toEqual(MESH)
  })

  it.each([
    '',
    'nonsense',
    '{}',
    'null',
    '{"version":1}',
    '{"version":"1","cloud":true,"bindings":5,"variables":{}}',
    '{"version":"1","cloud":true,"bindings":{},"variables":{"MESH_HOSTS":5}}',
    '{"version":"1","cloud":true,"bindings":{"A":null},"variables":{}}',
  ])('is nothing where no mesh wrote it: %s', (text) => {
    expect(read(text)).toBeUndefined()
  })

  it('passes over flags that are no list', () => {
    expect(read(JSON.stringify({ ...MESH, flags: 'all', variables: {} }))).toEqual({ ...MESH, variables: {} })
  })
})
