/** The shapes of request that are measured: what the driver sends and the origin answers. */

export interface Shape {
  readonly title: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Bytes sent; none for a GET. */
  readonly requestBytes: number
  readonly responseBytes: number
}

export const shapes = {
  small: { title: 'GET small', method: 'GET', path: '/orders/42?expand=lines', requestBytes: 0, responseBytes: 200 },
  post: { title: 'POST 1 KB', method: 'POST', path: '/orders', requestBytes: 1_024, responseBytes: 200 },
  medium: { title: 'GET 64 KB', method: 'GET', path: '/medium', requestBytes: 0, responseBytes: 65_536 },
  large: { title: 'GET 10 MB', method: 'GET', path: '/large', requestBytes: 0, responseBytes: 10_485_760 },
  upload: { title: 'POST 10 MB', method: 'POST', path: '/upload', requestBytes: 10_485_760, responseBytes: 200 },
} satisfies Record<string, Shape>

export type ShapeName = keyof typeof shapes

/** What is longer is never held as a whole: its garbage would drown what is measured. */
export const HELD_BYTES = 1_000_000
