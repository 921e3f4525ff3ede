/** Two records beside one another, as lines that went and lines that came. */
import type { WrittenRecord } from '../../admin/client.ts'
import { folded, lineDifference } from '../model/line-difference.ts'
import { written } from '../model/written.ts'
import { Wide } from './words.tsx'

interface Props {
  readonly label: string
  readonly before: WrittenRecord | null | undefined
  readonly after: WrittenRecord | null | undefined
}

const SIGN = { same: ' ', out: '−', in: '+' } as const
const SPOKEN = { same: '', out: 'removed: ', in: 'added: ' } as const

export function DifferenceOf({ label, before, after }: Props) {
  const lines = folded(lineDifference(written(before), written(after)))
  if (lines.every((line) => line === null || line.is === 'same')) return <p class="quiet-text">Nothing differs.</p>
  return (
    <Wide label={label}>
      <ol class="difference">
        {lines.map((line, at) =>
          line === null ? (
            <li key={at} class="cut">
              ⋯
            </li>
          ) : (
            <li key={at} class={line.is}>
              <span aria-hidden="true">{SIGN[line.is]}</span>
              <span class="unseen">{SPOKEN[line.is]}</span>
              <code>{line.text}</code>
            </li>
          ),
        )}
      </ol>
    </Wide>
  )
}
