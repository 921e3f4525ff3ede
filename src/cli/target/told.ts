/** What the admin API refused, in a sentence with what to do, and as an exit code: 1 where it says no, 2 where it cannot be asked. */
import type { AdminError, AdminProblem, Difference, Issue } from '../../admin/client.ts'
import { Fault } from '../../manifest/yaml/fault.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import type { Target } from './target.ts'

export function told({ status, problem }: AdminError, target: Target | undefined): Fault | NegativeAnswer {
  const { detail } = problem
  const where = target?.url ?? 'The mesh'
  const token = target?.token
  if (status === 401) {
    if (!token) {
      return new Fault(`${where} asks for a token, and none was given: SELVEDGE_TOKEN, --token or selvedge config set.`)
    }
    return new Fault(`${where} does not know the token of ${token.from}: is it the one of this mesh?`)
  }
  if (status === 403) return new Fault(token ? `${detail} It is the token of ${token.from}.` : detail)
  if (status === 404 && problem.code === undefined) return new Fault(absent(where))
  if (status === 404 || status === 409 || status === 412 || status === 422) {
    return new NegativeAnswer(detail, [...issuesOf(problem).map(toldIssue), ...differenceOf(problem)])
  }
  return new Fault(status >= 500 ? `${where} cannot answer now (${status}): ${detail}` : detail, {
    more: issuesOf(problem).map(toldIssue),
  })
}

function absent(where: string): string {
  return `${where} has no admin API: its control plane needs ADMIN_TOKEN or ADMIN_TOKENS, and the mesh the binding CONTROL.`
}

function issuesOf({ issues = [] }: AdminProblem): readonly Issue[] {
  return issues
}

/** `users: endpoints.0.url: Expected …` */
export function toldIssue({ name, path, message }: Issue): string {
  return [...(name === undefined ? [] : [name]), ...(path.length > 0 ? [path.join('.')] : []), message].join(': ')
}

function differenceOf({ difference = [] }: AdminProblem): string[] {
  return difference.flatMap((one) => differenceLines(one).map(({ text }) => text))
}

/** One field as two lines: what stands there, and what would. */
export function differenceLines(one: Difference): { text: string; isAdded: boolean }[] {
  const place = one.path === '' ? '' : `${one.path} `
  const before = 'before' in one ? [{ text: `- ${place}${spelled(one.before)}`, isAdded: false }] : []
  const after = 'after' in one ? [{ text: `+ ${place}${spelled(one.after)}`, isAdded: true }] : []
  return [...before, ...after]
}

function spelled(value: unknown): string {
  return typeof value === 'string' && !value.startsWith('{')
    ? JSON.stringify(value)
    : typeof value === 'string'
      ? value
      : JSON.stringify(value)
}
