/** A record as text: how it is shown, edited and compared. */
import type { WrittenRecord } from '../../admin/client.ts'

/** As JSON, indented; nothing where there is no record. */
export function written(record: WrittenRecord | null | undefined): string {
  return record === null || record === undefined ? '' : JSON.stringify(record, null, 2)
}

export type Typed =
  | { readonly record: WrittenRecord }
  /** Why it is none, and where: an offset in the text. */
  | { readonly fault: string; readonly at: number }

/** What was typed: JSON, or a bare URL without quotes, as KV takes it. */
export function typedRecord(text: string): Typed {
  const trimmed = text.trim()
  if (/^https?:\/\/\S+$/.test(trimmed)) return { record: trimmed }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'string') return { record: value }
    if (isRecord(value)) return { record: value }
    return { fault: 'A record is an object, or a URL as a string.', at: 0 }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const position = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length)
    return { fault: message.replace(/ in JSON at position.*/s, '.'), at: Math.min(position, text.length) }
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
