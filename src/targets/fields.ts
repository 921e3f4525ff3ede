/** Fields that endpoints of several kinds have. */
import { text } from '../schema/kit.ts'

/** What a binding, variable or secret of a Worker may be called. */
const BINDING_NAME = /^[A-Za-z_$][\w$]{0,127}$/

/** The name of a binding. */
export const bindingName = (what: string) => text(BINDING_NAME, `the name of ${what}`)
/** The name of a Worker secret, or the prefix of several. */
export const secret = () => text(BINDING_NAME, 'the name of a Worker secret')
/** A name that the platform has given. */
export const platformName = (what: string) => text(/^[\w-]{1,255}$/, what)
