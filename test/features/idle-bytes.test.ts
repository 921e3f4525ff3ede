import { expect, it } from 'vitest'
import { systemClock } from '../../src/core/time/clock.ts'
import { idle } from '../../src/features/idle/filter.ts'

it.each(['bytes', undefined] as const)(
  'passes every byte of a watched stream on, whatever its type: %s',
  async (type) => {
    let chunks = 0
    const body = new ReadableStream({
      type,
      pull(controller: ReadableStreamDefaultController<Uint8Array>) {
        chunks += 1
        controller.enqueue(new Uint8Array(1000).fill(chunks))
        if (chunks === 5) controller.close()
      },
    } as UnderlyingSource<Uint8Array>)
    const headers = { 'content-type': 'text/event-stream' }
    const context = { clock: systemClock }
    const response = await idle(1000)(
      new Request('http://users/'),
      context,
      async () => new Response(body, { headers }),
    )
    const bytes = new Uint8Array(await response.arrayBuffer())
    expect(bytes.length).toBe(5000)
    expect([...bytes].filter((_, index) => index % 1000 === 500)).toEqual([1, 2, 3, 4, 5])
  },
)
