/** A run: steps that a request meets one after the other, which share its context; at their end, a service. */
import type { Service } from './service.ts'

/** Has a filter anything to do for a service? The answer never changes. */
export type Need<Of extends object = object> = (service: Of) => boolean

/** What an observer does on the way down and up (`stack.ts`). */
export interface Hooks {
  enter?(request: Request, context: object): Promise<void> | undefined
  answered?(response: Response, context: object, request: Request): Response
  failed?(error: unknown, context: object, request: Request): Response | undefined
}

/**
 * An observer; or a branch, at which the requests of whose context a condition holds leave for another service. Both have all
 * fields: the engine is quick where all steps have one shape.
 */
export interface Step {
  readonly enter: Hooks['enter']
  readonly answered: Hooks['answered']
  readonly failed: Hooks['failed']
  readonly isMet: ((context: object) => boolean) | undefined
  readonly service: Service<object> | undefined
  /** Calls to services that do not need it do not meet it. `undefined`: all calls meet it. */
  readonly isNeeded: Need | undefined
}

/** A branch is a step of nobody's hooks. */
export function stepOf(
  { enter, answered, failed }: Hooks,
  isNeeded?: Need,
  isMet?: Step['isMet'],
  service?: Service<object>,
): Step {
  return { enter, answered, failed, isMet, service, isNeeded }
}

/** Steps, made ready: of all services; or of one, and then without those that it does not need. */
export interface Run {
  readonly steps: readonly Step[]
  readonly service: Service<object>
  /** Does no step look on the way up? Then what comes from beneath is handed on as it is, without another promise. */
  readonly isSilent: boolean
  /** The first step that not all services need: there the run of the service takes over, which begins with the same steps. */
  readonly fitsAt: number
  /** The run of the service that the context has. Services that need the same share it. */
  fitted(context: object): Run
}

export function runOf(steps: readonly Step[], service: Service<object>): Run {
  const shared: Record<string, Run> = {}
  const known = new WeakMap<object, Run>()
  const made = (steps: readonly Step[], fitsAt: number): Run => {
    const isSilent = steps.every(({ answered, failed }) => !answered && !failed)
    return { steps, service, isSilent, fitsAt, fitted }
  }

  function fitted(context: object): Run {
    const { service: of } = context as { readonly service: object }
    let run = known.get(of)
    if (!run) {
      const needed = steps.filter(({ isNeeded }) => !isNeeded || isNeeded(of))
      const key = needed.map((step) => steps.indexOf(step)).join()
      run = shared[key] ??= made(needed, NEVER)
      known.set(of, run)
    }
    return run
  }

  return made(
    steps,
    steps.findIndex(({ isNeeded }) => isNeeded),
  )
}

/** No step is this one. */
const NEVER = -1

/**
 * Leads a request down past the steps to the service at their end, or at a branch, and what comes of it back up.
 *
 * @param own a context that nobody else reads: what the observers give is written into it.
 * @param from the step to begin with.
 */
export function down(whole: Run, request: Request, own: object, from = 0): Promise<Response> {
  let run = whole
  let depth = from
  let answer: Promise<Response> | undefined
  try {
    for (; answer === undefined; depth++) {
      if (depth === run.fitsAt) run = run.fitted(own)
      const step = run.steps[depth]
      if (step === undefined) break
      const { enter, isMet, service } = step
      if (isMet?.(own)) answer = service?.(request, own)
      const wait = enter?.(request, own)
      if (wait) return resumed(wait, run, depth, request, own)
    }
    answer ??= run.service(request, own)
  } catch (error) {
    return new Promise((resolve) => resolve(risen(run.steps, depth, undefined, error, own, request)))
  }
  return run.isSilent ? answer : heard(answer, run.steps, depth, request, own)
}

/** Goes on beneath a step when it has waited. */
function resumed(wait: Promise<void>, run: Run, depth: number, request: Request, own: object): Promise<Response> {
  return wait.then(
    () => down(run, request, own, depth + 1),
    (error) => risen(run.steps, depth, undefined, error, own, request),
  )
}

function heard(
  answer: Promise<Response>,
  steps: readonly Step[],
  depth: number,
  request: Request,
  own: object,
): Promise<Response> {
  return answer.then(
    (response) => risen(steps, depth, response, undefined, own, request),
    (error) => risen(steps, depth, undefined, error, own, request),
  )
}

/** Leads an answer, or an error, up past the first `depth` steps, the innermost first. */
function risen(
  steps: readonly Step[],
  depth: number,
  answer: Response | undefined,
  error: unknown,
  context: object,
  request: Request,
): Response {
  let response = answer
  let reason = error
  for (let index = depth - 1; index >= 0; index--) {
    const { answered, failed } = steps[index] as Step
    try {
      if (response === undefined) response = failed?.(reason, context, request)
      else if (answered) response = answered(response, context, request)
    } catch (thrown) {
      response = undefined
      reason = thrown
    }
  }
  if (response === undefined) throw reason
  return response
}
