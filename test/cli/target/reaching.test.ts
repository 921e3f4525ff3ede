import { expect, it } from 'vitest'
import { reaching } from '../../../src/cli/target/reaching.ts'

const nobody = () =>
  Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:8787') }))

it('says what does not answer, why, and what to do', async () => {
  const local = reaching(nobody, { name: 'local', url: 'http://127.0.0.1:8787' })
  await expect(local('http://127.0.0.1:8787/-/healthz')).rejects.toThrow(
    'http://127.0.0.1:8787 does not answer: connect ECONNREFUSED 127.0.0.1:8787. selvedge dev runs a mesh there.',
  )
  const prod = reaching(nobody, { name: 'prod', url: 'https://prod.example' })
  await expect(prod('https://prod.example/')).rejects.toThrow('selvedge config set prod --url URL changes the address.')
})

it('finds the reason where a name has several addresses', async () => {
  const refused = new AggregateError([new Error('connect ECONNREFUSED ::1:1'), new Error('other')])
  const send = reaching(() => Promise.reject(new TypeError('fetch failed', { cause: refused })), {
    name: undefined,
    url: 'http://localhost:1',
  })
  await expect(send('http://localhost:1/')).rejects.toThrow(
    'does not answer: connect ECONNREFUSED ::1:1. Is it the address of a mesh?',
  )
})

it('gives up on an answer that does not come', async () => {
  const silent: typeof fetch = (_, init) =>
    new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)))
  const send = reaching(silent, { name: undefined, url: 'http://localhost:1' }, 10)
  await expect(send('http://localhost:1/')).rejects.toThrow('http://localhost:1 did not answer within 0.01 s.')
})

it('passes an answer on as it is', async () => {
  const send = reaching(async () => new Response('well', { status: 503 }), {
    name: undefined,
    url: 'http://localhost:1',
  })
  const answer = await send('http://localhost:1/')
  expect([answer.status, await answer.text()]).toEqual([503, 'well'])
})

it('follows no redirect: what is sent is for this address alone', async () => {
  const asked: (RequestInit | undefined)[] = []
  const send: typeof fetch = async (_, init) => {
    asked.push(init)
    return new Response(null, { status: 302, headers: { location: 'https://elsewhere.example/' } })
  }
  const reached = reaching(send, { name: undefined, url: 'http://localhost:1' })
  const answer = await reached('http://localhost:1/', { headers: { 'selvedge-grant': 'g' } })
  expect([answer.status, asked.map((init) => init?.redirect)]).toEqual([302, ['manual']])
})
