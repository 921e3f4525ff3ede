import { describe, expect, it } from 'vitest'
import { AdminError, adminClient } from '../../src/admin/client.ts'
import { givenAdmin } from '../support/given-admin.ts'

/** A client of something that answers all with this. */
function answeredWith(body: string, init: ResponseInit) {
  const urls: string[] = []
  const fetch = async (url: string) => {
    urls.push(url)
    return new Response(body, init)
  }
  return { client: adminClient({ url: 'http://mesh.test/', fetch }), urls }
}

const refused = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('the admin client', () => {
  it('finds no record where the API says so, and complains where no API is', async () => {
    const { client } = await givenAdmin()
    expect(await client.get('nobody')).toBeUndefined()
    expect(await client.revision(99)).toBeUndefined()
    const off = await givenAdmin({})
    expect(await refused(off.client.get('nobody'))).toMatchObject({ status: 404, name: 'AdminError' })
    for (const [body, type] of [
      ['<html>', 'text/html'],
      ['{"name":"users"}', 'application/json'],
      ['{', 'application/problem+json'],
    ] as const) {
      const { client } = answeredWith(body, { status: 404, headers: { 'content-type': type } })
      expect(await refused(client.get('users')), type).toBeInstanceOf(AdminError)
    }
  })

  it('takes for an answer only what is JSON', async () => {
    const { client } = answeredWith('<h1>Sign in</h1>', { status: 200, headers: { 'content-type': 'text/html' } })
    const error = await refused(client.list())
    expect(error).toMatchObject({ status: 200, problem: { detail: expect.stringContaining('not the admin API') } })
    expect(String(error)).not.toContain('Sign in')
  })

  it('writes names as a path has them, and asks beneath the URL of the mesh', async () => {
    const { client, urls } = answeredWith('{}', { headers: { 'content-type': 'application/json' } })
    await client.get('users@pr-1')
    await client.get('../../evil?x#y')
    await client.list({ prefix: 'a&b', limit: 3 })
    await client.list()
    expect(urls).toEqual([
      'http://mesh.test/-/api/v1/services/users%40pr-1',
      'http://mesh.test/-/api/v1/services/..%2F..%2Fevil%3Fx%23y',
      'http://mesh.test/-/api/v1/services?prefix=a%26b&limit=3',
      'http://mesh.test/-/api/v1/services',
    ])
  })

  it('passes on what the network says', async () => {
    const fetch = () => Promise.reject(new TypeError('fetch failed'))
    await expect(adminClient({ url: 'http://mesh.test', fetch }).list()).rejects.toThrow('fetch failed')
  })
})
