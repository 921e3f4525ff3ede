/** The typed client of the admin API: what the command and the dashboard talk to the control plane with. Plain `fetch`, and nothing of a server. */

import { type AdminClientOptions, asking } from './asking.ts'
import { type HistoryClient, historyClient } from './client/history.ts'
import { type LaterClient, laterClient } from './client/later.ts'
import { type RecordsClient, recordsClient } from './client/records.ts'
import { type TrafficClient, trafficClient } from './client/traffic.ts'
import { type TrustClient, trustClient } from './client/trust.ts'

export type { SagaState } from '../core/saga/told.ts'
export type { Move, ServiceSimulation, Spot } from '../mesh/simulate/simulation.ts'
export type { CandidateTold, Decision, ValueTold } from '../mesh/told/decision.ts'
export type { Explanation } from '../mesh/told/explanation.ts'
export type { TapAttempt } from '../telemetry/tap/tap.ts'
export type { AdminClientOptions, AdminProblem } from './asking.ts'
export { AdminError } from './asking.ts'
export type { LettersOptions, LetterView, LetterWholeView, RedrivenView } from './views/letters.ts'
export type {
  Change,
  CheckView,
  Conversion,
  DescriptionView,
  Difference,
  DriftView,
  GrantView,
  How,
  Issue,
  OverrideView,
  Page,
  Paging,
  RecordOrigin,
  RecordState,
  RecordView,
  ResolveQuestion,
  RevisionView,
  Row,
  SettingsView,
  SimulationView,
  StatusView,
  WrittenRecord,
  WrittenView,
} from './views/records.ts'
export type { SagasOptions, SagaView, Why } from './views/sagas.ts'
export type {
  AuthzCallView,
  AuthzOptions,
  AuthzPolicyView,
  AuthzView,
  EdgesView,
  EdgeView,
  EjectedView,
  EndpointsView,
  EndpointView,
  PointView,
  Reporter,
  SeriesView,
  StatsOptions,
  StatsView,
  StatView,
  TapCallView,
  TapLine,
  TapOptions,
} from './views/traffic.ts'
export type { KeysView, KeyView } from './views/trust.ts'

/** Each method rejects with an {@link AdminError} where the API refuses, and with what `fetch` throws where nothing answers. */
export interface AdminClient extends RecordsClient, HistoryClient, TrafficClient, TrustClient, LaterClient {}

/**
 * @example
 * const admin = adminClient({ url: 'http://127.0.0.1:8787', token })
 * const users = await admin.get('users')
 * await admin.put('users', 'https://users.example.com', { ifMatch: users.revision, message: 'back to one region' })
 */
export function adminClient(options: AdminClientOptions): AdminClient {
  const api = asking(options)
  return {
    ...recordsClient(api),
    ...historyClient(api),
    ...trafficClient(api),
    ...trustClient(api),
    ...laterClient(api),
  }
}
