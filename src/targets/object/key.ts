/** What names a Durable Object, as an operator writes it: `name:lobby`, `header:x-room`, `query:room` or `path:2`. */
import type { ObjectKey } from '../../core/endpoint.ts'

/** The four forms. */
export const OBJECT_KEY = /^(?:(name|query):(.{1,1024})|(header):([!#$%&'*+.^_`|~0-9A-Za-z-]{1,128})|path:([1-9]\d?))$/

/** A key as the mesh knows it. The text is one that {@link OBJECT_KEY} matches. */
export function objectKeyOf(written: string): ObjectKey {
  const [, plain, name = '', header, field = '', segment] = OBJECT_KEY.exec(written) ?? []
  if (plain === 'name' || plain === 'query') return { from: plain, name }
  return header ? { from: 'header', name: field } : { from: 'path', segment: Number(segment) }
}
