import { describe, expect, it } from 'vitest'
import { turns } from '../../src/sim/turns.ts'

describe('turns', () => {
  it('end when every promise has run to its end, one after the other, however many there are', async () => {
    const turn = turns()
    const log: string[] = []
    const work = async (name: string) => {
      for (let step = 0; step < 50; step++) await Promise.resolve()
      log.push(name)
    }
    for (let count = 0; count < 600; count++) {
      void work(`work ${count}`)
      await turn()
      log.push(`turn ${count}`)
    }
    expect(log).toEqual(Array.from({ length: 600 }, (_, count) => [`work ${count}`, `turn ${count}`]).flat())
  })

  it('end in the order in which they are asked for, each in a turn of its own', async () => {
    const turn = turns()
    const log: string[] = []
    const one = turn().then(async () => {
      await Promise.resolve()
      log.push('one')
    })
    const other = turn().then(() => log.push('other'))
    await Promise.all([one, other])
    expect(log).toEqual(['one', 'other'])
  })
})
