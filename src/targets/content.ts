/** Content that must stand in JSON: as text where it is text, in base64 otherwise. */
import { toBase64 } from './base64.ts'

export interface WrittenContent {
  readonly text: string
  readonly isBase64: boolean
}

/** What API Gateway hands on as text; all else is base64. */
const TEXT = /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded|graphql|[\w.-]+\+(json|xml))\b)/i

export function writtenContent(bytes: Uint8Array, headers: Headers): WrittenContent {
  if (bytes.length === 0) return { text: '', isBase64: false }
  if (TEXT.test(headers.get('content-type') ?? '') && !headers.has('content-encoding')) {
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
      return { text, isBase64: false }
    } catch {
      // It says that it is text, and is none.
    }
  }
  return { text: toBase64(bytes), isBase64: true }
}
