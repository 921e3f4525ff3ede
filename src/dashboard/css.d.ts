/** Style sheets that a chunk brings along: Vite gathers them into the one of the page. */
declare module '*.css'
