/** How a write is asked for: on which condition, by whom and why. */
import type { Asked } from '../asking.ts'
import type { How } from '../views/records.ts'

export function saidOf({ message, author, dryRun }: How): NonNullable<Asked['query']> {
  return { message, author, dryRun }
}

export function conditionOf({ ifMatch, ifNoneMatch }: How): Record<string, string> {
  return {
    ...(ifMatch === undefined ? {} : { 'if-match': ifMatch === '*' ? '*' : `"${ifMatch}"` }),
    ...(ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch }),
  }
}
