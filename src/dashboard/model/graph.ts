/** Who calls whom as a graph: nodes are services and callers, links are calls, and what records refer to. */
import type { EdgeView, RecordView, WrittenRecord } from '../../admin/client.ts'
import { type Health, healthOf, UNKNOWN } from './service-rows.ts'

export interface GraphNode {
  readonly id: string
  /** `stranger`: callers without a name; `caller`: a name without a record. */
  readonly kind: 'service' | 'caller' | 'stranger'
  readonly rps: number
  readonly health: Health
}

export interface GraphLink {
  readonly from: string
  readonly to: string
  /** `refers`: the record of `from` leads there; nobody may have called. */
  readonly kind: 'calls' | 'refers'
  readonly rps: number
  readonly health: Health
}

export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly links: readonly GraphLink[]
}

/** What all callers without a name are called. */
export const STRANGERS = 'strangers'

export function graphOf(records: readonly RecordView[], edges: readonly EdgeView[]): Graph {
  const known = new Set(records.map(({ name }) => name))
  const calls = edges.map(
    ({ caller, service, rps, success }): GraphLink => ({
      from: caller === '' ? STRANGERS : caller,
      to: service === '' ? UNKNOWN : service,
      kind: 'calls',
      rps,
      health: healthOf(success),
    }),
  )
  const called = new Set(calls.map(({ from, to }) => `${from} ${to}`))
  const refers = records
    .flatMap(({ name, record }) => leadsOf(record).map((to) => ({ from: name, to })))
    .filter(({ from, to }) => from !== to && known.has(to) && !called.has(`${from} ${to}`))
    .map((one): GraphLink => ({ ...one, kind: 'refers', rps: 0, health: 'quiet' }))
  // In one order, whatever the numbers: what was laid out is known by its place.
  const links = [...calls, ...refers].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
  const names = new Set([...known, ...links.flatMap(({ from, to }) => [from, to])])
  const calledBy = Map.groupBy(edges, ({ service }) => (service === '' ? UNKNOWN : service))
  return { nodes: [...names].sort().map((id) => nodeOf(id, known, calledBy.get(id) ?? [])), links }
}

function keyOf({ from, to }: GraphLink): string {
  return `${from} ${to}`
}

/** @param into edges that lead to it. */
function nodeOf(id: string, known: ReadonlySet<string>, into: readonly EdgeView[]): GraphNode {
  const rps = into.reduce((sum, one) => sum + one.rps, 0)
  const requests = into.reduce((sum, one) => sum + one.requests, 0)
  const well = into.reduce((sum, one) => sum + one.requests * (one.success ?? 1), 0)
  const kind = known.has(id) ? 'service' : id === STRANGERS ? 'stranger' : 'caller'
  return { id, kind, rps, health: healthOf(requests === 0 ? null : well / requests) }
}

/** The names that a record leads to: by its alias, and by its rules. */
function leadsOf(record: WrittenRecord): string[] {
  if (typeof record === 'string') return []
  const { alias, rules } = record
  const aliases = (Array.isArray(alias) ? alias : [alias]).filter((one) => typeof one === 'string')
  const backends = listOf(rules).flatMap((rule) =>
    listOf(fieldOf(rule, 'backendRefs')).map((ref) => fieldOf(ref, 'name')),
  )
  return [...new Set([...aliases, ...backends.filter((one) => typeof one === 'string')])]
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined
}

/** A name, what calls it and what it calls, and no more. */
export function around({ nodes, links }: Graph, name: string): Graph {
  const near = links.filter(({ from, to }) => from === name || to === name)
  const names = new Set([name, ...near.flatMap(({ from, to }) => [from, to])])
  return { nodes: nodes.filter(({ id }) => names.has(id)), links: near }
}

/** What fails, what calls it and what it calls, and no more. */
export function failing({ nodes, links }: Graph): Graph {
  const bad = new Set(nodes.filter(({ health }) => health === 'bad' || health === 'poor').map(({ id }) => id))
  const near = links.filter(
    ({ from, to, health }) => bad.has(from) || bad.has(to) || health === 'bad' || health === 'poor',
  )
  const names = new Set([...bad, ...near.flatMap(({ from, to }) => [from, to])])
  return { nodes: nodes.filter(({ id }) => names.has(id)), links: near }
}

/** Is it the same drawing, whatever the numbers? */
export function shapeOf({ nodes, links }: Graph): string {
  return JSON.stringify([nodes.map(({ id }) => id), links.map(keyOf)])
}
