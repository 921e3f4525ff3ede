/** What is told, in the form that was asked for: lines, or the value as it is. */
import type { Styled } from '../print/style.ts'
import type { Session } from '../session.ts'

/** @param linesOf the lines, with all there is where `wide` was asked for. */
export async function printTold(
  { print, output = 'table' }: Pick<Session, 'print' | 'output'>,
  value: unknown,
  linesOf: (isWide: boolean) => readonly Styled[],
): Promise<void> {
  if (output === 'json') return print.data(`${JSON.stringify(value, null, 2)}\n`)
  if (output === 'yaml') return print.data((await import('../print/yaml-text.ts')).yamlText(value))
  for (const line of linesOf(output === 'wide')) print.line(line)
}
