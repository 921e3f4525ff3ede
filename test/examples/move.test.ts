import { afterEach, describe, expect, it, vi } from 'vitest'
import { move } from '../../examples/admin/move.ts'
import { givenAdmin, TOKEN } from '../support/given-admin.ts'

// From source: who reads the example imports it by name.
vi.mock('selvedge/client', () => import('../../src/admin/client.ts'))

afterEach(() => vi.unstubAllGlobals())

describe('move', () => {
  it('moves a service, there or not, and comes back when KV has it', async () => {
    const given = await givenAdmin()
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      const answer = await given.ask(url.replace('http://mesh.test/-/api', ''), init)
      await given.run(1_000)
      return answer
    })
    for (const record of ['https://one.example.com', { endpoints: ['https://two.example.com'] }]) {
      const revision = await move('users', record, 'http://mesh.test', TOKEN)
      expect(await given.client.get('users')).toMatchObject({ record, revision, message: 'moved', state: 'published' })
    }
  })

  it('tells what somebody else has changed meanwhile', async () => {
    const given = await givenAdmin()
    await given.put('users', 'https://one.example.com')
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      const path = url.replace('http://mesh.test/-/api', '')
      if (init.method === 'PUT') await given.put('users', 'https://theirs.example.com')
      return given.ask(path, init)
    })
    await expect(move('users', 'https://ours.example.com', 'http://mesh.test', TOKEN)).rejects.toMatchObject({
      status: 412,
    })
    expect(said).toHaveBeenCalledWith([
      { path: '', before: 'https://theirs.example.com', after: 'https://ours.example.com' },
    ])
  })
})
