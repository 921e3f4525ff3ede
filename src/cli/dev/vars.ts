/** Variables and secrets of a run, dealt out to the two Workers. */
import { randomBytes } from 'node:crypto'

export type Vars = Readonly<Record<string, string>>

/** What the control plane reads, as in docs/configuration.md. */
const CONTROL = /^(ADMIN_.*|REGISTRY_SCAN|MESH_GRANT_KEY|MESH_TRUST|MESH_KEY)$/
const BOTH = /^MESH_(GRANT_KEY|TRUST|KEY)$/

export function dealt(vars: Vars): { readonly mesh: Vars; readonly control: Vars } {
  const all = Object.entries(vars)
  return {
    mesh: Object.fromEntries(all.filter(([name]) => !CONTROL.test(name) || BOTH.test(name))),
    control: Object.fromEntries(all.filter(([name]) => CONTROL.test(name))),
  }
}

/** Is a token of the admin API among them? */
export function hasToken(vars: Vars): boolean {
  return vars.ADMIN_TOKEN !== undefined || vars.ADMIN_TOKENS !== undefined
}

/** A token, or a key, for one run. In hex: a command takes it for no flag. */
export function newToken(): string {
  return randomBytes(24).toString('hex')
}
