import { describe, expect, it } from 'vitest'
import { cancellation, cancelOn } from '../../../src/core/engine/cancellation.ts'

describe.each([true, false])('cancellation, with a signal: %s,', (withSignal) => {
  it('tells all that listen, once, with the reason', () => {
    const work = cancellation(withSignal)
    const heard: unknown[] = []
    work.onCancel((reason) => heard.push(['one', reason]))
    work.onCancel((reason) => heard.push(['other', reason]))
    expect([work.reason, heard]).toEqual([undefined, []])
    const reason = new Error('late')
    work.cancel(reason)
    work.cancel(new Error('later'))
    expect(heard).toEqual([
      ['one', reason],
      ['other', reason],
    ])
    expect(work.reason).toBe(reason)
  })

  it('tells at once who listens when it is over', () => {
    const work = cancellation(withSignal)
    work.cancel('gone')
    const heard: unknown[] = []
    work.onCancel((reason) => heard.push(reason))
    expect(heard).toEqual(['gone'])
  })

  it('tells nobody once it has ended', () => {
    const work = cancellation(withSignal)
    const heard: unknown[] = []
    work.onCancel((reason) => heard.push(reason))
    work.end()
    work.cancel('late')
    expect([heard, work.reason]).toEqual([[], 'late'])
  })

  it('calls its parts off, none of which calls it off', () => {
    const work = cancellation(withSignal)
    const [one, other] = [work.part(), work.part()]
    one.cancel('slower')
    expect([one.signal?.reason, other.reason, work.reason]).toEqual(['slower', undefined, undefined])
    work.cancel('gone', true)
    expect([one.reason, other.reason, other.isByCaller, other.signal?.aborted]).toEqual(['slower', 'gone', true, true])
    expect(work.part().reason).toBe('gone')
  })

  it('has a reason though none was given', () => {
    const work = cancellation(withSignal)
    work.cancel(undefined)
    expect(work.reason).toBeInstanceOf(Error)
  })
})

describe('the signal of a cancellation', () => {
  it('aborts with its reason', () => {
    const work = cancellation(true)
    expect(work.signal?.aborted).toBe(false)
    const reason = new Error('late')
    work.cancel(reason)
    expect(work.signal?.reason).toBe(reason)
  })

  it('is not made where none is asked for', () => {
    expect(cancellation(false).signal).toBeUndefined()
  })
})

describe('cancelOn', () => {
  it('no longer listens once it forgets', () => {
    const caller = new AbortController()
    const work = cancellation(false)
    cancelOn(work, [caller.signal])
    work.forget()
    caller.abort('the caller left')
    expect(work.reason).toBeUndefined()
  })

  it('calls work off when the first of its signals aborts, with its reason', () => {
    const [one, other] = [new AbortController(), new AbortController()]
    const work = cancellation(false)
    cancelOn(work, [one.signal, other.signal])
    expect(work.reason).toBeUndefined()
    other.abort('the caller left')
    one.abort('and the other')
    expect(work.reason).toBe('the caller left')
  })

  it('calls work off at once where a signal has aborted', () => {
    const work = cancellation(false)
    cancelOn(work, [new AbortController().signal, AbortSignal.abort('gone before')])
    expect(work.reason).toBe('gone before')
  })

  it('leaves work alone that no signal belongs to', () => {
    const work = cancellation(false)
    cancelOn(work, [])
    expect(work.reason).toBeUndefined()
  })
})
