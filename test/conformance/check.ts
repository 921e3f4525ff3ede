/** Sends the requests of a requirement, and says what did not come of them. */
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
  call(service: string, step: Step, headers: Record<string, string>): Promise<Answered>
}

/** The backends, by the names that rules give them. */
export type Backends = Readonly<Record<Backend, Upstream>>

/** Of a share of many requests. The specification's tests allow 0.05. */
const TOLERANCE = 0.01

/** @throws {Error} that names the step and what was found instead. */
export async function check(requirement: Requirement, service: string, subject: Subject, backends: Backends) {
  const session: Record<string, string> = {}
  let before: Backend | undefined
  for (const [index, step] of (requirement.steps ?? []).entries()) {
    for (const upstream of Object.values(backends)) upstream.seen.splice(0)
    const answers: Answered[] = []
    for (let time = 0; time < (step.times ?? 1); time++) {
      const name = step.to === undefined ? service : `${service}-${step.to}`
      const answer = await subject.call(name, step, { ...step.headers, ...(step.inSession ? session : {}) })
      remember(session, answer)
      answers.push(answer)
    }
    const problems = [...(await problemsOf(step, answers, service, backends)), ...stickiness(step, answers, before)]
    before = reached(answers[0])
    if (problems.length > 0) throw new Error(`step ${index + 1}, ${subject.name}: ${problems.join('; ')}`)
  }
}

async function problemsOf(
  { expect, times = 1 }: Step,
  answers: readonly Answered[],
  service: string,
  backends: Backends,
) {
  const problems: string[] = []
  const must = (holds: boolean, told: () => string) => {
    if (!holds) problems.push(told())
  }
  const wanted = [expect.status ?? 200].flat()
  for (const answer of answers) {
    must(wanted.includes(answer.status), () => `status ${answer.status}, not ${wanted}: ${answer.body.slice(0, 200)}`)
  }
  const all = Object.entries(backends).flatMap(([name, { seen }]) => seen.map((request) => ({ name, request })))
  const [first] = answers
  if (expect.nobody) must(all.length === 0, () => `${all.length} requests reached a backend`)
  if (expect.attempts !== undefined)
    must(all.length === expect.attempts, () => `${all.length} attempts, not ${expect.attempts}`)
  if (expect.backend) {
    const { seen } = backends[expect.backend]
    must(
      seen.length === times,
      () => `${expect.backend} was sent ${seen.length} requests, not ${times}; ${all.map(({ name }) => name)}`,
    )
  }
  if (expect.seen)
    problems.push(...unlike(expect.seen, expect.backend ? backends[expect.backend].seen[0] : all[0]?.request))
  if (expect.answer && first) problems.push(...misanswered(expect.answer, first, service))
  for (const attribute of expect.cookie?.has ?? [])
    must(
      attributesOf(first).some((said) => said.startsWith(attribute)),
      () => `no ${attribute} in ${first?.cookies}`,
    )
  for (const attribute of expect.cookie?.lacks ?? [])
    must(!attributesOf(first).some((said) => said.startsWith(attribute)), () => `${attribute} in ${first?.cookies}`)
  for (const [name, share] of Object.entries(expect.copies ?? {})) {
    const count = await copies(backends[name as Backend], Math.round(share * times))
    must(
      Math.abs(count / times - share) <= (share === 0 || share === 1 ? 0 : TOLERANCE),
      () => `${count} copies of ${times} to ${name}`,
    )
  }
  for (const [name, sight] of Object.entries(expect.at ?? {})) {
    const { seen } = backends[name as Backend]
    must(seen.length > 0, () => `${name} was sent nothing`)
    problems.push(...seen.flatMap((request) => unlike(sight, request)).map((told) => `${name}: ${told}`))
  }
  for (const [name, share] of Object.entries(expect.shares ?? {})) {
    const count =
      name === '500' ? answers.filter(({ status }) => status === 500).length : backends[name as Backend].seen.length
    const tolerance = share === 0 || share === 1 ? 0 : TOLERANCE
    must(Math.abs(count / times - share) <= tolerance, () => `${name}: ${count} of ${times}, not ${share}`)
  }
  return problems
}

/** A copy may come after the answer. */
async function copies({ seen }: Upstream, wanted: number): Promise<number> {
  for (let turn = 0; turn < 100 && seen.length < wanted; turn++) await new Promise((resolve) => setTimeout(resolve, 5))
  return seen.length
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
