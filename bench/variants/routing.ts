/** Calls one of several records over and over, within one invocation: what differs between them is what their rules cost. */
import { createMesh } from '../../src/index.ts'
import { memoryRegistry } from '../../src/testing.ts'
import { fullRules, prefix } from './rules.ts'

const upstream = { binding: 'UP' }
const here = { endpoints: [upstream] }
const records = {
  plain: here,
  control: here,
  one: { ...here, rules: [{ matches: [prefix('/users')] }] },
  full: { ...here, rules: fullRules('/users') },
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
