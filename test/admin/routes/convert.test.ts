import { describe, expect, it } from 'vitest'
import { givenAdmin } from '../../support/given-admin.ts'

const ROUTE = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: users, namespace: shop }
spec:
  hostnames: [users.example.com]
  rules:
    - backendRefs: [{ name: users-v2, port: 80 }]
      retry: { attempts: 3 }
`

describe('convert', () => {
  it('gives records that can be written, and tells what they do not say with its line', async () => {
    const { client, called } = await givenAdmin()
    const { records, findings, leftOut } = await client.convert(ROUTE)
    expect(Object.keys(records)).toEqual(['users.example.com'])
    expect(leftOut).toEqual([])
    expect(findings.length).toBeGreaterThan(0)
    for (const { severity, object, line, message } of findings) {
      expect([severity, object]).toEqual(['note', 'HTTPRoute shop/users'])
      expect(line).toBeGreaterThan(0)
      expect(message).not.toBe('')
    }
    expect(await client.validate(records)).toEqual({ issues: [] })
    expect(called).toEqual([])
  })

  it('takes JSON as well, and a name for routes that have none', async () => {
    const { ask, client } = await givenAdmin()
    const route = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'a' },
      spec: { rules: [{}] },
    }
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(route) }
    const answer = await ask('/v1/convert?hostname=a.example.com', init)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual(await client.convert(JSON.stringify(route), { hostname: 'a.example.com' }))
  })

  it('leaves out what it cannot say, with the reason', async () => {
    const { client } = await givenAdmin()
    const { records, findings, leftOut } = await client.convert(ROUTE.replace('attempts: 3', 'attempts: -3'))
    expect(records).toEqual({})
    expect(leftOut).toEqual([{ object: 'HTTPRoute shop/users', names: [] }])
    expect(findings.find(({ severity }) => severity === 'error')).toMatchObject({
      line: 8,
      object: 'HTTPRoute shop/users',
    })
  })

  it.each([
    ['no YAML', 'a: [', /manifest:1/],
    ['JSON with a comma too many', '{"a":1,}', /JSON/],
    ['a bomb of aliases', `a: &a [1]\nb: &b [${'*a,'.repeat(200)}]\nc: [${'*b,'.repeat(200)}]`, /manifest/],
    ['more than it reads', `#${'a'.repeat(1_100_000)}`, /1 MiB/],
  ])('refuses %s', async (_, text, said) => {
    const { client } = await givenAdmin()
    await expect(client.convert(text)).rejects.toMatchObject({
      status: 422,
      problem: { issues: [{ message: expect.stringMatching(said) }] },
    })
  })
})
