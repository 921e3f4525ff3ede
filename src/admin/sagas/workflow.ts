/** What the Workflow says of a saga: one that was ended by hand, or given up, tells the list nothing by itself. */
import type { SagaRow } from '../../durable/sagas/saga-book.ts'
import { type ControlEnv, type SagaInstance, sagasOf, workflowOf } from '../env.ts'

/** Characters of an error that are told. */
const TEXT = 300

export interface EngineTold {
  readonly status: string
  readonly error?: string
}

/** `undefined` where this control plane is not bound to the Workflow, or it does not answer. */
export async function instanceOf(env: ControlEnv, { id, binding }: SagaRow): Promise<SagaInstance | undefined> {
  try {
    return await workflowOf(env, binding)?.get(id)
  } catch {
    return undefined
  }
}

/** One that waits for an event hears at once that it is called off: what comes is not what it waited for, and it looks. Else it looks later. */
export async function wakeUp(env: ControlEnv, row: SagaRow): Promise<void> {
  if (row.waitsFor === null) return
  const instance = await instanceOf(env, row)
  await instance?.sendEvent({ type: row.waitsFor, payload: null }).catch(() => {})
}

/** Asks the engine. Where it has ended the saga, the list hears of it. */
export async function engineOf(env: ControlEnv, row: SagaRow): Promise<EngineTold | undefined> {
  try {
    const told = await (await instanceOf(env, row))?.status()
    if (!told) return undefined
    const { status } = told
    const error = told.error?.message.slice(0, TEXT)
    if (row.endedAt === null && (status === 'errored' || status === 'terminated')) {
      const { id, saga, version, step } = row
      const because = `The Workflow instance is ${status}${error === undefined ? '' : `: ${error}`}`
      await sagasOf(env)?.tell({ id, saga, version, state: 'failed', step, because })
    }
    return { status, ...(error !== undefined && { error }) }
  } catch {
    return undefined
  }
}

/** Of those of which nothing was heard for the longest time. */
const LOOKED_AT = 20

/** Looks at some sagas that have not ended: has the engine ended them? */
export async function lookAtStalest(env: ControlEnv): Promise<void> {
  const rows = (await sagasOf(env)?.stalest(LOOKED_AT)) ?? []
  await Promise.all(rows.map((row) => engineOf(env, row)))
}
