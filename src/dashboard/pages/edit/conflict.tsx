/** Somebody else saved first: what they changed, what you would change over it, and the two ways on. */
import type { RevisionView, WrittenRecord } from '../../../admin/client.ts'
import type { Draft } from '../../live/drafts.ts'
import { written } from '../../model/written.ts'
import { DifferenceOf } from '../../parts/difference.tsx'
import { Ago, Panel } from '../../parts/words.tsx'

interface Props {
  readonly name: string
  readonly base: Draft['base']
  /** What stands there now; `null`: it was deleted. */
  readonly current: RevisionView | null
  readonly mine: WrittenRecord
  readonly text: string
  readonly goOn: (current: RevisionView | null, text: string) => void
}

export function Conflict({ name, base, current, mine, text, goOn }: Props) {
  return (
    <>
      <div class="notice unreachable" role="alert">
        <strong>Somebody else changed {name} while you wrote.</strong>
        <span>
          {current ? (
            <>
              Revision {current.revision}, by {current.author ?? 'somebody'}, <Ago at={current.at} />
              {current.message !== '' && <>: “{current.message}”</>}. Nothing of yours was saved.
            </>
          ) : (
            'The record was deleted. Nothing of yours was saved.'
          )}
        </span>
      </div>
      <Panel title="What they changed" note={base ? `since revision ${base.revision}` : 'there was no record'}>
        <DifferenceOf label="What they changed" before={base?.record} after={current?.record} />
      </Panel>
      <Panel title="What you would change over it">
        <DifferenceOf label="What you would change over it" before={current?.record} after={mine} />
      </Panel>
      <div class="buttons">
        <button type="button" class="main" onClick={() => goOn(current, text)}>
          Go on with mine
        </button>
        <button type="button" onClick={() => goOn(current, written(current?.record))}>
          Take theirs
        </button>
        <span class="help">Either way you look at it again before it is saved.</span>
      </div>
    </>
  )
}
