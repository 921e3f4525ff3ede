/** A Durable Object, which the request names. */
import { object as objectOf, text } from '../../schema/kit.ts'
import { bindingName } from '../fields.ts'
import type { Kind } from '../kind.ts'

const KEY = /^(?:(name|query):(.{1,1024})|(header):([!#$%&'*+.^_`|~0-9A-Za-z-]{1,128})|path:([1-9]\d?))$/
const KEY_FORM = '"name:…", "header:…", "query:…" or "path:1"'

export interface WrittenObject {
  object: { binding: string; key: string }
}

export interface ObjectTarget {
  readonly kind: 'object'
  readonly binding: string
  readonly key: ObjectKey
}

/** What names the object: a fixed name, a header or query parameter, or a segment of the path (1 is the first). */
export type ObjectKey =
  | { readonly from: 'name' | 'header' | 'query'; readonly name: string }
  | { readonly from: 'path'; readonly segment: number }

export const object: Kind<WrittenObject, ObjectTarget> = {
  form: (placing) =>
    objectOf({
      object: objectOf({ binding: bindingName('a Durable Object namespace'), key: text(KEY, KEY_FORM) }),
      ...placing,
    }),
  targetOf: ({ object: { binding, key } }) => ({ kind: 'object', binding, key: keyOf(key) }),
  nameOf: ({ binding, key }) => `${binding}/${key.from}:${key.from === 'path' ? key.segment : key.name}`,
  section: 'durable_objects.bindings',
}

function keyOf(written: string): ObjectKey {
  const [, plain, name = '', header, field = '', segment] = KEY.exec(written) ?? []
  if (plain === 'name' || plain === 'query') return { from: plain, name }
  return header ? { from: 'header', name: field } : { from: 'path', segment: Number(segment) }
}
