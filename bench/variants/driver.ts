/** Calls one variant many times for one trigger from outside, so that the trigger's own cost vanishes, and checks every answer. */
import { bytesOf, lengthOf } from './bodies.ts'
import { type CaseName, caseOf } from './cases.ts'
import { shapes } from './shapes.ts'

export interface Task {
  /** The binding to call: the variant, or the origin itself. */
  readonly target: 'VARIANT' | 'ORIGIN'
  readonly case: CaseName
  readonly calls: number
  /** Calls in flight at once. */
  readonly lanes: number
  /** Hosts to call in turn. Default: that of the case. */
  readonly hosts?: readonly string[] | undefined
  /** Calls that were made before: the hosts go on in turn from there. */
  readonly before: number
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
  readonly VARIANT: Fetcher
  /** The KV service of the variant, if it has one. */
  readonly KV?: Fetcher
}

const accept = 'application/json'
const headers = {
  one: { accept },
  // What a browser's call to an API brings along once an edge and a session have added theirs.
  nine: {
    accept,
    'accept-encoding': 'gzip, br',
    'accept-language': 'en-GB,en;q=0.9,de;q=0.7',
    authorization: 'Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI0MiIsImV4cCI6MTc5MDAwMDAwMH0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg',
    'content-type': 'application/json',
    cookie: 'session=9f0c2b7e51d84a4c; theme=dark',
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    'user-agent': 'shop-frontend/3.4.1',
    'x-request-id': '0190d3f7-7c1e-7b52-9f5e-1d2f6c1a9b11',
  },
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const task = (await request.json()) as Task
    const wrong = await run(task, env)
    const originCalls = await count(env.ORIGIN, '/bench/calls')
    const kvReads = await count(env.KV, '/bench/reads')
    return Response.json({ wrong, originCalls, kvReads } satisfies Outcome)
  },
}

async function count(service: Fetcher | undefined, path: string): Promise<number> {
  return service === undefined ? 0 : Number(await (await service.fetch(`http://bench${path}`)).text())
}

async function run(task: Task, env: Env): Promise<string | undefined> {
  const { shape, headers: named, host } = caseOf(task.case)
  const { method, path, requestBytes, responseBytes } = shapes[shape]
  const hosts = task.hosts ?? [host]
  const target = env[task.target]
  const init = { method, headers: headers[named], body: requestBytes > 0 ? bytesOf(requestBytes) : null }
  let next = 0
  let wrong: string | undefined

  const lane = async () => {
    while (next < task.calls && wrong === undefined) {
      const response = await target.fetch(`http://${hosts[(task.before + next++) % hosts.length]}${path}`, init)
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
