/** Where requests go, in a few words. */
import type { Move, Spot } from '../../admin/client.ts'

const PREFIX = /^services\//
/** Endpoints of a spot that a line shows. */
const SHOWN = 3

/** `v2: https://a.example, https://b.example`, or the error that the caller would get. */
export function spotText({ rule, backend, endpoints, answered, error }: Spot): string {
  const by = rule === undefined ? '' : `${rule} > `
  if (error) return `${by}${error.status} ${error.code}`
  if (answered) return `${by}a ${answered}`
  const shown = endpoints.slice(0, SHOWN).join(', ')
  const more = endpoints.length > SHOWN ? ' …' : ''
  return `${by}${backend?.replace(PREFIX, '') ?? ''}: ${shown}${more}`
}

/** Requests are estimates where not all of them were recorded: whole ones, but none is called none. */
export function many(requests: number): string {
  return requests > 0 && requests < 1 ? '<1' : String(Math.round(requests))
}

/** With the noun: `1 request`, `12 requests`. */
export function requestsText(requests: number): string {
  const said = many(requests)
  return `${said} ${said === '1' ? 'request' : 'requests'}`
}

export function percentText(percent: number): string {
  return `${percent > 0 && percent < 0.1 ? '<0.1' : Number(percent.toFixed(1))} %`
}

/** Whom it would be denied: ` for reports, cron`. */
export function callersText({ callers = [] }: Pick<Move, 'callers'>): string {
  return callers.length === 0 ? '' : ` for ${callers.map((caller) => caller || 'callers without a name').join(', ')}`
}

export function exampleText({ method, path }: Move['example']): string {
  return `${method} ${path}`
}
