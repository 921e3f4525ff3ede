/** The mesh as a Worker, with all of its parts: it takes events for topics, and brings what the queues hold that it consumes. */
import { cloud, receipts } from 'selvedge/cloud'
import { eventDelivery, topics } from 'selvedge/events'
import { access, rates } from 'selvedge/trust'
import { createWorker, stats } from 'selvedge/worker'

const worker = createWorker({ cloud, receipts, trust: access, rates, stats, topics, delivery: eventDelivery })
export default worker
export const { MeshEntrypoint } = worker
