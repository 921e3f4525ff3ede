/** Who may call, where a rule asks for claims: what a token would say is not known here. */
import { accessJudge } from '../../features/access/judge.ts'
import type { AccessPolicy, AccessRule, Effect } from '../../features/access/policy.ts'
import { type Asked, withPath } from '../../features/route/asked.ts'
import { matcher } from '../../features/route/match.ts'

/** A verdict that depends on claims. */
export interface Unsure {
  /** The rule that asks for them, and would turn the verdict over. */
  readonly rule: string
  /** What is said of the same caller without them, by which rule: `default`, where none matches. */
  readonly without: { readonly effect: Effect; readonly rule: string }
}

/** `undefined` where the verdict is the same whatever a token says. */
export type UnsureOf = (caller: string | undefined, asked: Asked) => Unsure | undefined

/** @param policy `undefined`: everybody may call. */
export function claimsUnknown(policy: AccessPolicy | undefined): UnsureOf {
  const { rules = [] } = policy ?? {}
  if (!policy || !rules.some(({ claims }) => claims)) return () => undefined
  const judgeOf = (rules: readonly AccessRule[]) => accessJudge({ ...policy, rules }, matcher, withPath)
  const plain = judgeOf(rules)
  const turned = { deny: judgeOf(asIfMet(rules, 'allow')), allow: judgeOf(asIfMet(rules, 'deny')) }
  return (caller, asked) => {
    // Only guests have claims, and every guest has a name.
    if (caller === undefined) return undefined
    const { effect, rule = 'default' } = plain.judge(caller, asked)
    const other = turned[effect].judge(caller, asked)
    if (other.effect === effect) return undefined
    return { rule: other.rule ?? 'default', without: { effect, rule } }
  }
}

/** The token says all that rules of this effect ask for, and nothing that others do. */
function asIfMet(rules: readonly AccessRule[], effect: Effect): AccessRule[] {
  return rules.flatMap((rule) => {
    if (!rule.claims) return [rule]
    return rule.effect === effect ? [{ ...rule, claims: undefined }] : []
  })
}
