/** Sends the requests of a requirement, and says what did not come of them. */
import { eventually } from '../support/eventually.ts'
import type { Seen, Upstream } from '../support/servers.ts'
import type { Backend, Expectation, Requirement, Sight, Step } from './requirement.ts'

/** An answer, as far as the suite looks at it. */
export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: readonly string[]
  readonly body: string
}

/** What is tested: the Worker, or the library. */
export interface Subject {
  readonly name: string
  call(service: string, step: Step, headers: Record<string, string>, signal: AbortSignal): Promise<Answered>
}

/** The backends, by the names that rules give them. */
export type Backends = Readonly<Record<Backend, Upstream>>

const BACKENDS = ['v1', 'v2', 'v3'] as const

/** Of a share of many requests. The specification's tests allow 0.05. */
const TOLERANCE = 0.01

/** What the backends were sent for one step. */
type Sights = (backend: Backend) => readonly Seen[]

/** A request says which step it belongs to: what comes late of another one is not counted. */
const STEP = 'x-step'

/** Requests of a step that are on their way at once. */
const LANES = 8

/**
 * @param signal cuts it off: nothing is sent any more, and what is on its way is given up.
 * @throws {Error} that names the step and what was found instead.
 */
export async function check(
  requirement: Requirement,
  service: string,
  subject: Subject,
  backends: Backends,
  signal: AbortSignal,
): Promise<void> {
  const session: Record<string, string> = {}
  let before: Backend | undefined
  // What has been counted is not kept.
  for (const { seen } of Object.values(backends)) seen.splice(0)
  for (const [index, step] of (requirement.steps ?? []).entries()) {
    const id = `${service}, step ${index + 1}, ${subject.name}`
    const sights: Sights = (name) => backends[name].seen.filter(({ headers }) => headers[STEP] === id)
    const name = step.to === undefined ? service : `${service}-${step.to}`
    const answers = await repeated(step.times ?? 1, async () => {
      signal.throwIfAborted()
      const headers = { ...step.headers, ...(step.inSession ? session : {}), [STEP]: id }
      const answer = await subject.call(name, step, headers, signal)
      remember(session, answer)
      return answer
    })
    const problems = [...(await problemsOf(step, answers, service, sights)), ...stickiness(step, answers, before)]
    before = reached(answers[0])
    if (problems.length > 0) throw new Error(`step ${index + 1}, ${subject.name}: ${problems.join('; ')}`)
  }
}

/** So many times, several at once; the answers in the order in which they came. */
async function repeated(times: number, make: () => Promise<Answered>): Promise<Answered[]> {
  const answers: Answered[] = []
  let begun = 0
  const lane = async () => {
    while (begun++ < times) answers.push(await make())
  }
  await Promise.all(Array.from({ length: Math.min(LANES, times) }, lane))
  return answers
}

async function problemsOf({ expect, times = 1 }: Step, answers: readonly Answered[], service: string, sights: Sights) {
  const problems: string[] = []
  const must = (holds: boolean, told: () => string) => {
    if (!holds) problems.push(told())
  }
  const wanted = [expect.status ?? 200].flat()
  for (const answer of answers) {
    must(wanted.includes(answer.status), () => `status ${answer.status}, not ${wanted}: ${answer.body.slice(0, 200)}`)
  }
  const all = BACKENDS.flatMap((name) => sights(name).map((request) => ({ name, request })))
  const [first] = answers
  if (expect.nobody) must(all.length === 0, () => `${all.length} requests reached a backend`)
  if (expect.attempts !== undefined)
    must(all.length === expect.attempts, () => `${all.length} attempts, not ${expect.attempts}`)
  if (expect.backend) {
    const seen = sights(expect.backend)
    must(
      seen.length === times,
      () => `${expect.backend} was sent ${seen.length} requests, not ${times}; ${all.map(({ name }) => name)}`,
    )
  }
  if (expect.seen) problems.push(...unlike(expect.seen, expect.backend ? sights(expect.backend)[0] : all[0]?.request))
  if (expect.answer && first) problems.push(...misanswered(expect.answer, first, service))
  for (const attribute of expect.cookie?.has ?? [])
    must(
      attributesOf(first).some((said) => said.startsWith(attribute)),
      () => `no ${attribute} in ${first?.cookies}`,
    )
  for (const attribute of expect.cookie?.lacks ?? [])
    must(!attributesOf(first).some((said) => said.startsWith(attribute)), () => `${attribute} in ${first?.cookies}`)
  for (const [name, share] of Object.entries(expect.copies ?? {})) {
    const tolerance = share === 0 || share === 1 ? 0 : TOLERANCE
    const count = await copies(() => sights(name as Backend).length, Math.round(share * times), tolerance * times)
    must(Math.abs(count / times - share) <= tolerance, () => `${count} copies of ${times} to ${name}`)
  }
  for (const [name, sight] of Object.entries(expect.at ?? {})) {
    const seen = sights(name as Backend)
    must(seen.length > 0, () => `${name} was sent nothing`)
    problems.push(...seen.flatMap((request) => unlike(sight, request)).map((told) => `${name}: ${told}`))
  }
  for (const [name, share] of Object.entries(expect.shares ?? {})) {
    const count =
      name === '500' ? answers.filter(({ status }) => status === 500).length : sights(name as Backend).length
    const tolerance = share === 0 || share === 1 ? 0 : TOLERANCE
    must(Math.abs(count / times - share) <= tolerance, () => `${name}: ${count} of ${times}, not ${share}`)
  }
  return problems
}

/** A copy may come after the answer. As many as there must be are waited for, and the rest for as long as one may take. */
async function copies(count: () => number, wanted: number, tolerated: number): Promise<number> {
  await eventually(`${wanted} copies`, () => count() >= wanted - tolerated).catch(() => {})
  await eventually(`${wanted} copies`, () => count() >= wanted, 500).catch(() => {})
  return count()
}

function unlike(wanted: Sight, seen: Seen | undefined): string[] {
  if (!seen) return ['no backend was reached']
  const problems: string[] = []
  if (wanted.path !== undefined && seen.target !== wanted.path) problems.push(`path ${seen.target}, not ${wanted.path}`)
  if (wanted.method && seen.method !== wanted.method) problems.push(`method ${seen.method}`)
  if (wanted.body !== undefined && seen.received !== wanted.body.length) problems.push(`${seen.received} bytes of body`)
  for (const [name, value] of Object.entries(wanted.headers ?? {})) {
    const got = tidy([seen.headers[name] ?? ''].flat().join(','))
    if (got !== tidy(value)) problems.push(`the backend saw ${name}: ${got}, not ${value}`)
  }
  for (const name of wanted.absent ?? []) if (name in seen.headers) problems.push(`the backend saw ${name}`)
  return problems
}

function misanswered(
  { headers = {}, absent = [], exposes = [] }: NonNullable<Expectation['answer']>,
  { headers: got }: Answered,
  host: string,
) {
  const problems: string[] = []
  for (const [name, value] of Object.entries(headers)) {
    const allowed = [value].flat().map((text) => tidy(text.replace('{host}', host)))
    const given = tidy(got[name] ?? '')
    if (!allowed.includes(given))
      problems.push(`${name}: "${given}", not ${allowed.map((text) => `"${text}"`).join(' or ')}`)
  }
  for (const name of absent) if (name in got) problems.push(`${name} is there: "${got[name]}"`)
  const exposed = tidy(got['access-control-expose-headers'] ?? '').split(',')
  for (const name of exposes) if (!exposed.includes(name)) problems.push(`${name} is not exposed: "${exposed}"`)
  if (exposes.length > 0 && exposed.includes('*')) problems.push(`"*" is exposed: "${exposed}"`)
  return problems
}

function stickiness({ expect, inSession }: Step, answers: readonly Answered[], before: Backend | undefined): string[] {
  if (!expect.sticky) return []
  const names = new Set([...(inSession && before ? [before] : []), ...answers.map(reached)])
  return names.size === 1 ? [] : [`a session was at ${[...names]}`]
}

/** Keeps what a client would: the cookies, and a session header. */
function remember(session: Record<string, string>, { cookies, headers }: Answered): void {
  const jar = cookies.map((cookie) => cookie.split(';', 1)[0]).join('; ')
  if (jar) session.cookie ??= jar
  if (headers['x-session']) session['x-session'] ??= headers['x-session']
}

/** Who answered, as the backends echo their own names. */
function reached(answer: Answered | undefined): Backend | undefined {
  return answer && (/"upstream":"(v\d)"/.exec(answer.body)?.[1] as Backend | undefined)
}

function attributesOf(answer: Answered | undefined): string[] {
  return (answer?.cookies[0] ?? '').split(';').map((attribute) => attribute.trim())
}

function tidy(text: string): string {
  return text.replace(/\s*,\s*/g, ',')
}
