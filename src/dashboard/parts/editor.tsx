/** The editor of a record in its place on a page, once it has been loaded. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Editor, Fault } from '../chunks/editor.ts'
import type { Schema } from '../model/schema-offers.ts'

interface Props {
  readonly label: string
  /** Is the schema of services' records its own, and are its fields offered? */
  readonly hasSchema: boolean
  /** What one starts from: a component with another key starts anew. */
  readonly text: string
  readonly faults: readonly Fault[]
  readonly changed: (text: string) => void
  readonly save: () => void
}

/** Without it one writes all the same, unaided. */
async function schemaOfRecords(): Promise<Schema> {
  try {
    const response = await fetch('/-/api/v1/schema', { credentials: 'omit' })
    return response.ok ? ((await response.json()) as Schema) : {}
  } catch {
    return {}
  }
}

export function EditorOf({ label, hasSchema, text, faults, changed, save }: Props) {
  const parent = useRef<HTMLDivElement>(null)
  const made = useRef<Editor>(undefined)
  const latest = useRef({ text, changed, save })
  latest.current = { text, changed, save }
  const [state, setState] = useState<'loading' | 'there' | 'failed'>('loading')

  useEffect(() => {
    let isOver = false
    Promise.all([import('../chunks/editor.ts'), hasSchema ? schemaOfRecords() : {}]).then(
      ([{ editor }, schema]) => {
        if (isOver || !parent.current) return
        made.current = editor(parent.current, {
          text: latest.current.text,
          label,
          schema,
          changed: (next) => latest.current.changed(next),
          save: () => latest.current.save(),
        })
        setState('there')
      },
      () => setState('failed'),
    )
    return () => {
      isOver = true
      made.current?.destroy()
      made.current = undefined
    }
  }, [])
  useEffect(() => made.current?.mark(faults), [faults, state])

  if (state === 'failed')
    return (
      <label class="plain-editor">
        {label} (the editor could not be loaded)
        <textarea class="code" rows={20} value={text} onInput={(event) => changed(event.currentTarget.value)} />
      </label>
    )
  return (
    <>
      {state === 'loading' && (
        <p class="notice loading" role="status">
          Loading the editor …
        </p>
      )}
      <div class="editor" ref={parent} hidden={state === 'loading'} />
    </>
  )
}
