/** The mesh as a Worker that exports its traces: to OTLP_ENDPOINT, with OTLP_HEADERS. */
import { cloud, receipts } from 'selvedge/cloud'
import { otlp } from 'selvedge/otlp'
import { access, rates } from 'selvedge/trust'
import { createWorker, stats } from 'selvedge/worker'

const worker = createWorker({ cloud, receipts, trust: access, rates, stats, otlp })
export default worker
export const { MeshEntrypoint } = worker
