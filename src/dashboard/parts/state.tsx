/** What is shown in place of an answer, or above it: it is loading, it is empty, it is old, or nobody answers. */
import type { ComponentChildren } from 'preact'
import { clock, type Pulse } from '../live/pulse.ts'
import { told } from '../live/session.ts'
import { age } from '../model/format.ts'
import { freshness } from '../model/freshness.ts'

interface Props<Of> {
  readonly of: Pulse<Of>
  /** What is being asked, as `services`. */
  readonly what: string
  readonly children: (value: Of) => ComponentChildren
}

export function Answer<Of>({ of, what, children }: Props<Of>) {
  const state = freshness(of)
  if (state === 'unreachable') return <Unreachable what={what} error={of.error} again={of.again} />
  if (of.value === undefined) return <Loading what={what} />
  return (
    <>
      {state === 'stale' && <Stale of={of} what={what} />}
      <div class={state === 'stale' ? 'is-stale' : undefined}>{children(of.value)}</div>
    </>
  )
}

function Loading({ what }: { readonly what: string }) {
  return (
    <div class="notice loading" role="status">
      <span class="spinner" aria-hidden="true" />
      Asking for {what} …
    </div>
  )
}

export function Stale({ of, what }: { readonly of: Pulse<unknown>; readonly what: string }) {
  return (
    <div class="notice stale" role="status">
      <strong>These {what} are old.</strong>
      <span>
        They are of {age(clock.value - (of.at ?? clock.value))} ago. {told(of.error)}
      </span>
      <button type="button" onClick={of.again}>
        Ask again
      </button>
    </div>
  )
}

interface UnreachableProps {
  readonly what: string
  readonly error: unknown
  readonly again: () => void
}

export function Unreachable({ what, error, again }: UnreachableProps) {
  return (
    <div class="notice unreachable" role="alert">
      <strong>No {what}: nobody answered.</strong>
      <span>{told(error)}</span>
      <button type="button" onClick={again}>
        Ask again
      </button>
    </div>
  )
}

export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="notice empty">
      <strong>{title}</strong>
      {children && <span>{children}</span>}
    </div>
  )
}
