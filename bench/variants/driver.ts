/** Calls one variant many times for one trigger from outside, so that the trigger's own cost vanishes, and checks every answer. */
import { type ShapeName, shapes } from './shapes.ts'

export interface Task {
  /** The binding to call. */
  readonly variant: string
  readonly shape: ShapeName
  readonly calls: number
  /** Calls in flight at once. */
  readonly lanes: number
  /** Hosts to call in turn. */
  readonly hosts: readonly string[]
}

export interface Outcome {
  /** The first answer that was not as expected, in words. */
  readonly wrong: string | undefined
  /** Calls that the origin has seen since its start. */
  readonly originCalls: number
  /** Reads of the variant's registry since its start; 0 where it has none. */
  readonly kvReads: number
}

interface Env {
  readonly ORIGIN: Fetcher
  /** Variants by name, and the KV service of each as `<name> kv`. */
  readonly [service: string]: Fetcher | undefined
}

// What a browser's call to an API brings along once an edge and a session have added theirs.
const headers = {
  accept: 'application/json',
  'accept-encoding': 'gzip, br',
  'accept-language': 'en-GB,en;q=0.9,de;q=0.7',
  authorization: 'Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI0MiIsImV4cCI6MTc5MDAwMDAwMH0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg',
  'content-type': 'application/json',
  cookie: 'session=9f0c2b7e51d84a4c; theme=dark',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'user-agent': 'shop-frontend/3.4.1',
  'x-request-id': '0190d3f7-7c1e-7b52-9f5e-1d2f6c1a9b11',
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const task = (await request.json()) as Task
    const wrong = await run(task, env)
    const originCalls = await count(env.ORIGIN, '/bench/calls')
    const kvReads = await count(env[`${task.variant} kv`], '/bench/reads')
    return Response.json({ wrong, originCalls, kvReads } satisfies Outcome)
  },
}

async function count(service: Fetcher | undefined, path: string): Promise<number> {
  return service === undefined ? 0 : Number(await (await service.fetch(`http://bench${path}`)).text())
}

async function run(task: Task, env: Env): Promise<string | undefined> {
  const { method, path, requestBytes, responseBytes } = shapes[task.shape]
  const target = env[task.variant] as Fetcher
  const body = requestBytes > 0 ? 'x'.repeat(requestBytes) : null
  let next = 0
  let wrong: string | undefined

  const lane = async () => {
    while (next < task.calls && wrong === undefined) {
      const host = task.hosts[next++ % task.hosts.length]
      const response = await target.fetch(`http://${host}${path}`, { method, headers, body })
      if (response.status !== 200) wrong ??= `${response.status} ${(await response.text()).slice(0, 300)}`
      else {
        const bytes = await lengthOf(response, responseBytes)
        if (bytes !== responseBytes) wrong ??= `${bytes} bytes in place of ${responseBytes}`
      }
    }
  }
  await Promise.all(Array.from({ length: task.lanes }, lane))
  return wrong
}

async function lengthOf(response: Response, expected: number): Promise<number> {
  // What is long is not held as a whole: its garbage would drown what is measured.
  if (expected < 1_000_000) return (await response.arrayBuffer()).byteLength
  let total = 0
  const reader = (response.body as ReadableStream).getReader({ mode: 'byob' })
  for (let buffer = new Uint8Array(262_144); ; ) {
    const { done, value } = await reader.readAtLeast(buffer.byteLength, buffer)
    total += value?.byteLength ?? 0
    if (done) return total
    buffer = new Uint8Array(value.buffer)
  }
}
