/** Small things that stand in many places: links, times, states, panels. */
import { useComputed } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { RecordState } from '../../admin/client.ts'
import { clock } from '../live/pulse.ts'
import { age, instant } from '../model/format.ts'
import { hashOf, type Route } from '../model/route.ts'
import type { Health } from '../model/service-rows.ts'

interface ToProps {
  readonly route: Route
  readonly class?: string
  readonly children: ComponentChildren
}

export function To({ route, children, class: className }: ToProps) {
  return (
    <a href={hashOf(route)} class={className}>
      {children}
    </a>
  )
}

/** How long ago; the whole instant when one points at it. */
export function Ago({ at }: { readonly at: string }) {
  // Written anew when its words change, not each second: a table has hundreds of them.
  const words = useComputed(() => {
    const ago = age(clock.value - Date.parse(at))
    return ago === 'now' ? 'just now' : `${ago} ago`
  })
  return (
    <time dateTime={at} title={instant(at)}>
      {words}
    </time>
  )
}

const STATES: Record<RecordState, { readonly mark: string; readonly means: string }> = {
  published: { mark: '●', means: 'The mesh has it.' },
  publishing: { mark: '◐', means: 'It is on its way to the mesh.' },
  drifted: { mark: '▲', means: 'Somebody edited it by hand, and a write waits: one has to choose.' },
  refused: { mark: '■', means: 'The mesh does not understand it, and goes on with the last good one.' },
}

export function State({ state }: { readonly state: RecordState }) {
  const { mark, means } = STATES[state]
  return (
    <span class={`state ${state}`} title={means}>
      <span aria-hidden="true">{mark}</span> {state}
    </span>
  )
}

const HEALTHS: Record<Health, { readonly mark: string; readonly word: string }> = {
  bad: { mark: '■', word: 'failing' },
  poor: { mark: '▲', word: 'some calls fail' },
  good: { mark: '●', word: 'well' },
  quiet: { mark: '○', word: 'no calls' },
}

export function HealthMark({ health }: { readonly health: Health }) {
  const { mark, word } = HEALTHS[health]
  return (
    <span class={`health ${health}`} title={word}>
      <span aria-hidden="true">{mark}</span>
      <span class="unseen">{word}</span>
    </span>
  )
}

interface PanelProps {
  readonly title: string
  readonly note?: ComponentChildren
  readonly class?: string
  readonly children: ComponentChildren
}

export function Panel({ title, note, children, class: className }: PanelProps) {
  return (
    <section class={`panel ${className ?? ''}`}>
      <header>
        <h2>{title}</h2>
        {note && <span class="note">{note}</span>}
      </header>
      {children}
    </section>
  )
}

interface FigureProps {
  readonly label: string
  readonly value: string
  readonly note?: string
  readonly health?: Health
}

export function Figure({ label, value, note, health }: FigureProps) {
  return (
    <div class={`figure ${health ?? ''}`}>
      <dt>{label}</dt>
      <dd>
        {value}
        {note && <small>{note}</small>}
      </dd>
    </div>
  )
}

/** A table that is wider than the page is pushed sideways, by keys too. */
export function Wide({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys (WCAG 2.1.1)
    <section class="wide" aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
