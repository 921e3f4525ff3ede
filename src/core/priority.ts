/** How much a call matters: what is refused first when not everything can be served. */

/** From the one refused last to the one refused first. */
export type Priority = 'critical' | 'default' | 'sheddable'
