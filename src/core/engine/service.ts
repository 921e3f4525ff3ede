/** The two words everything is made of: a Service answers, a Filter stands before it. */

/** Answers a request, or rejects: it does not throw. The last one sends it over the network; every other is a stack. */
export type Service<Context> = (request: Request, context: Context) => Promise<Response>

/** How a filter goes on: once, several times or never. What it gives is laid over the context for everything beneath. */
export type Next<Gives> = (request: Request, gives: Gives) => Promise<Response>

/**
 * Stands between a request and a service: it needs something of the context, and may give more. One that awaits nothing is
 * a plain function: each `async` costs as much as a look into the headers, and three turns of the queue.
 */
export type Filter<Needs, Gives = unknown> = (request: Request, context: Needs, next: Next<Gives>) => Promise<Response>

/** What a filter gives that gives nothing: the context goes on as it is, without a copy. */
export const nothing = Object.freeze({})
