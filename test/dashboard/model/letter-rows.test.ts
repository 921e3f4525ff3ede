import { expect, it } from 'vitest'
import type { LetterView } from '../../../src/admin/client.ts'
import { lettersAmong, reasonsOf } from '../../../src/dashboard/model/letter-rows.ts'

const letter = (over: Partial<LetterView>): LetterView => ({
  id: '0123456789abcdef',
  messageId: 'order-42',
  queue: 'jobs',
  subject: 'jobs',
  to: 'resizer',
  reason: 'gone',
  detail: '',
  attempts: 1,
  times: 1,
  redriven: 0,
  status: 'dead',
  firstAt: '2026-11-24T16:00:00.000Z',
  lastAt: '2026-11-24T16:00:00.000Z',
  traceId: null,
  ...over,
})

it('finds letters by service, queue, reason and id', () => {
  const letters = [letter({}), letter({ to: null, subject: null, reason: 'not_an_event', messageId: 'm-1' })]
  expect(lettersAmong(letters, ' ')).toHaveLength(2)
  expect(lettersAmong(letters, 'RESIZ')).toEqual([letters[0]])
  expect(lettersAmong(letters, 'event')).toEqual([letters[1]])
  expect(lettersAmong(letters, 'order-42')).toEqual([letters[0]])
  expect(lettersAmong(letters, 'nobody')).toEqual([])
})

it('counts reasons, the most first', () => {
  const letters = [letter({}), letter({ reason: 'b' }), letter({ reason: 'b' }), letter({ reason: 'a' })]
  expect(reasonsOf(letters)).toEqual([
    ['b', 2],
    ['a', 1],
    ['gone', 1],
  ])
})
