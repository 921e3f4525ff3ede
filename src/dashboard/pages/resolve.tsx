/** What would become of a request, and why; with a record as it might be, where one asks what if. Nothing is sent. */
import { useEffect, useState } from 'preact/hooks'
import type { AdminClient, Decision, ResolveQuestion } from '../../admin/client.ts'
import { told } from '../live/session.ts'
import { headersTyped } from '../model/headers-typed.ts'
import type { Route } from '../model/route.ts'
import { typedRecord, written } from '../model/written.ts'
import { Panel } from '../parts/words.tsx'
import { Tree } from './resolve/tree.tsx'

interface Props {
  readonly client: AdminClient
  readonly asked: Extract<Route, { page: 'resolve' }>
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

export function Resolve({ client, asked }: Props) {
  const [name, setName] = useState(asked.name ?? '')
  const [method, setMethod] = useState(asked.method ?? 'GET')
  const [path, setPath] = useState(asked.path ?? '/')
  const [headers, setHeaders] = useState('')
  const [whatIf, setWhatIf] = useState<{ readonly name: string; readonly text: string }>()
  const [decision, setDecision] = useState<Decision>()
  const [fault, setFault] = useState<string>()
  const [isBusy, setBusy] = useState(false)

  async function ask() {
    const question = questionOf({ name, method, path, headers, whatIf })
    if ('fault' in question) return setFault(question.fault)
    setBusy(true)
    try {
      setDecision(await client.resolve(question))
      setFault(undefined)
    } catch (error) {
      setFault(told(error))
    }
    setBusy(false)
  }
  useEffect(() => {
    if (asked.name !== undefined) void ask()
  }, [])

  async function begin() {
    const record = name === '' ? undefined : await client.get(name).catch(() => undefined)
    setWhatIf({ name, text: written(record?.record) || '{\n  "endpoints": ["https://users.example.com"]\n}' })
  }

  return (
    <>
      <div class="title">
        <h1>Resolve</h1>
      </div>
      <p class="lead">What would become of a request, and why, told by the code that decides. Nothing is sent.</p>
      <form
        class="resolve"
        onSubmit={(event) => {
          event.preventDefault()
          void ask()
        }}
      >
        <label>
          Method
          <select value={method} onChange={(event) => setMethod(event.currentTarget.value)}>
            {METHODS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label class="name">
          Service
          <input required value={name} placeholder="users" onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label class="path">
          Path and query
          <input value={path} onInput={(event) => setPath(event.currentTarget.value)} />
        </label>
        <label class="headers">
          Headers, one a line
          <textarea
            rows={2}
            value={headers}
            placeholder="x-env: canary"
            onInput={(event) => setHeaders(event.currentTarget.value)}
          />
        </label>
        {whatIf && (
          <fieldset class="what-if">
            <legend>What if this record stood there?</legend>
            <label>
              Name
              <input
                value={whatIf.name}
                onInput={(event) => setWhatIf({ ...whatIf, name: event.currentTarget.value })}
              />
            </label>
            <label>
              Record
              <textarea
                class="code"
                rows={Math.min(20, whatIf.text.split('\n').length + 1)}
                spellcheck={false}
                value={whatIf.text}
                onInput={(event) => setWhatIf({ ...whatIf, text: event.currentTarget.value })}
              />
            </label>
          </fieldset>
        )}
        <div class="buttons">
          <button type="submit" class="main" disabled={isBusy}>
            {isBusy ? 'Asking …' : 'Resolve'}
          </button>
          <button type="button" onClick={() => (whatIf ? setWhatIf(undefined) : void begin())}>
            {whatIf ? 'Without the what-if' : 'What if …'}
          </button>
        </div>
        {fault !== undefined && (
          <p class="fault" role="alert">
            {fault}
          </p>
        )}
      </form>
      {decision && (
        <Panel title="The decision" note={whatIf ? 'with the record of the what-if' : undefined}>
          <Tree decision={decision} />
        </Panel>
      )}
    </>
  )
}

interface Typed {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly headers: string
  readonly whatIf: { readonly name: string; readonly text: string } | undefined
}

function questionOf({ name, method, path, headers, whatIf }: Typed): ResolveQuestion | { readonly fault: string } {
  const typed = headersTyped(headers)
  if ('fault' in typed) return typed
  const request = { name, method, path: path.startsWith('/') ? path : `/${path}`, headers: typed.headers }
  if (!whatIf) return { request }
  const record = typedRecord(whatIf.text)
  if ('fault' in record) return { fault: `The record of the what-if: ${record.fault}` }
  return { request, records: { [whatIf.name]: record.record } }
}
