/** The path of a field, for a message. */
import { withoutUserinfoIn } from '../../core/text/userinfo.ts'
import type { Path } from '../manifest.ts'

/** `spec.rules[0].filters: `. Empty for the document itself. */
export function spelled(path: Path): string {
  if (path.length === 0) return ''
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${withoutUserinfoIn(key)}`)).join('')
  return `${text.replace(/^\./, '')}: `
}
