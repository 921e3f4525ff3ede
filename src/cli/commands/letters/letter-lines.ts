/** A dead letter as it is shown to a person. */
import type { LetterWholeView } from '../../../admin/client.ts'
import type { Styled } from '../../print/style.ts'

export function letterLines(letter: LetterWholeView): Styled[] {
  const { id, messageId, queue, subject, to, reason, detail, attempts, times, redriven, status } = letter
  const { firstAt, lastAt, traceId, answer, message } = letter
  const facts: [string, string | number | null][] = [
    ['message', messageId],
    ['queue', queue],
    ['called', subject],
    ['to', to],
    ['reason', `${reason}: ${detail}`],
    ['answer', answer && `${answer.status} ${answer.body}`],
    ['attempts', attempts],
    ['died', times === 1 ? 'once' : `${times} times`],
    ['redriven', redriven],
    ['status', status],
    ['first', firstAt],
    ['last', lastAt],
    ['trace', traceId],
  ]
  const told = facts.filter(([, value]) => value !== null && value !== '')
  return [
    [{ text: `dead letter ${id}`, style: 'strong' }],
    ...told.map(([name, value]): Styled => `  ${name.padEnd(9)}${value}`),
    '',
    ...JSON.stringify(message, null, 2).split('\n'),
  ]
}
