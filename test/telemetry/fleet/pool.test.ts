import { describe, expect, it } from 'vitest'
import { fleetPool } from '../../../src/telemetry/fleet/pool.ts'
import type { FleetMode, FleetView } from '../../../src/telemetry/fleet/view.ts'
import { failing, told, well } from '../../support/given-fleet.ts'

const MINUTE = 60_000

function given(mode: FleetMode = 'first') {
  const pool = fleetPool()
  const tell = (a: typeof failing, now: number) => {
    for (const isolate of ['1', '2', '3', '4']) pool.take(isolate, mode, told({ a: a(), b: well() }), now)
  }
  const written = (now: number) => {
    const text = pool.due(now)
    return text === undefined ? undefined : (JSON.parse(text) as FleetView)
  }
  return { tell, written }
}

describe('what is written for isolates that are not born yet', () => {
  it('is nothing while all is well', () => {
    const { tell, written } = given()
    for (let now = 0; now < 10 * MINUTE; now += 5_000) {
      tell(well, now)
      expect(written(now)).toBeUndefined()
    }
  })

  it('is what is bad, at once, then every minute; and once that it is well again', () => {
    const { tell, written } = given()
    const at: [number, number][] = []
    for (let now = 0; now < 6 * MINUTE; now += 5_000) {
      tell(now >= 20_000 && now < 3 * MINUTE ? failing : well, now)
      const view = written(now)
      if (view) at.push([now / 1000, view.endpoints.length])
    }
    expect(at).toEqual([
      [20, 1],
      [80, 1],
      [140, 1],
      [200, 0],
    ])
  })

  it('is nothing where no isolate reads it first', () => {
    const { tell, written } = given('digests')
    tell(failing, 0)
    expect(written(0)).toBeUndefined()
  })
})
