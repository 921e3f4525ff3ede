/** A record as somebody edits it: with lines above it that say what it is, and what was wrong with it the last time. */
import type { WrittenRecord } from '../../admin/client.ts'
import { readDocuments } from '../../manifest/yaml/documents.ts'
import { Fault } from '../../manifest/yaml/fault.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { yamlText } from '../print/yaml-text.ts'

export type Language = 'yaml' | 'json'

const MARK: Readonly<Record<Language, string>> = { yaml: '#', json: '//' }

export interface Head {
  readonly name: string
  readonly revision: number
  /** Where the schema of a record stands; `undefined` of what is no record of a service. */
  readonly schema: string | undefined
  /** Why the text was not taken, in lines. */
  readonly reasons: readonly string[]
}

/** The lines above a record. The first is one that editors understand, where there is a schema. */
export function headOf({ name, revision, schema, reasons }: Head, language: Language): string {
  const lines = [
    ...(schema === undefined
      ? []
      : [language === 'yaml' ? `yaml-language-server: $schema=${schema}` : `$schema: ${schema}`]),
    `${name}, revision ${revision}. Save and close to write it. These lines are left out; a text that stays as it is, or empty, changes nothing.`,
    ...(reasons.length > 0 ? ['', 'It was not taken:', ...reasons.map((reason) => `  ${reason}`)] : []),
  ]
  return lines.map((line) => `${`${MARK[language]} ${line.replaceAll(/[\r\n]/g, ' ')}`.trimEnd()}\n`).join('')
}

export function bodyOf(record: WrittenRecord, language: Language): string {
  return language === 'yaml' ? yamlText(record) : `${JSON.stringify(record, null, 2)}\n`
}

/** The text without the lines above it. */
export function withoutHead(text: string, language: Language): string {
  const lines = text.split('\n')
  const first = lines.findIndex((line) => !line.startsWith(MARK[language]))
  return first === -1 ? '' : lines.slice(first).join('\n')
}

/** What was written, or why it cannot be read, in lines. */
export type Read = { readonly record: WrittenRecord } | { readonly reasons: readonly string[] }

/** @param text with its head, so that the lines that are told are those of the file. */
export function readDraft(text: string, file: string, language: Language): Read {
  const lines = text.split('\n')
  const body = language === 'yaml' ? text : lines.map((line) => (line.startsWith('//') ? '' : line)).join('\n')
  try {
    const documents = readDocuments(body, file)
    const [only] = documents
    const record = only?.value
    if (documents.length !== 1) return { reasons: [`${file}: Expected one record, got ${documents.length} documents.`] }
    if (typeof record === 'string') return { record: record.trim() }
    if (typeof record === 'object' && record !== null && !Array.isArray(record))
      return { record: record as WrittenRecord }
    return { reasons: [`${file}: Expected an object, or a URL.`] }
  } catch (error) {
    if (!(error instanceof Fault || error instanceof NegativeAnswer)) throw error
    return { reasons: [error.message, ...error.more] }
  }
}
