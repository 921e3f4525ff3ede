import { expect, it, vi } from 'vitest'
import { sendToUrl } from '../../src/transport/url.ts'

it.each([
  ['https://users.example.com', '/42?x=1', 'https://users.example.com/42?x=1'],
  ['https://users.example.com/v1', '/42', 'https://users.example.com/v1/42'],
  ['https://users.example.com/v1', '/', 'https://users.example.com/v1/'],
  ['http://127.0.0.1:8787', '//a/%2e%2e?b=/c', 'http://127.0.0.1:8787//a/%2e%2e?b=/c'],
])('%s with %s is %s, letter by letter', async (base, path, url) => {
  const answer = new Response()
  const fetch = vi.fn(async () => answer)
  const init = { method: 'GET' }
  expect(await sendToUrl(fetch, base, init, { path })).toBe(answer)
  expect(fetch).toHaveBeenCalledExactlyOnceWith(url, init)
})
