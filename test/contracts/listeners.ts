/** A caller's signal that outlives its calls: what listens to it leaves with each of them, in Node and in workerd. */
import { describe, expect, it } from 'vitest'
import { createMesh } from '../../src/index.ts'
import { memoryRegistry } from '../../src/testing.ts'

const CALLS = 200

/** A signal that counts who listens. */
function counted() {
  const { signal } = new AbortController()
  let listeners = 0
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)]
  signal.addEventListener = (...told: Parameters<typeof add>) => {
    listeners += 1
    return add(...told)
  }
  signal.removeEventListener = (...told: Parameters<typeof remove>) => {
    listeners -= 1
    return remove(...told)
  }
  return { signal, listeners: () => listeners }
}

export function describeListeners(): void {
  describe('a signal of its caller that outlives 200 calls', () => {
    const answers: Record<string, () => Promise<Response>> = {
      body: async () => new Response('of some length'),
      empty: async () => new Response(null, { status: 204 }),
      failure: () => Promise.reject(new Error('Network connection lost.')),
    }
    const meshWith = (answer: () => Promise<Response>) =>
      createMesh({
        registry: memoryRegistry({ users: { endpoints: ['http://users.test'], retry: { attempts: 0 } } }),
        fetch: answer,
        log: 'off',
        errors: 'response',
      })

    it.each(Object.entries(answers))('is listened to by none of those that have ended: %s', async (_, answer) => {
      const mesh = meshWith(answer)
      const { signal, listeners } = counted()
      for (let count = 0; count < CALLS; count++) {
        const response = await mesh.fetch('http://users/', { signal })
        await response.text()
      }
      // What was piped has ended a moment after its reader.
      await new Promise((resolve) => setTimeout(resolve, 0))
      expect(listeners()).toBe(0)
    })

    it('is listened to while a body is under way', async () => {
      const mesh = meshWith(
        async () =>
          new Response(new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(10)) }, { highWaterMark: 0 })),
      )
      const { signal, listeners } = counted()
      const held = await mesh.fetch('http://users/', { signal })
      expect(listeners()).toBe(1)
      await held.body?.cancel()
      await new Promise((resolve) => setTimeout(resolve, 0))
      expect(listeners()).toBe(0)
    })

    it('costs no new body where the signal is that of a request, which goes with it', async () => {
      const answer = new Response('as it came')
      const mesh = meshWith(async () => answer)
      expect(await mesh.fetch(new Request('http://users/'))).toBe(answer)
    })
  })
}
