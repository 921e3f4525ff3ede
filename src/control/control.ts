/** The control plane as a Worker: the composition root of `/-/`, which the mesh hands on to it by the binding `CONTROL`. */
import type { ControlEnv } from '../admin/env.ts'
import { api } from './api.ts'
import { DASHBOARD_FILES } from './dashboard-files.ts'

export { DeadLettersObject } from '../durable/dead-letters-object.ts'
export { InboxObject } from '../durable/inbox-object.ts'
export { QuotaObject } from '../durable/quota-object.ts'
export { SagasObject } from '../durable/sagas-object.ts'
export { StatsObject } from '../durable/stats-object.ts'
export { RegistryObject } from './registry-object.ts'
export { StatsEntrypoint } from './stats-entrypoint.ts'

export default { fetch: api({ dashboard: DASHBOARD_FILES }).fetch } satisfies ExportedHandler<ControlEnv>
