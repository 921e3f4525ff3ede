/** What the mesh has served: its numbers, and calls as they are made. */
import type { Asking } from '../asking.ts'
import type {
  EdgesView,
  EndpointsView,
  Reporter,
  SeriesView,
  StatsOptions,
  StatsView,
  TapLine,
  TapOptions,
} from '../views/traffic.ts'

export interface TrafficClient {
  /** How calls ended and how long they took. */
  stats(options?: StatsOptions): Promise<StatsView>
  /** One service over time. */
  series(service: string, window?: string, reporter?: Reporter): Promise<SeriesView>
  /** How the endpoints of one service do, and which are left alone: by how many isolates, why, and until when. */
  endpoints(service: string, window?: string): Promise<EndpointsView>
  /** Who calls whom. */
  edges(window?: string, reporter?: Reporter): Promise<EdgesView>
  /**
   * Calls as they are made, until `over`. Who stops reading ends the tap.
   *
   * @param signal ends it, too; what is waited for rejects with its reason.
   */
  tap(options?: TapOptions, signal?: AbortSignal): AsyncIterable<TapLine>
}

export function trafficClient({ ask, lines }: Asking): TrafficClient {
  return {
    stats: ({ window, by, service, reporter } = {}) =>
      ask('GET', '/stats', { query: { window, by, service, reporter } }),
    series: (service, window, reporter) => ask('GET', '/stats/series', { query: { service, window, reporter } }),
    endpoints: (service, window) => ask('GET', '/endpoints', { query: { service, window } }),
    edges: (window, reporter) => ask('GET', '/edges', { query: { window, reporter } }),
    async *tap({ service, method, path, status, caller, seconds } = {}, signal) {
      const query = { service, method, path, status, caller, seconds }
      // One that nobody aborts, where none was given: an answer that goes on is not late.
      const stop = signal ?? new AbortController().signal
      for await (const line of lines('/tap', { query, signal: stop })) yield JSON.parse(line) as TapLine
    },
  }
}
