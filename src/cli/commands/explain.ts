/** `selvedge explain`: why a call that was made went as it did, told of its receipt. No mesh is asked. */
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { Fault } from '../../manifest/yaml/fault.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import type { Session } from '../session.ts'
import { explanationLines } from '../told/explanation.ts'
import { printTold } from '../told/print-told.ts'
import { example } from '../verb.ts'

export function explain(command: Command, session: Session): void {
  example(
    command,
    'selvedge explain 1.eyJhdCI6…',
    'curl -sI -H "selvedge-explain: 1" -H "selvedge-grant: $GRANT" https://mesh.example.com/svc/users/ | selvedge explain -',
  )
  command
    .argument(
      '<receipt>',
      'the value of selvedge-receipt; - reads it, or all headers of an answer, from standard input',
    )
    .action((receipt: string) => run(receipt, session))
}

async function run(said: string, session: Session): Promise<void> {
  const receipt = receiptIn(said === '-' ? await text(process.stdin) : said)
  // Loaded here alone: the balancers of the mesh are of no use to other verbs.
  const { explainOffline } = await import('../../mesh/told/offline.ts')
  let explanation: ReturnType<typeof explainOffline>
  try {
    explanation = explainOffline(receipt)
  } catch (error) {
    if (error instanceof TypeError) throw new Fault(error.message)
    throw error
  }
  await printTold(session, explanation, () => explanationLines(explanation))
  if (explanation.replayed.some(({ agrees }) => agrees === false)) {
    throw new NegativeAnswer('Decided again, it would go elsewhere: the receipt is of another version, or was changed.')
  }
}

/** Of the headers of an answer the receipt alone. */
function receiptIn(said: string): string {
  const found = /^[ \t<]*selvedge-receipt:[ \t]*(\S+)/im.exec(said)?.[1] ?? said.trim()
  if (found === '') throw new Fault('No receipt was given: it is the value of selvedge-receipt.')
  return found
}
