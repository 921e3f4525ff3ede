/** Calls one of several records over and over, within one invocation: what differs between them is what their rules cost. */
import { createMesh } from '../../src/index.ts'
import { memoryRegistry } from '../../src/testing.ts'

const upstream = { binding: 'UP' }
const here = { endpoints: [upstream] }
const path = (value: string) => ({ path: { type: 'PathPrefix', value } })
/** Sixteen rules of eight matches: as many as a record may have. The call is for the last. */
const full = Array.from({ length: 16 }, (_, rule) => ({
  matches: Array.from({ length: 8 }, (_, match) => path(rule === 15 && match === 7 ? '/users' : `/r${rule}/m${match}`)),
}))

const records = {
  plain: here,
  control: here,
  one: { ...here, rules: [{ matches: [path('/users')] }] },
  full: { ...here, rules: full },
}
export type RecordName = keyof typeof records

const mesh = createMesh({
  registry: memoryRegistry(records),
  env: { UP: { fetch: async () => new Response(null) } },
  freshMs: 3_600_000,
})

export default {
  async fetch(request: Request): Promise<Response> {
    const { name, calls } = (await request.json()) as { name: RecordName; calls: number }
    let answered = 0
    for (let made = 0; made < calls; made++) {
      const { status } = await mesh.fetch(`http://${name}/users/42`)
      if (status === 200) answered += 1
    }
    return Response.json({ answered })
  },
}
