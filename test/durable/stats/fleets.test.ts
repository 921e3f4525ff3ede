import { describe, expect, it } from 'vitest'
import { fleets } from '../../../src/durable/stats/fleets.ts'
import { failing, told, well } from '../../support/given-fleet.ts'

const numbers = told({ a: failing(), b: well() })

describe('isolates that learn from each other', () => {
  const given = () => {
    const written: string[] = []
    const all = fleets((key) => written.push(key))
    const tell = (caller: string | undefined, isolates: number, now = 0) => {
      for (let isolate = 0; isolate < isolates; isolate++) all.take(caller, `${isolate}`, 'first', numbers, now)
    }
    const seen = (caller?: string) => all.take(caller, 'asks', 'digests', undefined, 1).endpoints.length
    return { tell, seen, written }
  }

  it('are those of the mesh, and of each function by itself', () => {
    const { tell, seen, written } = given()
    tell(undefined, 3)
    tell('checkout', 3)
    tell('cart', 2)
    expect([seen(), seen('checkout'), seen('cart'), seen('nobody')]).toEqual([1, 1, 0, 0])
    expect(written).toEqual(['fleet', 'fleet/checkout'])
  })

  it('are of fifty functions at most: the one goes first that has told nothing for longest', () => {
    const { tell, seen } = given()
    for (let name = 0; name < 50; name++) tell(`function-${name}`, 3)
    expect(seen('function-0')).toBe(1)
    tell('one-more', 3)
    expect([seen('function-0'), seen('function-2'), seen('one-more')]).toEqual([1, 1, 1])
    expect(seen('function-1')).toBe(0)
  })
})
