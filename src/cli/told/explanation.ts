/** An explanation as lines: how it ended, then step by step, and what to do next. */
import type { Explanation } from '../../admin/client.ts'
import { printable } from '../print/printable.ts'
import type { Styled } from '../print/style.ts'
import { type Column, tableLines } from '../print/table.ts'

type Candidate = NonNullable<Explanation['steps'][number]['candidates']>[number]

const CANDIDATES: readonly Column<Candidate>[] = [
  { name: 'ENDPOINT', of: ({ endpoint }) => endpoint },
  { name: 'WEIGHT', of: ({ weight }) => weight },
  { name: 'IN_FLIGHT', of: ({ inFlight }) => inFlight },
  { name: 'LATENCY', of: ({ latencyMs }) => (latencyMs === undefined ? undefined : `${latencyMs}ms`) },
  { name: 'WHY', of: ({ why }) => why },
]

export function explanationLines({ summary, steps, replayed, next }: Explanation): Styled[] {
  const width = Math.max(...steps.map(({ what }) => what.length), 0) + 3
  return [
    [{ text: summary, style: 'strong' }],
    '',
    ...steps.flatMap(({ what, said, candidates = [] }) => [
      ...said.map((line, index) => `${(index === 0 ? what : '').padEnd(width)}${line}`),
      ...(candidates.length === 0
        ? []
        : tableLines(CANDIDATES, candidates, printable).map((line) => ' '.repeat(width) + line)),
    ]),
    ...(replayed.length === 0 ? [] : ['', 'Decided again, of what the receipt holds']),
    ...replayed.map(replayLine),
    ...(next.length === 0 ? [] : ['', 'What to do']),
    ...next.map(({ do: what, link }) => `  ${what} See ${link}`),
  ]
}

function replayLine({ what, observed, again, agrees, because }: Explanation['replayed'][number]): Styled {
  if (because !== undefined) return `  ${what}: ${observed ?? 'none'}. ${because}`
  if (agrees) return [`  ${what}: ${again ?? 'its own endpoints'}, `, { text: 'the same', style: 'good' }]
  return [`  ${what}: ${again ?? 'its own endpoints'}, `, { text: `not ${observed ?? 'none'}`, style: 'bad' }]
}
