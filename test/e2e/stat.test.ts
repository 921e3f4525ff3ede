/** Numbers from the built mesh, by the platform's own calls, to the built command; and an object that the platform has let go of meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EdgesView, StatsView } from '../../src/admin/client.ts'
import { type DevMesh, devMesh, running } from '../support/built-command.ts'
import { eventually } from '../support/eventually.ts'

/** workerd lets go of an object ten seconds after the last call; and a digest is sent five after the first one. */
const LET_GO_MS = 18_000

describe('selvedge stat, top and edges', () => {
  let mesh: DevMesh
  beforeAll(async () => {
    mesh = await devMesh(['--registry', 'examples/shop/registry.yaml'])
  })
  afterAll(() => mesh?.stop())

  async function answer<View>(...argv: string[]): Promise<View> {
    const { ended, written } = running([...argv, '--output', 'json'], mesh.env)
    expect(await ended, written.err).toBe(0)
    return JSON.parse(written.out) as View
  }

  it('tell of calls that nobody asked about until the object was gone', async () => {
    // No Worker stands behind ORDER: the mesh says so, and counts it.
    for (let call = 0; call < 7; call++) {
      const response = await fetch(`${mesh.url}/svc/order/`)
      expect(response.headers.get('selvedge-error')).toBe('no_endpoint')
    }
    await sleep(LET_GO_MS)
    const { items, isolates } = await answer<StatsView>('stat', 'order', '-t', '5m')
    expect([isolates, items]).toEqual([
      1,
      [expect.objectContaining({ service: 'order', requests: 7, success: 0, errors: { no_endpoint: 7 } })],
    ])
  })

  it('go on where they were', async () => {
    await fetch(`${mesh.url}/svc/order/`)
    await eventually('the eighth is counted', async () => {
      const { items } = await answer<StatsView>('top', 'order', '-t', '5m')
      return items[0]?.requests === 8
    })
    const { items } = await answer<EdgesView>('edges', '-t', '5m')
    expect(items).toMatchObject([{ caller: '', service: 'order', requests: 8 }])
  })
})
