/** One write: what the registry is asked, and what is told of it to the writer and to the audit. */
import type { Refused, Written } from '../durable/ledger/change.ts'
import { refusedBy } from './answer/written.ts'
import type { Audit } from './audit.ts'
import type { Token } from './auth/tokens.ts'

export interface Write {
  readonly token: Token
  /** What is done, in a word. */
  readonly act: string
  readonly names: readonly string[]
  /** Nothing is written: the audit has nothing to tell. */
  readonly isDry?: boolean | undefined
}

/** @throws the refusal, where it is refused. */
export async function written(
  audit: Audit,
  { token, act, names, isDry = false }: Write,
  ask: () => Promise<Written | Refused>,
): Promise<Written> {
  const tell = (answer: Written | Refused | undefined) => {
    if (!isDry) audit.wrote(token.name, act, names, answer)
  }
  let answer: Written | Refused
  try {
    answer = await ask()
  } catch (error) {
    tell(undefined)
    throw error
  }
  tell(answer)
  if (!answer.ok) throw refusedBy(answer)
  return answer
}

/**
 * The same of what is of no names in particular. Where what is asked fails, nobody knows how far it came, and the audit says so.
 *
 * @param codeOf what came of it, in a word.
 */
export async function audited<Answer>(
  audit: Audit,
  { name }: Token,
  act: string,
  ask: () => Promise<Answer>,
  codeOf: (answer: Answer) => string,
): Promise<Answer> {
  let code = 'unknown'
  try {
    const answer = await ask()
    code = codeOf(answer)
    return answer
  } finally {
    audit.did(name, act, code)
  }
}
