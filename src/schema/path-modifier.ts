/** A path in place of that of a request: HTTPPathModifier of the Gateway API. */
import type * as v from 'valibot'
import type { PathModifier } from '../core/text/replaced-path.ts'
import { byType, text } from './kit.ts'

export function pathModifier() {
  const path = text(/^[^\s?#]{0,1024}$/, 'at most 1024 characters of a path without "?", "#" or blanks')
  return byType({
    ReplaceFullPath: { replaceFullPath: path },
    ReplacePrefixMatch: { replacePrefixMatch: path },
  }) as v.GenericSchema<PathModifier>
}
