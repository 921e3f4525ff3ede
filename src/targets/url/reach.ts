/** Why an address cannot be reached from here. */
import { WITHOUT_CLOUD } from '../cloud.ts'
import type { Here } from '../road.ts'
import type { UrlTarget } from './schema.ts'

export function urlBlocked({ credentials }: UrlTarget, { hasCloud }: Here): string | undefined {
  return hasCloud || !credentials || credentials.type === 'header' ? undefined : WITHOUT_CLOUD
}
