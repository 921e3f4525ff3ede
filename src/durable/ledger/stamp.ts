/** The stamp of a record in KV: which revision it is, written by whom and when, as metadata of the key. */
import type { EntryMetadata } from '../../registry/kv.ts'
import type { Revision } from './revision.ts'

/** Bytes of metadata, at most: a limit of Workers KV. */
const MAX_BYTES = 1024
/** A stamp beyond this was not written by any object: at one write a millisecond it is 31 years away. */
const MAX_REVISION = 1e12

/** A message that does not fit is cut here; history has all of it. */
export function stampOf({ revision, author, message, at }: Revision): EntryMetadata {
  const stamp = { revision, ...(author === null ? {} : { author }), at: new Date(at).toISOString() }
  let told = message
  while (told !== '' && byteLength(JSON.stringify({ ...stamp, message: told })) > MAX_BYTES)
    told = told.slice(0, told.length >> 1).toWellFormed()
  return { ...stamp, message: told }
}

/** The revision that a key is stamped with; `undefined` where a person wrote it, or anything that is not us. */
export function stampedRevision(metadata: unknown): number | undefined {
  if (typeof metadata !== 'object' || metadata === null || !('revision' in metadata)) return undefined
  const { revision } = metadata
  const isOurs = typeof revision === 'number' && Number.isInteger(revision) && revision > 0 && revision <= MAX_REVISION
  return isOurs ? revision : undefined
}

/** Bytes of a text in UTF-8. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}
