/** The registry of the bench, made as it is read: two names by binding, 100,000 by URL, one of 1,000 endpoints. */
import { fullRules } from './rules.ts'

/** Names `n0` to `n99999` exist. */
export const registrySize = 100_000

/** The record at a KV key, as text. */
export function recordOf(key: string): string | undefined {
  const name = key.startsWith('services/') ? key.slice('services/'.length) : ''
  const bound = { endpoints: [{ binding: 'USERS' }] }
  if (name === 'users') return JSON.stringify(bound)
  if (name === 'ruled') return JSON.stringify({ ...bound, rules: fullRules('/orders') })
  if (name === 'wide') return JSON.stringify({ endpoints: endpoints(name, 1_000) })
  if (name === 'weighted') {
    return JSON.stringify({ endpoints: endpoints(name, 1_000).map((url, i) => ({ url, weight: 1 + (i % 5) })) })
  }
  const number = /^n(\d+)$/.exec(name)?.[1]
  if (number === undefined || Number(number) >= registrySize) return undefined
  return JSON.stringify({ endpoints: endpoints(name, 3) })
}

function endpoints(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `http://${name}-${i}.example.com`)
}
