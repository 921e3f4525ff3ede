/** Values as YAML that other tools read the same. */
import { stringify } from 'yaml'
import { printableData } from './printable.ts'

/** Words that YAML 1.1 takes for others, `off` for false, are quoted. Each value stands on one line, behind its key. */
const YAML_FORM = {
  aliasDuplicateObjects: false,
  compat: 'yaml-1.1',
  blockQuote: false,
  lineWidth: 0,
  doubleQuotedAsJSON: true,
} as const

/** What has to be escaped can be where it is quoted. */
export function yamlText(value: unknown): string {
  const text = stringify(value, YAML_FORM)
  return printableData(text) === text
    ? text
    : stringify(value, { ...YAML_FORM, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_DOUBLE' })
}
