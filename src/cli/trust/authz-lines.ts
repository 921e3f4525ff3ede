/** Who may call and who did, as two tables. */
import type { AuthzCallView, AuthzPolicyView, AuthzView } from '../../admin/client.ts'
import { printable } from '../print/printable.ts'
import type { Styled } from '../print/style.ts'
import { type Column, tableLines } from '../print/table.ts'
import { NO_NAME } from '../traffic/columns.ts'
import { silence } from '../traffic/silence.ts'

/** A rule of a record, or what becomes of all else. */
interface May extends Pick<AuthzPolicyView, 'record' | 'mode'> {
  readonly rule: string
  readonly effect: string
  readonly callers: readonly string[] | undefined
  readonly methods: readonly string[] | undefined
  readonly paths: readonly string[] | undefined
}

const MAY: readonly Column<May>[] = [
  { name: 'NAME', of: ({ record }) => record },
  { name: 'MODE', of: ({ mode }) => mode },
  { name: 'EFFECT', of: ({ effect }) => effect },
  { name: 'RULE', of: ({ rule }) => rule },
  { name: 'CALLERS', of: ({ callers }) => callers?.join(',') ?? 'anyone' },
  { name: 'METHODS', of: ({ methods }) => methods?.join(',') ?? 'any' },
  { name: 'PATHS', of: ({ paths }) => paths?.join(',') ?? 'any' },
]

const DID: readonly Column<AuthzCallView>[] = [
  { name: 'CALLER', of: ({ caller }) => caller || NO_NAME },
  { name: 'NAME', of: ({ service }) => service },
  { name: 'ALLOWED', of: ({ allowed }) => allowed },
  { name: 'DENIED', of: ({ denied }) => denied },
  { name: 'WOULD_DENY', of: ({ wouldDeny }) => wouldDeny },
  { name: 'RULE', of: ({ rule, record, service }) => ruleText(rule, record, service) },
]

/** Names without a policy that are listed. */
const MOST_OPEN = 20

/** @param window how far back it looks, as it was asked. */
export function authzLines(told: AuthzView, window: string, isWide: boolean): Styled[] {
  const { policies, open, items, isolates } = told
  const rules = policies.flatMap(rulesOf)
  const listed = isWide ? open : open.slice(0, MOST_OPEN)
  const more = open.length - listed.length
  return [
    'Who may, by the records',
    ...(rules.length === 0 ? ['  No record says who may call.'] : indented(tableLines(MAY, rules, printable))),
    ...(open.length === 0
      ? []
      : [`  Everybody may call ${listed.map(printable).join(', ')}${more > 0 ? ` and ${more} more (-o wide)` : ''}.`]),
    '',
    `Who did, in the last ${window}`,
    ...(items.length > 0
      ? indented(tableLines(DID, items, printable))
      : [`  ${isolates === null ? NOBODY_COUNTS : silence({ isolates }, '', window)}`]),
  ]
}

const NOBODY_COUNTS =
  'Nobody counts: the control plane has no binding STATS_OBJECT (docs/observability.md). The log has would_deny all the same.'

function rulesOf({ record, mode, default: otherwise, rules }: AuthzPolicyView): May[] {
  const all = { callers: undefined, methods: undefined, paths: undefined }
  return [
    ...rules.map(({ name, effect, callers, methods, paths }): May => {
      return { record, mode, rule: name, effect, callers, methods, paths }
    }),
    { ...all, record, mode, rule: 'default', effect: otherwise },
  ]
}

function ruleText(rule: string | null, record: string | null, service: string): string | undefined {
  if (rule === null) return 'none asked'
  return record === service ? rule : `${rule} (${record})`
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}
