/** How a duration is written, for editors. No Worker carries it. */

export const DURATION = 'A duration of the Gateway API: 250ms, 2s, 1m30s.'
