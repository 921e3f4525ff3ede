import { describe, expect, it } from 'vitest'
import { topicBehind } from '../../../src/record/check/subscribed.ts'
import { parseRecord } from '../../../src/record/parse.ts'

const to = (...names: string[]) => ({ rules: [{ backendRefs: names.map((name) => ({ name })) }] })
const topic = { endpoints: [{ topic: { binding: 'EVENTS' } }] }

function given(records: Readonly<Record<string, object>>) {
  const asked: string[] = []
  const find = (name: string) => {
    asked.push(name)
    const record = records[name]
    return record && parseRecord(JSON.stringify(record))
  }
  return { asked, find }
}

describe('topicBehind', () => {
  it('is the way to a topic: by an alias, a queue or a rule', () => {
    const { find } = given({
      mail: { alias: 'jobs' },
      jobs: { endpoints: [{ queue: { binding: 'JOBS', deliverTo: 'split' } }] },
      split: to('plain', 'events'),
      plain: { endpoints: ['https://plain.example'] },
      events: topic,
    })
    expect(topicBehind('mail', find)).toEqual(['mail', 'jobs', 'split', 'events'])
    expect(topicBehind('plain', find)).toBeUndefined()
    expect(topicBehind('nobody', find)).toBeUndefined()
  })

  it('ends where names lead to each other', () => {
    const { find } = given({ a: to('b'), b: to('a', 'c'), c: to('b') })
    expect(topicBehind('a', find)).toBeUndefined()
  })

  it('looks each name up for one lead or two, however many ways there are', () => {
    const levels = 16
    const ladder = Object.fromEntries(
      Array.from({ length: levels }, (_, level) =>
        ['l', 'r'].map((side) => [`${side}${level}`, to(`l${level + 1}`, `r${level + 1}`)] as const),
      ).flat(),
    )
    const { asked, find } = given(ladder)
    expect(topicBehind('l0', find)).toBeUndefined()
    // 65,536 ways lead to the last of them.
    expect(asked.length).toBeLessThanOrEqual(4 * (levels + 1))
  })
})
