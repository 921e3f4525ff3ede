/** What rules cost: a warm call in workerd with and without them, and the choice alone among many matches. */
import { COUNT, measureChoices } from './choice.ts'
import { measureDifferences } from './differences.ts'
import { CHOICE_US, FULL_RULES_US, ONE_RULE_US } from './limits.ts'
import { atMost, type Section } from './report.ts'
import type { RecordName } from './variants/routing.ts'

const titles: Record<RecordName, string> = {
  plain: 'a record without rules',
  control: 'control: the same',
  one: 'one rule',
  full: '16 rules of 8 matches',
}

export async function measureRouting(say: (line: string) => void): Promise<Section> {
  const names = Object.keys(titles) as RecordName[]
  const { of, isQuiet } = await measureDifferences<RecordName>('routing', names, {}, say)
  say(`routing: the choice among ${COUNT} matches`)
  const matched = measureChoices()
  const slowest = Math.max(...matched.map(({ us }) => us))
  return {
    title: 'Rules: µs CPU a warm call in workerd, over a binding that answers at once',
    table: [
      ['', 'µs', 'added', 'x'],
      ...names.map((name) => [
        titles[name],
        of(name).us.toFixed(2),
        of(name).addedUs.toFixed(2),
        of(name).ratio.toFixed(3),
      ]),
      ...matched.map(({ title, us, firstMs }) => [
        `${COUNT} ${title}`,
        us.toFixed(2),
        `first ${firstMs.toFixed(0)} ms`,
        '',
      ]),
    ],
    notes: [`A record may have 128 matches; ${COUNT} are the choice alone. "first" compiles them, once a record.`],
    checks: [
      atMost('µs added by one rule', of('one').addedUs, ONE_RULE_US, isQuiet),
      atMost('µs added by 16 rules of 8 matches', of('full').addedUs, FULL_RULES_US, isQuiet),
      atMost(`µs of a choice among ${COUNT} matches, the slowest kind`, slowest, CHOICE_US),
    ],
  }
}
