/** What is called, and how: the columns of the bench. */
import type { ShapeName } from './shapes.ts'

export interface Case {
  readonly title: string
  readonly shape: ShapeName
  /** Headers of the request. */
  readonly headers: 'one' | 'nine'
  /** The service called; a variant with hosts of its own calls those. */
  readonly host: string
  /** So long that a call is a sample: one at a time, and fewer of them. */
  readonly isLong?: true
}

export const cases = {
  small: { title: 'GET small', shape: 'small', headers: 'nine', host: 'users' },
  one: { title: '1 header', shape: 'small', headers: 'one', host: 'users' },
  ruled: { title: '16 rules', shape: 'small', headers: 'nine', host: 'ruled' },
  url: { title: '3 URLs', shape: 'small', headers: 'nine', host: 'n0' },
  post: { title: 'POST 1 KB', shape: 'post', headers: 'nine', host: 'users' },
  medium: { title: 'GET 64 KB', shape: 'medium', headers: 'nine', host: 'users' },
  large: { title: 'GET 10 MB', shape: 'large', headers: 'nine', host: 'users', isLong: true },
  upload: { title: 'POST 10 MB', shape: 'upload', headers: 'nine', host: 'users', isLong: true },
} satisfies Record<string, Case>

export type CaseName = keyof typeof cases

export function caseOf(name: CaseName): Case {
  return cases[name]
}
