/** Notes of one call, from which its receipt is written when the answer leaves. */
import { remaining } from '../../core/deadline.ts'
import type { Clock } from '../../core/time/clock.ts'
import { hearing, type Random } from '../../core/time/random.ts'
import { keyOf } from '../../registry/keys.ts'
import { RECEIPT } from '../../wire/answer/fates.ts'
import { remade } from '../../wire/answer/remade.ts'
import { REVISION, SERVER_TIMING } from '../../wire/headers.ts'
import { encodeReceipt } from '../../wire/receipt/encode.ts'
import type { ChoiceRead, RecordRead } from '../../wire/receipt/view.ts'
import { writeRevisions } from '../../wire/revision.ts'
import { type ChoosingCall, choiceOf } from './choice.ts'
import type { Notes } from './inquiry.ts'
import { targetMsOf, viewOf } from './view-of.ts'

interface Asked {
  /** Does it ask for a receipt, and not for revisions alone? */
  readonly explains: boolean
  readonly request: Request
  readonly random: Random
  readonly clock: Clock
  readonly isolate: string
  readonly location: string | undefined
}

export function notes({ explains, request, random, clock, isolate, location }: Asked): Notes {
  const at = clock.now()
  const records: RecordRead[] = []
  const choices: ChoiceRead[] = []
  let backendDraws: readonly number[] | undefined
  let call: ChoosingCall | undefined

  return {
    lookedUp(name, found) {
      const key = found?.key ?? keyOf(name)
      if (records.some((record) => record.key === key)) return
      const { revision = null, freshness, refused } = found ?? {}
      records.push(found ? { key, revision, freshness, refused } : { key })
    },
    drawing(choose) {
      const { given, draws } = hearing(random, choose)
      backendDraws = draws
      return given
    },
    choosing(context, now, choose) {
      call = context
      return choiceOf(context, now, choose, (choice) => choices.push(choice))
    },
    noted: () => ({ records, isolate, location }),
    told(response, receipt) {
      clock.turn?.()
      const answer = remade(response)
      if (!answer) return response
      const { headers } = answer
      headers.set(REVISION, writeRevisions(records))
      if (!explains) return answer
      const tookMs = clock.now() - at
      const targetMs = targetMsOf(receipt.attempts)
      const { deadline, allowance, service } = call ?? {}
      const view = viewOf(
        receipt,
        {
          at,
          location,
          isolate,
          records,
          backendDraws,
          choices,
          budgetLeft: service?.budget?.balance,
          allowanceLeft: allowance?.left,
          deadlineLeftMs: deadline && remaining(deadline, clock),
          tookMs,
          targetMs,
        },
        request.headers,
      )
      headers.set(RECEIPT, encodeReceipt(view))
      headers.append(SERVER_TIMING, `mesh;dur=${tookMs - targetMs}, target;dur=${targetMs}`)
      return answer
    },
  }
}
