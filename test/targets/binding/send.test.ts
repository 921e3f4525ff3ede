import { expect, it, vi } from 'vitest'
import { sendToBinding } from '../../../src/targets/binding/send.ts'
import { givenSent } from '../../support/given.ts'

const request = new Request('http://users/42?x=1')

it('says which version is to answer, in headers of its own', async () => {
  const fetch = vi.fn(async () => new Response('ok'))
  const sent = givenSent()
  const version = { worker: 'user-store', id: 'dc8dcd28-271b-4367-9840-6c244f84cb40' }
  await sendToBinding({ bindings: { USERS: { fetch } } }, request, sent, { kind: 'binding', binding: 'USERS', version })
  const [, init] = fetch.mock.calls[0] as unknown as [string, { headers: Headers }]
  expect(init.headers.get('cloudflare-workers-version-overrides')).toBe(
    'user-store="dc8dcd28-271b-4367-9840-6c244f84cb40"',
  )
  expect(sent.outgoing.has('cloudflare-workers-version-overrides')).toBe(false)
})
