import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { createMesh } from '../../src/index.ts'
import { memoryRegistry } from '../../src/testing.ts'
import { describeListeners } from '../contracts/listeners.ts'

describeListeners()

it('leaves a signal of Node without listeners of the platform, too', async () => {
  const mesh = createMesh({
    registry: memoryRegistry({ users: 'http://users.test' }),
    fetch: async () => new Response('of some length'),
  })
  const { signal } = new AbortController()
  for (let count = 0; count < 200; count++) await (await mesh.fetch('http://users/', { signal })).text()
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(getEventListeners(signal, 'abort').length).toBe(0)
})
