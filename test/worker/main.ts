/** The Worker that tests in workerd run: the mesh as it is deployed, and the objects of the control plane beside it. */
export { RegistryObject as CheckedRegistryObject } from '../../src/control/registry-object.ts'
export { DeadLettersObject } from '../../src/durable/dead-letters-object.ts'
export { InboxObject } from '../../src/durable/inbox-object.ts'
export { QuotaObject } from '../../src/durable/quota-object.ts'
export { RegistryObject } from '../../src/durable/registry-object.ts'
export { StatsObject } from '../../src/durable/stats-object.ts'
export { default } from '../../src/worker/worker.ts'
export { OrdersObject } from './orders-object.ts'
